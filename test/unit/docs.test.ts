import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { startApiServer } from '../../src/admin/api-server.ts';
import { checkManifests } from '../../src/cli/check.ts';
import { parseManifests } from '../../src/cli/manifests.ts';
import { offlineOptions } from '../../src/cli/offline.ts';
import { parseEntryPoint } from '../../src/config/entry-point.ts';
import { silentLog } from '../../src/model/log.ts';
import { refusalReasons } from '../../src/model/outcome.ts';
import { parseRule, parseTcpRule } from '../../src/routing/rule/parse.ts';
import { metricFamily } from '../../src/telemetry/metric-families.ts';
import { usage as overloadUsage } from '../bench/overload/options.ts';
import { usage as benchUsage } from '../bench/run/options.ts';
import { usage as scaleUsage } from '../bench/scale/options.ts';
import { runCommand } from '../support/world.ts';

interface Block {
  /** `docs/ingress.md:12`, for messages. */
  readonly place: string;
  readonly page: string;
  readonly language: string;
  /** What follows the language: `codes=A,B` are the codes of the findings that `check` has. */
  readonly info: string;
  readonly text: string;
}

interface Page {
  readonly name: string;
  readonly text: string;
  /** Lines outside of code blocks. */
  readonly prose: string;
  readonly blocks: readonly Block[];
}

const root = join(import.meta.dirname, '../..');
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root }).sort().map(readPage);
const blocks = pages.flatMap((page) => page.blocks);

test('there are pages, and every page of docs is in its index', () => {
  assert.ok(pages.length > 10);
  const index = readPage('docs/README.md').text;
  const missing = pages
    .map(({ name }) => name)
    .filter((name) => name.startsWith('docs/') && name !== 'docs/README.md')
    .filter((name) => !index.includes(`(${name.slice('docs/'.length)})`));
  assert.deepEqual(missing, []);
});

test('links between pages, to files and to headings lead somewhere', () => {
  const dead = pages.flatMap(({ name, prose }) =>
    [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !leadsSomewhere(name, target))
      .map((target) => `${name}: ${target}`),
  );
  assert.deepEqual(dead, []);
});

test('code blocks of YAML are YAML', () => {
  for (const { place, text } of blocksOf('yaml')) {
    const errors = parseAllDocuments(text).flatMap((document) => document.errors);
    assert.deepEqual(errors.map(String), [], place);
  }
});

test('manifests pass check, or have the codes that their block names', () => {
  const services = blocksOf('yaml').find(({ page }) => page === 'docs/ingressroutes.md');
  assert.ok(services !== undefined);
  const quickstart = readFileSync(join(root, 'examples/quickstart/echo-services.yaml'), 'utf8');
  const manifests = blocksOf('yaml').filter(
    ({ text }) => /^apiVersion:/m.test(text) && !text.includes('kind: Kustomization'),
  );
  assert.ok(manifests.length > 5);
  for (const block of manifests) {
    const ownServices = manifests.filter(({ page, info }) => page === block.page && info === 'services');
    const others =
      block === services
        ? [quickstart]
        : [quickstart, services.text, ...ownServices.filter((one) => one !== block).map((one) => one.text)];
    const text = [block.text, ...others].join('---\n');
    const { manifests: objects, problems } = parseManifests(block.place, text);
    const source = { manifests: objects, problems, files: [block.place] };
    const findings = checkManifests(source, undefined, optionsOf(block));
    const codes = [...new Set(findings.map(({ code }) => code))].sort();
    const [, named = ''] = /codes=(\S+)/.exec(block.info) ?? [];
    assert.deepEqual(codes, named.split(',').filter(Boolean).sort(), `${block.place}: ${block.info}`);
  }
});

/** Those of `check`, with the entry points that the block names: `entrypoint=redis=:6379`. */
function optionsOf({ info, place }: Block): typeof offlineOptions {
  const named = [...info.matchAll(/entrypoint=(\S+)/g)].map(([, text = '']) => {
    const parsed = parseEntryPoint(text);
    assert.ok('value' in parsed, place);
    return parsed.value;
  });
  return { ...offlineOptions, entryPoints: [...offlineOptions.entryPoints, ...named] };
}

test('what the pages say that check prints is what it prints', async () => {
  const quickstart = ['shop-ingress-route.yaml', 'echo-services.yaml'].map((name) =>
    readFileSync(join(root, 'examples/quickstart', name), 'utf8'),
  );
  const [routes = '', services = ''] = quickstart;
  // The mistake that docs/getting-started.md tells the reader to make.
  const broken = `${routes.replaceAll('name: catalog\n', 'name: catalogg\n')}---\n${services}`;
  const guide = blocksOf('yaml').find(({ page }) => page === 'docs/ingressroutes.md');
  const texts = blocksOf('yaml').filter(({ info }) => info.startsWith('codes='));
  const inputs = [broken, ...texts.map(({ text }) => `${text}---\n${guide?.text}`)];
  const printed = await Promise.all(inputs.map((input) => runCommand(['check', '-'], input)));
  const real = new Set(printed.flatMap(({ out }) => out.split('\n')));
  const shown = pages.flatMap(({ text }) => [...text.matchAll(/^[\w/-]+\.yaml(:\d+:\d+: \w+ [A-Z].*)$/gm)]);
  assert.ok(shown.length > 3);
  for (const [line, rest] of shown) assert.ok(real.has(`-${rest}`), line);
});

test('tests in the pages pass', async () => {
  const examples = blocksOf('ts');
  assert.ok(examples.length > 0);
  for (const { place, text } of examples) {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-docs-'));
    try {
      const file = join(folder, 'page.test.ts');
      writeFileSync(file, text.replaceAll("'../src/", `'${pathToFileURL(root)}/src/`));
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const options = { env, timeout: 60_000 };
      const { stdout } = await promisify(execFile)(process.execPath, ['--test', file], options);
      assert.match(stdout, /pass 1\n/, place);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});

test('docs/install.md names every object that is installed and every right that is granted', () => {
  const { text } = readPage('docs/install.md');
  const objects = parseAllDocuments(readFileSync(join(root, 'deploy/install.yaml'), 'utf8')).map(
    (document) => document.toJS() as { kind: string; rules?: { resources: string[]; verbs: string[] }[] },
  );
  const kinds = objects.map(({ kind }) => kind.replace('CustomResourceDefinition', 'CRD'));
  for (const kind of kinds) assert.match(text, new RegExp(`^\\|.*${kind}`, 'm'));
  for (const { resources, verbs } of objects.flatMap(({ rules = [] }) => rules)) {
    for (const resource of resources) {
      assert.match(text, new RegExp(`^\\|.*\`${resource}\`.*\\| ${verbs.join(', ')} \\|`, 'm'));
    }
  }
});

test('rules in the pages can be understood', () => {
  for (const { place, text } of blocksOf('rule')) {
    for (const line of text.split('\n').filter(Boolean)) assert.ok(parseRule(line).ok, `${place}: ${line}`);
  }
  const ofTcp = blocksOf('tcp-rule');
  assert.ok(ofTcp.length > 0);
  for (const { place, text } of ofTcp) {
    for (const line of text.split('\n').filter(Boolean))
      assert.ok(parseTcpRule(line).ok, `${place}: ${line}`);
  }
});

test('commands exist, with the flags that the pages give them', async () => {
  const lines = [...blocksOf('console'), ...blocksOf('')].flatMap(({ place, text }) =>
    [...text.matchAll(/(?:^\$ |\| |-- )(?:npm run -s )?fairlead (?:-- )?(.+)$/gm)].map(([, line = '']) => ({
      place,
      line,
    })),
  );
  assert.ok(lines.length > 5);
  for (const { place, line } of lines) {
    const [command = '', ...words] = line.split(/[|>]/)[0]?.split(/\s+/) ?? [];
    const { code, out } = await runCommand([command, '--help']);
    assert.equal(code, 0, `${place}: there is no command ${command}`);
    if (line.startsWith('run --workerss')) continue;
    for (const word of words.filter((one) => one.startsWith('-') && one !== '-')) {
      const [flag = ''] = word.split('=');
      assert.ok(new RegExp(`${flag}(?![a-z-])`).test(out), `${place}: ${command} has no ${flag}`);
    }
  }
});

test('commands and flags in the text exist', async () => {
  const known = await knownFlags();
  const unknown: string[] = [];
  for (const { name, prose } of pages) {
    for (const [, command = ''] of prose.matchAll(/`fairlead ([a-z]+)/g)) {
      if ((await runCommand([command, '--help'])).code !== 0) unknown.push(`${name}: fairlead ${command}`);
    }
    for (const [, flag = ''] of prose.matchAll(/`(--[a-z-]+)/g)) {
      if (!known.has(flag)) unknown.push(`${name}: ${flag}`);
    }
  }
  assert.deepEqual(unknown, []);
});

test('npm scripts in the pages exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const { name, text } of pages) {
    for (const [, script = ''] of text.matchAll(/npm run (?:-s )?([a-z][a-z:]*)/g)) {
      assert.ok(Object.hasOwn(scripts, script), `${name}: npm run ${script}`);
    }
  }
});

test('metrics in the pages exist', () => {
  for (const { name, text } of pages) {
    for (const [metric] of text.matchAll(/\bfairlead_[a-z_]+[a-z]\b/g)) {
      const base = metric.replace(/_(bucket|sum|count)$/, '');
      assert.ok(metricFamily(metric) ?? metricFamily(base), `${name}: ${metric}`);
    }
  }
});

test('reasons of answers in the pages exist, with their status', () => {
  for (const { name, text } of pages) {
    for (const [, reason = ''] of text.matchAll(/X-Fairlead-Reason: ([A-Za-z]+)/g)) {
      assert.ok(reason === 'CODE' || Object.hasOwn(refusalReasons, reason), `${name}: ${reason}`);
    }
    for (const [, status, reason = ''] of text.matchAll(/^ *\| ([45]\d\d) `([A-Za-z]+)`/gm)) {
      const codes: Readonly<Record<string, number>> = refusalReasons;
      assert.equal(codes[reason], Number(status), `${name}: ${reason}`);
    }
  }
});

test('paths of the JSON API in the pages are served', async () => {
  const server = await startApiServer({ host: '127.0.0.1', port: 0 }, emptyView, silentLog);
  try {
    const url = `http://127.0.0.1:${server.address.port}`;
    const known = (await (await fetch(`${url}/nothing`)).text()).trim().split(' ');
    for (const { name, text } of pages) {
      for (const [, path = ''] of text.matchAll(/(?<=[`\d])(\/api\/[a-z]+)(?=[`?\s])/g)) {
        if (path !== '/api/orders') assert.ok(known.includes(path), `${name}: ${path}`);
      }
    }
  } finally {
    await server.close();
  }
});

const emptyView = {
  plan: { routes: [], services: [], middlewares: [] },
  generation: 0,
  isLive: true,
  entryPoints: [],
  diagnostics: [],
  history: [],
  status: {},
  endpointsOf: () => [],
  certificates: [],
};

function readPage(name: string): Page {
  const text = readFileSync(join(root, name), 'utf8');
  const blocks: Block[] = [];
  const prose = text.replace(
    /^( *)```(\S*) *(.*)\n([\s\S]*?)^ *```$/gm,
    (whole, indent: string, language: string, info: string, body: string) => {
      const line = text.slice(0, text.indexOf(whole)).split('\n').length;
      const unindented = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
      blocks.push({ place: `${name}:${line}`, page: name, language, info, text: unindented });
      return '';
    },
  );
  return { name, text, prose, blocks };
}

function blocksOf(language: string): readonly Block[] {
  return blocks.filter((block) => block.language === language);
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', heading] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, file))) return false;
  return heading === undefined || headingsOf(readPage(file).prose).includes(heading);
}

/** As GitHub makes anchors of headings. */
function headingsOf(prose: string): string[] {
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

async function knownFlags(): Promise<ReadonlySet<string>> {
  const commands = ['run', 'dev', 'check', 'explain', 'crds', 'version'];
  const helps = await Promise.all(commands.map((command) => runCommand([command, '--help'])));
  const texts = [...helps.map(({ out }) => out), benchUsage, overloadUsage, scaleUsage];
  const flags = texts.flatMap((text) => [...text.matchAll(/--[a-z-]+/g)].map(([flag]) => flag));
  return new Set([...flags, '--help', '--version']);
}

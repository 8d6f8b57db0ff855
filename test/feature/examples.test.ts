import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from '../support/http.ts';
import { startCommand } from '../support/process.ts';

interface Step {
  readonly command: string;
  readonly expected: string;
}

/** The commands of the second console block of a page, with what they print. The first starts `dev`. */
function stepsOf(page: string): readonly Step[] {
  const [, block = ''] = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const end = text.indexOf('\n');
      return { command: text.slice(0, end), expected: text.slice(end + 1) };
    });
}

/** A copy of an example, in a folder as the checkout has it, with ports of its own. */
async function copyOf(context: TestContext, name: string) {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const example = join(root, 'examples', name);
  cpSync(join('examples', name), example, { recursive: true });
  const [web, websecure] = [await freePort(), await freePort()];
  for (const file of globSync(join(example, '*.yaml'))) {
    let text = readFileSync(file, 'utf8');
    for (const port of new Set(text.match(/\b181\d\d\b/g))) {
      text = text.replaceAll(port, String(await freePort()));
    }
    writeFileSync(file, text);
  }
  const localize = (text: string): string =>
    text.replaceAll(':8080', `:${web}`).replaceAll(':8443', `:${websecure}`).replaceAll('/tmp/', `${root}/`);
  return { root, example, web, websecure, localize };
}

function isThere(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Which of several endpoints answers is none of the page's promises; CR before LF cannot be seen on it. */
function withoutTurns(text: string): string {
  return text.replaceAll(/greeter-\d/g, 'greeter-N').replaceAll('\r', '');
}

const missing = ['curl', 'openssl', 'od'].find((program) => !isThere(program));
const skip = missing === undefined ? false : `${missing} is not installed`;

for (const name of ['tls', 'mtls', 'grpc']) {
  test(`the commands of examples/${name}/README.md print what the page says`, { skip }, async (context) => {
    const { root, example, web, websecure, localize } = await copyOf(context, name);
    const steps = stepsOf(localize(readFileSync(join(example, 'README.md'), 'utf8')));
    assert.ok(steps.length > 2);
    const entryPoints = [`web=127.0.0.1:${web}`, `websecure=127.0.0.1:${websecure},tls`];
    const dev = startCommand(context, [
      ...['dev', example, ...entryPoints.map((entryPoint) => `--entrypoint=${entryPoint}`)],
      ...['--metrics=127.0.0.1:0', '--admin=127.0.0.1:0', '--write-kubeconfig', join(root, 'kubeconfig')],
    ]);
    await dev.printed(/Ctrl-C/);
    assert.equal(dev.error(), '');

    const mark = '\u0001';
    const script = steps.map(({ command }) => `printf '${mark}'\n${command}`).join('\n');
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script], { cwd: root, timeout: 60_000 });
    const printed = stdout.split(mark).slice(1);
    assert.equal(printed.length, steps.length);
    for (const [index, { command, expected }] of steps.entries()) {
      assert.equal(withoutTurns(printed[index] ?? ''), withoutTurns(expected), command);
    }
    assert.equal(await dev.end('SIGTERM'), 0);
    assert.equal(dev.error(), '');
  });
}

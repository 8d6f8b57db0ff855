import { isIP } from 'node:net';
import { type ExplainedRequest, type ExplainQuery, explainPlan } from '../admin/explanation.ts';
import { endpointsOf } from '../translate/endpoints.ts';
import { readWords, wordOf } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { explainText, noPaint, terminalPaint } from './explain-text.ts';
import { loadManifests } from './manifests.ts';
import { offlineOptions, translateOffline } from './offline.ts';

interface Words {
  readonly query: ExplainQuery;
  readonly paths: readonly string[];
  readonly admin: string | undefined;
  readonly output: 'text' | 'json';
}

export const explainCommand: Command = {
  help: () =>
    "  -H, --header 'Name: value'  a header of the request; may be given again\n" +
    '  --client-ip IP              the address of the client (default: 127.0.0.1)\n' +
    '  --entrypoint NAME           where it comes in (default: by the port and the scheme of the URL)\n' +
    '  --admin URL                 ask a running instance instead of reading manifests (http://127.0.0.1:9001)\n' +
    '  --output text|json          how it is printed (default: text)\n\n' +
    'https:// in the URL stands for TLS. Exit code 1 where no route takes the request, or its handshake is refused.\n',
  async run(argv, world) {
    const words = readExplainWords(argv);
    const explained =
      words.admin === undefined
        ? explainManifests(words, world.readStandardInput)
        : await explainRunning(words.admin, words.query);
    const paint = world.isTerminal && !world.env.NO_COLOR ? terminalPaint : noPaint;
    const isJson = words.output === 'json';
    world.print(isJson ? `${JSON.stringify(explained, null, 2)}\n` : explainText(explained, paint));
    return explained.route === null || (explained.tls?.refused ?? null) !== null ? 1 : 0;
  },
};

function readExplainWords(argv: readonly string[]): Words {
  const { values, positionals } = readWords(argv, {
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    'client-ip': { type: 'string', default: '127.0.0.1' },
    entrypoint: { type: 'string' },
    admin: { type: 'string' },
    output: { type: 'string', short: 'o', default: 'text' },
  });
  const [method, url, ...paths] = positionals;
  const problems: string[] = [];
  if (method === undefined || url === undefined) problems.push('which request? Give METHOD and URL');
  else if (values.admin === undefined && paths.length === 0)
    problems.push('which manifests? Give PATH… or --admin URL');
  if (values.admin !== undefined && paths.length > 0) problems.push('give PATH… or --admin URL, not both');
  if (isIP(values['client-ip']) === 0)
    problems.push(`--client-ip: ${JSON.stringify(values['client-ip'])} is no address`);
  const headers = values.header.map((line) => headerOf(line, problems));
  const output = wordOf('--output', values.output, ['text', 'json']);
  if (problems.length > 0) throw new UsageError(problems);
  const { entrypoint: entryPoint } = values;
  const query: ExplainQuery = {
    method: method ?? '',
    url: url ?? '',
    headers,
    clientIp: values['client-ip'],
    ...(entryPoint === undefined ? {} : { entryPoint }),
  };
  return { query, paths, admin: values.admin, output };
}

function headerOf(line: string, problems: string[]): readonly [string, string] {
  const [, name, value = ''] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*:\s*(.*)$/.exec(line) ?? [];
  if (name === undefined) problems.push(`--header: expected 'Name: value', got ${JSON.stringify(line)}`);
  return [name ?? '', value];
}

function explainManifests({ query, paths }: Words, readStandardInput: () => string): ExplainedRequest {
  const { manifests, problems } = loadManifests(paths, readStandardInput);
  if (problems.length > 0) {
    throw new UsageError(
      problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`),
    );
  }
  const { plan, view, certificates } = translateOffline(manifests);
  const result = explainPlan(query, {
    plan,
    certificates,
    generation: 0,
    isLive: null,
    entryPoints: offlineOptions.entryPoints,
    endpointsOf: (key) => {
      const service = plan.services.find((candidate) => candidate.key === key);
      return service === undefined ? [] : endpointsOf(service, view);
    },
  });
  if (!result.ok) throw new UsageError([result.problem]);
  return result.explained;
}

async function explainRunning(admin: string, query: ExplainQuery): Promise<ExplainedRequest> {
  const parameters = new URLSearchParams({ method: query.method, url: query.url, clientIp: query.clientIp });
  if (query.entryPoint !== undefined) parameters.set('entryPoint', query.entryPoint);
  for (const [name, value] of query.headers) parameters.append('header', `${name}: ${value}`);
  const base = admin.includes('://') ? admin : `http://${admin}`;
  if (!/^https?:/i.test(base) || !URL.canParse(base))
    throw new UsageError([`--admin: ${JSON.stringify(admin)} is no URL`]);
  const { status, body } = await ask(new URL(`/api/explain?${parameters}`, base));
  if (status === 400 && typeof body.problem === 'string') throw new UsageError([body.problem]);
  if (status === 200 && Array.isArray(body.rejected)) return body as unknown as ExplainedRequest;
  throw new Error(`${base} answered ${status}, but not as Fairlead does; is it the admin address?`);
}

/** The answer; an empty body where it is no JSON object. */
async function ask(url: URL): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const text = await answer.text();
    return { status: answer.status, body: recordOf(text) };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } };
    throw new Error(`${url.origin} does not answer: ${cause?.code ?? cause?.message ?? String(error)}`);
  }
}

function recordOf(json: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}

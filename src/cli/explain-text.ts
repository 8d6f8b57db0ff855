import type { ExplainedRequest } from '../admin/explanation.ts';

/** How parts of the text stand out; each gives its text back where there are no colours. */
export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

const same = (text: string): string => text;

/** Plain text. */
export const noPaint: Paint = Object.freeze({ strong: same, faint: same, good: same, bad: same });

/** Colours of a terminal (ECMA-48, Select Graphic Rendition). */
export const terminalPaint: Paint = Object.freeze({
  strong: (text: string) => `\u001b[1m${text}\u001b[22m`,
  faint: (text: string) => `\u001b[2m${text}\u001b[22m`,
  good: (text: string) => `\u001b[32m${text}\u001b[39m`,
  bad: (text: string) => `\u001b[31m${text}\u001b[39m`,
});

const columns = 80;
/** Where values begin. */
const indent = 12;

/** An explanation for people, at most 80 columns wide where words allow it. */
export function explainText(explained: ExplainedRequest, paint: Paint): string {
  const { tls } = explained;
  const lines = [
    ...head(explained, paint),
    ...(tls === null || tls === undefined ? [] : handshake(tls, paint)),
    ...chosen(explained, paint),
    ...others(explained, paint),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function head({ request, generation, live }: ExplainedRequest, paint: Paint): readonly string[] {
  const { method, tls, path, query, entryPoint, clientIp } = request;
  const host = request.host.includes(':') ? `[${request.host}]` : request.host;
  const url = `${tls ? 'https' : 'http'}://${host}${path}${query === '' ? '' : `?${query}`}`;
  const place = `on entry point ${entryPoint}, from ${clientIp}`;
  const table = live === null ? '' : `, generation ${generation}${live ? '' : ', not live everywhere yet'}`;
  return [paint.strong(printable(`${method} ${url}`)), paint.faint(`${place}${table}`), ''];
}

function handshake(tls: NonNullable<ExplainedRequest['tls']>, paint: Paint): readonly string[] {
  const { serverName, host, options, certificates, selfSigned, because } = tls;
  const asked = serverName === null ? 'A client that connects to an address names no host' : serverName;
  const entry =
    host === null
      ? 'no entry is for it'
      : host === ''
        ? 'the entry for all other hosts'
        : `the entry ${host}`;
  const lines = row('TLS', `${asked}: ${entry}, TLSOption ${options}`, paint);
  if (because !== null) return [...lines, ...row('Handshake', `refused: ${because}`, paint, paint.bad)];
  if (certificates === null) {
    return [...lines, ...row('Certificate', 'not known: there is no Secret among the files', paint)];
  }
  const named = certificates.slice(0, mostCertificates).map(certificateWords);
  if (selfSigned) named.push('the one that Fairlead signs itself; clients will not trust it');
  return [...lines, ...named.flatMap((words) => row('Certificate', words, paint))];
}

const mostCertificates = 4;
const mostNames = 5;

type Certificate = NonNullable<NonNullable<ExplainedRequest['tls']>['certificates']>[number];

function certificateWords({ secret, material, names, notAfter }: Certificate): string {
  if (secret === null) return `${material}…, whose Secret is not known`;
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
  return `${secret} for ${names.slice(0, mostNames).join(', ') || 'no name'}${more}, until ${notAfter}`;
}

function chosen(explained: ExplainedRequest, paint: Paint): readonly string[] {
  const { route, match, priority, status, reason, because, middlewares } = explained;
  if (route === null) return status === null ? [] : [paint.bad(`No route takes it: ${status} ${reason}.`)];
  const lines = [
    ...row('Route', `${route} (priority ${priority})`, paint),
    ...row('Rule', match ?? '', paint),
    ...explained.terms.flatMap(({ holds, text, request }) => term(holds, text, request, paint)),
    ...middlewares.flatMap(({ id, does }) => row('Middleware', `${id}: ${does}`, paint)),
    ...explained.services.flatMap((service) => serviceLines(service, explained, paint)),
  ];
  if (status !== null) {
    const why = because === null ? '' : ` (${because})`;
    lines.push(...row('Answer', `${status} ${reason}${why}, from Fairlead itself`, paint, paint.bad));
  }
  const misdirected = explained.tls?.misdirected ?? null;
  if (misdirected !== null) lines.push(...row('Because', misdirected, paint, paint.bad));
  if (explained.ambiguity !== null) {
    lines.push(...row('Because', printable(ambiguityWords(explained.ambiguity)), paint, paint.bad));
  }
  return lines;
}

function ambiguityWords({ reading, route }: NonNullable<ExplainedRequest['ambiguity']>): string {
  if (reading === null) return 'an upstream may read the path in too many ways to judge them all';
  return `an upstream may read the path as ${reading}, which is for ${route}, with a middleware that this route lacks or failing closed`;
}

function term(holds: boolean, text: string, request: string, paint: Paint): readonly string[] {
  const [first = '', ...more] = wrapped(`${text}: ${request}`, indent + 2);
  const mark = holds ? paint.good('✔') : paint.faint('✘');
  return [`${' '.repeat(indent)}${mark} ${first}`, ...more.map((line) => `${' '.repeat(indent + 2)}${line}`)];
}

function serviceLines(
  { service, weight, endpoints }: ExplainedRequest['services'][number],
  { services }: ExplainedRequest,
  paint: Paint,
): readonly string[] {
  const total = services.reduce((sum, one) => sum + one.weight, 0);
  const share = services.length > 1 ? ` (weight ${weight} of ${total})` : '';
  const shown = endpoints.slice(0, mostEndpoints).map((endpoint) => {
    const { address, candidate } = endpoint;
    const mark = candidate ? paint.good('●') : paint.faint('○');
    return `${' '.repeat(indent)}${mark} ${address} ${paint.faint(stateOf(endpoint))}`;
  });
  const more = endpoints.length - shown.length;
  if (more > 0) shown.push(`${' '.repeat(indent)}and ${more} more endpoints`);
  if (endpoints.length === 0) shown.push(`${' '.repeat(indent)}${paint.bad('it has no endpoint')}`);
  return [...row('Service', `${service}${share}`, paint), ...shown];
}

const mostEndpoints = 10;

function stateOf({
  ready,
  serving,
  terminating,
  candidate,
}: ExplainedRequest['services'][number]['endpoints'][number]): string {
  const words = [ready ? 'ready' : 'not ready'];
  if (!ready && serving) words.push('serving');
  if (terminating) words.push('terminating');
  if (!candidate && (ready || serving)) words.push('gets nothing now');
  return words.join(', ');
}

function others({ rejected, alsoMatching }: ExplainedRequest, paint: Paint): readonly string[] {
  const matching = rejected.filter(({ matches }) => matches);
  const misses = rejected.filter(({ matches }) => !matches);
  const unnamed = alsoMatching - matching.length;
  return [
    ...section('It would also match, but comes later', matching, paint),
    ...(unnamed > 0 ? [`  and ${unnamed} more`] : []),
    ...section('Nearest routes that do not match', misses, paint),
  ];
}

function section(title: string, routes: ExplainedRequest['rejected'], paint: Paint): readonly string[] {
  if (routes.length === 0) return [];
  const lines = routes.flatMap(({ route, reason }) => [
    `  ${route}`,
    ...wrapped(reason, 4).map((line) => `    ${paint.faint(line)}`),
  ]);
  return ['', paint.strong(title), ...lines];
}

function row(name: string, value: string, paint: Paint, tint = same): readonly string[] {
  const [first = '', ...more] = wrapped(value, indent);
  return [
    `${paint.strong(name)}${' '.repeat(indent - name.length)}${tint(first)}`,
    ...more.map((line) => `${' '.repeat(indent)}${tint(line)}`),
  ];
}

/** Breaks at spaces; a word that is longer than a line stays whole. */
function wrapped(text: string, margin: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns - margin) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Without control characters, so that nothing of a rule or a request can move the cursor of a terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}

import fc from 'fast-check';

const pieces = [
  '\r',
  '\n',
  '\r\n',
  '\x00',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '"',
  '\\',
  '=',
  '\x0b',
  '\x7f',
  '\x80',
  '\xa0',
  '0',
  '5',
  'f',
  '-',
  '_',
  '%',
  '\r\n ',
  '\r\n\t',
  '\r\n\r\n',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: c.test\r\n',
  'Connection: close\r\n',
  '0\r\n\r\n',
  'GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n',
];
const numbers = [
  '0',
  '99999999',
  'ffffffff',
  '100000000',
  '999999999999999',
  '1000000000000000',
  '9007199254740993',
  '18446744073709551621',
];

const kinds = [
  'flip',
  'insert',
  'insert',
  'insert',
  'remove',
  'double line',
  'remove line',
  'move line',
  'case',
  'number',
  'cut',
  'cut',
  'stretch',
] as const;

/** One change of a text. `at` and `by` are taken modulo what there is. */
interface Mutation {
  readonly kind: (typeof kinds)[number];
  readonly at: number;
  readonly by: number;
}

/** Texts of a kind, each with one to four changes. */
export function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const mutation = fc.record({ kind: fc.constantFrom(...kinds), at: fc.nat(), by: fc.nat() });
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
  return fc.tuple(texts, mutations).map(([text, changes]) => changes.reduce(mutate, text));
}

function mutate(text: string, { kind, at, by }: Mutation): string {
  if (text === '') return text;
  const index = at % text.length;
  const replace = (length: number, piece: string): string =>
    text.slice(0, index) + piece + text.slice(index + length);
  switch (kind) {
    case 'flip':
      return replace(1, String.fromCharCode(text.charCodeAt(index) ^ (1 << (by % 8))));
    case 'insert':
      return replace(by % 3 === 0 ? 1 : 0, pieces[by % pieces.length] ?? '');
    case 'remove':
      return replace(1 + (by % 3), '');
    case 'case':
      return replace(8, text.slice(index, index + 8).replace(/[a-z]/gi, swapCase));
    case 'stretch':
      return replace(1, (text[index] ?? '').repeat(1 + (by % 90)));
    case 'cut':
      return text.slice(0, index);
    case 'number':
      return mutateNumber(text, index, numbers[by % numbers.length] ?? '');
    default:
      return mutateLines(text, kind, at, by);
  }
}

function swapCase(letter: string): string {
  const lower = letter.toLowerCase();
  return lower === letter ? letter.toUpperCase() : lower;
}

/** Replaces the first run of digits from `index` on. */
function mutateNumber(text: string, index: number, number: string): string {
  return text.slice(0, index) + text.slice(index).replace(/[0-9a-f]+(?=\r)/i, number);
}

function mutateLines(text: string, kind: Mutation['kind'], at: number, by: number): string {
  const lines = text.split('\r\n');
  const index = at % lines.length;
  const line = lines[index] ?? '';
  if (kind === 'double line') lines.splice(index, 0, line);
  else lines.splice(index, 1);
  if (kind === 'move line') lines.splice(by % (lines.length + 1), 0, line);
  return lines.join('\r\n');
}

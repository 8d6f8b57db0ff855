import type { HeaderEdit, Middleware } from '../model/middleware.ts';

/** What a middleware does, in words and from its settings: `strips /api from the path`. One line. */
export function middlewareWords(middleware: Middleware): string {
  return (words[middleware.kind] as (middleware: Middleware) => string)(middleware);
}

const words: {
  [Kind in Middleware['kind']]: (middleware: Extract<Middleware, { kind: Kind }>) => string;
} = {
  stripPrefix: ({ prefixes }) =>
    prefixes.length === 1
      ? `strips ${prefixes[0]} from the beginning of the path`
      : `strips the first of ${listed(prefixes)} that the path begins with`,
  addPrefix: ({ prefix }) => `puts ${prefix} before the path`,
  headers: ({ request, response }) => {
    const parts = [edits('request', request), edits('response', response)].filter((part) => part !== '');
    return parts.length === 0 ? 'changes nothing' : parts.join('; ');
  },
};

/** `sets X-A: b and removes X-C of the request` */
function edits(whose: string, list: readonly HeaderEdit[]): string {
  const set = list
    .filter(({ value }) => value !== null)
    .map(({ name, value }) => `${name}: ${cut(value ?? '')}`);
  const removed = list.filter(({ value }) => value === null).map(({ name }) => name);
  const parts = [
    set.length > 0 ? `sets ${listed(set)}` : '',
    removed.length > 0 ? `removes ${listed(removed)}` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `${parts.join(' and ')} of the ${whose}`;
}

function cut(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}

function listed(entries: readonly string[]): string {
  return entries.length <= 8
    ? entries.join(', ')
    : `${entries.slice(0, 8).join(', ')} and ${entries.length - 8} more`;
}

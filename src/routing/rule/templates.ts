/** `{name}`, or `{name:pattern}` whose pattern may have braces of its own. */
const template = /\{[A-Za-z_][\w-]*(?::((?:[^{}]|\{[^{}]*\})*))?\}/g;

/** Index of the first template of Traefik v2 in a text, or -1. */
export function findTemplate(text: string): number {
  return text.length > longest ? -1 : text.search(template);
}

/** Longer texts are not searched. */
const longest = 4096;

/** The regular expression that a text with templates meant; `any` stands for a template without pattern. */
export function patternOfTemplates(text: string, any: string): string {
  let written = '';
  let end = 0;
  for (const match of text.matchAll(template)) {
    const [whole, pattern] = match;
    written += escapePattern(text.slice(end, match.index)) + (pattern === undefined ? any : `(?:${pattern})`);
    end = match.index + whole.length;
  }
  return written + escapePattern(text.slice(end));
}

function escapePattern(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

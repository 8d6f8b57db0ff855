/** Characters that end a line or steer a terminal, and those that hide or turn text around. */
const unsafe = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;
const unsafeAll = new RegExp(unsafe.source, 'gu');

/** Text for one line that people read: what could forge a line or steer a terminal becomes `\n`, `\u001b` and so on. */
export function oneLine(text: string): string {
  const wellFormed = text.toWellFormed();
  return unsafe.test(wellFormed) ? wellFormed.replace(unsafeAll, escapeUnit) : wellFormed;
}

/** JSON on one line, for whatever reads lines: also what JSON leaves alone but some take for the end of a line. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value);
  return unsafe.test(text) ? text.replace(unsafeAll, escapeUnit) : text;
}

function escapeUnit(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

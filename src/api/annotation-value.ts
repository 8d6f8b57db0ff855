import type { AnnotationEntry } from './ingress-annotations.ts';

export type AnnotationValue = string | number | boolean | readonly string[];

/** The most entries that a list may have, as in the fields of an IngressRoute. */
const maxEntries = 64;

/** Longer texts are no values but attempts to cost time. */
const maxText = 16_384;

/** The value that the text of an annotation stands for; undefined where the text is not of the form that is expected. */
export function annotationValue(entry: AnnotationEntry, written: string): AnnotationValue | undefined {
  const text = written.trim();
  if (text.length > maxText) return undefined;
  const value = readers[entry.form](text);
  if (value === undefined || entry.schema === undefined) return value;
  return entry.schema.safeParse(value).success ? value : undefined;
}

const readers: Readonly<Record<AnnotationEntry['form'], (text: string) => AnnotationValue | undefined>> =
  Object.freeze({
    text: textIn,
    word: textIn,
    duration: textIn,
    switch: (text: string) => (/^(?:true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined),
    integer: (text: string) => (/^[+-]?\d{1,17}$/.test(text) ? Number(text) : undefined),
    list: listIn,
    references: listIn,
  });

function textIn(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function listIn(text: string): readonly string[] | undefined {
  const entries = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  return entries.length > maxEntries ? undefined : entries;
}

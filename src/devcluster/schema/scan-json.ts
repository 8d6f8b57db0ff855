import { childPath, itemPath } from './path.ts';

/** Kubernetes stops collecting strict decoding errors there. */
const maxDuplicates = 100;

interface Level {
  /** Null for a list. */
  readonly keys: Set<string> | null;
  readonly path: string;
  /** Of the value that comes next. */
  key: string;
  index: number;
}

/**
 * Walks over text that is known to be JSON, for what `JSON.parse` does not tell: how deep it is nested and which keys
 * occur twice in one object. Linear in the text; stops at the first value that is nested deeper than `limit`.
 */
export function scanJson(text: string, limit: number): { depth: number; duplicates: string[] } {
  const levels: Level[] = [];
  const duplicates: string[] = [];
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const level = levels.at(-1);
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at);
        if (level?.keys && isKey(text, end + 1)) noteKey(level, keyIn(text, at, end), duplicates);
        at = end;
        break;
      }
      case 0x7b:
      case 0x5b:
        levels.push(open(level, text.charCodeAt(at) === 0x7b));
        deepest = Math.max(deepest, levels.length);
        if (deepest > limit) return { depth: deepest, duplicates };
        break;
      case 0x7d:
      case 0x5d:
        levels.pop();
        break;
      case 0x2c:
        if (level) level.index += 1;
        break;
    }
  }
  return { depth: deepest, duplicates };
}

function open(parent: Level | undefined, isObject: boolean): Level {
  const path = parent ? pathOfNext(parent) : '';
  return { keys: isObject ? new Set() : null, path, key: '', index: 0 };
}

function pathOfNext(level: Level): string {
  return level.keys ? childPath(level.path, level.key) : itemPath(level.path, level.index);
}

function noteKey(level: Level, key: string, duplicates: string[]): void {
  level.key = key;
  if (level.keys?.has(key)) {
    if (duplicates.length < maxDuplicates) duplicates.push(`duplicate field "${pathOfNext(level)}"`);
    return;
  }
  level.keys?.add(key);
}

/** The index of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at += 1;
  }
  return text.length;
}

function isKey(text: string, after: number): boolean {
  for (let at = after; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x3a) return true;
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return false;
  }
  return false;
}

function keyIn(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? String(JSON.parse(text.slice(start, end + 1))) : raw;
}

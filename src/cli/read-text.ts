import { closeSync, openSync, readSync } from 'node:fs';

const chunkBytes = 256 * 1024;

/**
 * The text of a file, or null where there is more than `mostBytes` of it. Reads what has no size too, such as a pipe, and
 * ends where a device never would. Throws what the file system says.
 */
export function readText(path: string, mostBytes: number): string | null {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const length = readSync(file, chunk);
      if (length === 0) return Buffer.concat(chunks).toString('utf8');
      total += length;
      if (total > mostBytes) return null;
      chunks.push(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

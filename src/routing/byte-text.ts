/**
 * The text of bytes that came as one character each (latin1): what is valid UTF-8 reads as that; anything else stays as it
 * is. Allocates nothing for ASCII.
 */
export function textOfBytes(bytes: string): string {
  for (let index = 0; index < bytes.length; index++) {
    if (bytes.charCodeAt(index) > 0x7f) return decode(bytes);
  }
  return bytes;
}

function decode(bytes: string): string {
  const raw = Buffer.from(bytes, 'latin1');
  // Characters beyond one byte are text already.
  if (raw.toString('latin1') !== bytes) return bytes;
  const text = raw.toString('utf8');
  return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(raw) ? bytes : text;
}

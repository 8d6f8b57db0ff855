import type { ApiObject, JsonObject } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { undecodable } from './behaviour.ts';
import { recordAt } from './reading.ts';

/** What a ConfigMap or Secret may hold in all (Kubernetes MaxSecretSize). */
const maxBytes = 1024 * 1024;

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** A normalizer that refuses values of a map of bytes which are not base64, as Go's decoder does. */
export function base64Problem(field: string): (object: ApiObject) => void {
  return (object) => {
    for (const value of Object.values(recordAt(object, field))) {
      if (typeof value !== 'string') continue;
      const at = badByte(value);
      if (at >= 0) throw undecodable(object, `illegal base64 data at input byte ${at}`);
    }
  };
}

function badByte(value: string): number {
  const clean = value.replace(/[\r\n]/g, '');
  if (base64.test(clean) && clean.length % 4 === 0) return -1;
  const at = clean.search(/[^A-Za-z0-9+/]/);
  return at >= 0 ? at : clean.length - (clean.length % 4);
}

/** How many bytes are in the values of base64 maps and of text maps together is limited to 1 MiB. */
export function dataSizeErrors(field: string, texts: JsonObject, binary: JsonObject): FieldError[] {
  let size = 0;
  for (const value of Object.values(texts)) size += Buffer.byteLength(String(value));
  for (const value of Object.values(binary)) size += Math.floor((String(value).length * 3) / 4);
  if (size <= maxBytes) return [];
  return [
    { reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${maxBytes} bytes` },
  ];
}

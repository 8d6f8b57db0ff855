import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { ApiError } from '../api-error.ts';
import type { Json } from '../json.ts';
import { parseJson } from '../schema/parse-json.ts';
import type { Body } from './decode-body.ts';
import { mediaTypeOf } from './negotiate.ts';
import { badRequest } from './status.ts';

/** The largest body that is read, in bytes, as in Kubernetes. */
const maxBodyBytes = 3 * 1024 * 1024;

// A client that is still writing sees no answer, so what is too large is read to its end and thrown away, up to here.
const maxDiscardedBytes = 32 * 1024 * 1024;

/**
 * Reads the whole body as text.
 *
 * @throws ApiError 413 for one that is too large, 400 for one that does not come to its end
 */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    if (Number(request.headers['content-length']) > maxDiscardedBytes) {
      reject(tooLarge());
      return;
    }
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBodyBytes) chunks.push(chunk);
      else chunks = [];
      if (length > maxDiscardedBytes) reject(tooLarge());
    });
    request.on('end', () => {
      if (length > maxBodyBytes) reject(tooLarge());
      else resolve(Buffer.concat(chunks).toString('utf8'));
    });
    request.on('error', () => reject(badRequest('the body of the request could not be read')));
    request.on('close', () => reject(badRequest('the body of the request did not come to its end')));
  });
}

const protobuf = 'application/vnd.kubernetes.protobuf';
// `kubectl create KIND NAME` and its like send it, and have no switch for anything else.
const noProtobuf =
  'this server does not read protobuf; with kubectl, write the object as YAML: kubectl create … --dry-run=client -o yaml | kubectl apply -f -';

/**
 * Understands a body by its content type.
 *
 * @throws ApiError 400 for one that is not what it says, 415 for a type that is not known
 */
export function parseBody(text: string, contentType: string | undefined): Body {
  const type = mediaTypeOf(contentType);
  if (type === 'application/yaml') return { value: parseYamlText(text), duplicates: [] };
  if (type === 'application/json' || type === '') return parseJson(text);
  if (type === protobuf) throw new ApiError(415, 'UnsupportedMediaType', noProtobuf);
  throw unsupportedMediaType(['application/json', 'application/yaml', protobuf]);
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

function parseYamlText(text: string): Json {
  try {
    // Aliases are limited, so that a small text cannot become a huge value.
    const value = parseYaml(text, { maxAliasCount: 100, uniqueKeys: false, logLevel: 'error' });
    return JSON.parse(JSON.stringify(value ?? null)) as Json;
  } catch (error) {
    throw badRequest(`yaml: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`);
  }
}

function tooLarge(): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`);
}

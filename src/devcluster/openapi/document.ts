import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { kindSchemas } from './kind-schemas.ts';
import { metaSchemas } from './meta-schemas.ts';
import { documentPath } from './names.ts';
import { pathsOf } from './operations.ts';

/**
 * What `GET /openapi/v3` answers: one document per group and version, with an address that changes with its content, so
 * that clients may keep it for ever.
 */
export function openApiIndex(types: readonly ResourceType[]): JsonObject {
  const paths: JsonObject = {};
  for (const { group, version } of types) {
    const path = documentPath(group, version);
    if (paths[path]) continue;
    const content = JSON.stringify(openApiDocument(types, group, version));
    const hash = createHash('sha512').update(content).digest('hex').toUpperCase();
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  return { paths };
}

/**
 * The OpenAPI v3 document of one group and version, as far as clients need it: kubectl finds out from the operations what
 * the server can do, and `kubectl explain` prints the schemas. Empty of paths if there is no such group.
 */
export function openApiDocument(types: readonly ResourceType[], group: string, version: string): JsonObject {
  const own = types.filter((type) => type.group === group && type.version === version);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' },
    paths: Object.assign({}, ...own.map(pathsOf)) as JsonObject,
    components: { schemas: Object.assign(metaSchemas(), ...own.map(kindSchemas)) as JsonObject },
  };
}

import type { ApiObject } from '../json.ts';

/** On an object that is being written: paths of what the server has put in for the client. Not enumerable, never stored. */
const given: unique symbol = Symbol('given');

type Marked = ApiObject & { [given]?: string[][] };

/**
 * Notes that a field was not set by the client but given out or admitted by the server, as the address of a Service: nobody
 * owns it (Kubernetes writes down who set what before it allocates).
 *
 * @param path in the form of FieldsV1, as `f:spec`, `f:clusterIP`
 */
export function markGiven(object: ApiObject, path: readonly string[]): void {
  const marked: Marked = object;
  const paths = marked[given];
  if (paths) paths.push([...path]);
  else Object.defineProperty(marked, given, { value: [[...path]], enumerable: false });
}

/** What has been noted of an object. */
export function givenPaths(object: ApiObject): readonly (readonly string[])[] {
  return (object as Marked)[given] ?? [];
}

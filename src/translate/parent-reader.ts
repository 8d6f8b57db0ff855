import { type Decoded, decodeIngressRoute, type IngressRoute } from '../api/decode.ts';
import type { KubeObject } from '../model/cluster.ts';

export type ParentReader = (object: KubeObject) => Decoded<IngressRoute>;

/** Decodes each parent once, however many children it has. */
export function rememberingParentReader(): ParentReader {
  const remembered = new WeakMap<KubeObject, Decoded<IngressRoute>>();
  return (object) => {
    const known = remembered.get(object);
    if (known !== undefined) return known;
    const decoded = decodeIngressRoute(object);
    remembered.set(object, decoded);
    return decoded;
  };
}

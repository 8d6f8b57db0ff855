import { decodeMiddlewareTcp } from '../api/decode-streams.ts';
import { quote } from '../api/field-path.ts';
import { traefikApiVersion } from '../api/kubernetes.ts';
import type { MiddlewareTcpSpec } from '../api/middleware-tcp.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { PlanTcpMiddleware } from '../model/plan-tcp.ts';
import { parseAddressRange } from '../routing/address-range.ts';
import { FragmentBuilder } from './fragment.ts';

/** What a MiddlewareTCP says, null where it is in error, and all that is wrong with it. */
export interface ReadMiddlewareTcp {
  readonly planned: PlanTcpMiddleware | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a MiddlewareTCP. Never throws. */
export function readMiddlewareTcp(object: KubeObject): ReadMiddlewareTcp {
  const { value, diagnostics } = decodeMiddlewareTcp(object);
  if (value === null) return { planned: null, diagnostics };
  const builder = new FragmentBuilder(object);
  builder.adopt(diagnostics);
  const planned = plannedOf(value, object, builder);
  return { planned, diagnostics: builder.build().diagnostics };
}

function plannedOf(
  { ipAllowList, ipWhiteList, inFlightConn }: MiddlewareTcpSpec,
  { apiVersion, metadata }: KubeObject,
  fragment: FragmentBuilder,
): PlanTcpMiddleware | null {
  const name = `${metadata.namespace ?? ''}/${metadata.name}`;
  const id = apiVersion === traefikApiVersion ? `traefik.io/${name}` : name;
  if (inFlightConn !== undefined) {
    return Object.freeze({ kind: 'inFlightConn', id, amount: inFlightConn.amount });
  }
  const key = ipAllowList === undefined ? 'ipWhiteList' : 'ipAllowList';
  const path = `spec.${key}.sourceRange`;
  const ranges = ((ipAllowList ?? ipWhiteList)?.sourceRange ?? []).map((range) => range.trim());
  if (ranges.length === 0) {
    fragment.report(path, 'InvalidValue', 'names no address', 'Name at least one address or CIDR block.');
    return null;
  }
  const bad = [...ranges.entries()].filter(([, range]) => parseAddressRange(range) === null);
  for (const [index, range] of bad.slice(0, mostReported)) {
    const message = `${quote(range)} is neither an IP address nor a CIDR block`;
    const hint = 'Write for example 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.';
    fragment.report(`${path}[${index}]`, 'InvalidValue', message, hint);
  }
  return bad.length > 0 ? null : Object.freeze({ kind: 'ipAllowList', ranges: Object.freeze(ranges) });
}

/** A list of thousands may be wrong from end to end. */
const mostReported = 16;

import { type Outcome, type Protocol, type RefusalReason, refusalReasons } from '../model/outcome.ts';

/** Methods as metric labels (RFC 9110 section 9.3, RFC 5789); the last stands for all else. */
export const methodLabels = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'other',
] as const;

export const protocolLabels = [
  'http/1.0',
  'http/1.1',
  'http/2',
  'tcp',
  'udp',
] as const satisfies readonly Protocol[];

export const reasonLabels = Object.keys(refusalReasons) as readonly RefusalReason[];

const methodIndexes: ReadonlyMap<string, number> = new Map(
  methodLabels.slice(0, -1).map((method, index) => [method, index]),
);

const reasonIndexes: ReadonlyMap<RefusalReason, number> = new Map(
  reasonLabels.map((reason, index) => [reason, index]),
);

/** Index into `methodLabels`. */
export function methodIndex(method: string): number {
  return methodIndexes.get(method) ?? methodLabels.length - 1;
}

/** Index into `protocolLabels`. */
export function protocolIndex(protocol: Protocol): number {
  return protocolLabels.indexOf(protocol);
}

/** Tunnels, connections of TCP and sessions of UDP last as long as they are wanted: among requests their times would tell nothing. */
export function isLasting({ protocol, status }: Outcome): boolean {
  return status === 101 || protocol === 'tcp' || protocol === 'udp';
}

/** Index into `reasonLabels`. */
export function reasonIndex(reason: RefusalReason): number {
  return reasonIndexes.get(reason) ?? 0;
}

/** Number of indexes that `codeIndex` gives. */
export const codeCount = 501;

/** From 0 for a status that is none, else 1 for 100, 2 for 101 and so on. */
export function codeIndex(status: number): number {
  return status >= 100 && status <= 599 ? Math.trunc(status) - 99 : 0;
}

/** The metric label of a status. */
export function codeLabel(index: number): string {
  return index === 0 ? 'other' : String(index + 99);
}

import type { Effect, EffectTable, NoEffect } from './effect-entry.ts';
import { isRecord, joinPath } from './field-path.ts';
import { ingressRouteEffects } from './ingress-route-effects.ts';
import { ingressRouteTcpEffects } from './ingress-route-tcp.ts';
import { ingressRouteUdpEffects } from './ingress-route-udp.ts';
import { middlewareEffects } from './middleware-effects.ts';
import { middlewareTcpEffects } from './middleware-tcp.ts';
import type { Problem } from './schema-problem.ts';
import { serversTransportEffects } from './servers-transport.ts';
import { serversTransportTcpEffects } from './servers-transport-tcp.ts';
import { tlsOptionEffects } from './tls-option.ts';
import { tlsStoreEffects } from './tls-store.ts';

/** The effect tables, by kind. */
export const effectTables = Object.freeze({
  IngressRoute: ingressRouteEffects,
  Middleware: middlewareEffects,
  ServersTransport: serversTransportEffects,
  IngressRouteTCP: ingressRouteTcpEffects,
  IngressRouteUDP: ingressRouteUdpEffects,
  MiddlewareTCP: middlewareTcpEffects,
  ServersTransportTCP: serversTransportTcpEffects,
  TLSOption: tlsOptionEffects,
  TLSStore: tlsStoreEffects,
} as const satisfies Readonly<Record<string, EffectTable>>);

/** Where in a table and in an object a value stands. */
export interface EffectPlace {
  /** As in the table; empty for `spec`. */
  readonly field: string;
  /** As in the object: `spec.routes[0]`. */
  readonly path: string;
}

/**
 * The fields of a value, decoded or as it came, that ask for what this version does not do. What has no entry is not looked
 * into, so that the depth of the table bounds the work.
 */
export function effectProblems(table: EffectTable, value: unknown, place: EffectPlace): readonly Problem[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry, index) =>
      effectProblems(table, entry, { field: `${place.field}[]`, path: `${place.path}[${index}]` }),
    );
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const field = place.field === '' ? key : `${place.field}.${key}`;
    const path = joinPath(place.path, [key]);
    const effect = Object.hasOwn(table, field) ? table[field] : undefined;
    if (effect === undefined) return [];
    if (effect.kind === 'now') return effectProblems(table, child, { field, path });
    return asksForMore(effect, child, value) ? [effectProblem(effect, child, path)] : [];
  });
}

/** What is said of a value that stands for one field of `table` without standing in an object; null where it does what it says. */
export function effectProblemOf(
  table: EffectTable,
  field: string,
  { value, path }: { readonly value: unknown; readonly path: string },
): Problem | null {
  const effect = Object.hasOwn(table, field) ? table[field] : undefined;
  if (effect === undefined || effect.kind === 'now' || !asksForMore(effect, value, {})) return null;
  return effectProblem(effect, value, path);
}

function asksForMore(effect: NoEffect, value: unknown, siblings: Readonly<Record<string, unknown>>): boolean {
  if (value === undefined || value === false) return false;
  if (Array.isArray(value) && value.length === 0) return false;
  if (effect.harmless?.includes(value)) return false;
  return effect.worksWith === undefined || siblings[effect.worksWith] !== true;
}

function effectProblem(effect: Exclude<Effect, { kind: 'now' }>, value: unknown, path: string): Problem {
  const harmless = effect.kind === 'none' && effect.wrongWithout?.includes(value) !== true;
  const problem = harmless
    ? { path, code: 'FieldWithoutEffect' as const, message: `has no effect: ${effect.because}` }
    : { path, code: 'NotSupported' as const, message: `is not supported: ${effect.because}` };
  return effect.hint === undefined ? problem : { ...problem, hint: effect.hint };
}

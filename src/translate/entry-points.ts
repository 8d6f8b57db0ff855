import { quote } from '../api/field-path.ts';
import { byCodeUnit } from '../model/order.ts';
import type { EntryPoint } from '../model/settings.ts';
import type { FragmentBuilder } from './fragment.ts';
import { shortList } from './service.ts';

/** Where routes are served. */
export interface RouteEntryPoints {
  /** Sorted, each once; empty where none of those that are asked for exists. */
  readonly names: readonly string[];
  /** As in a route of the plan. */
  readonly tls: boolean | null;
}

/**
 * The entry points of an IngressRoute: those in `spec.entryPoints` that exist, or all of them where it names none. Without
 * `spec.tls` its routes take clear text, except on an entry point that speaks TLS only.
 */
export function routeEntryPoints(
  fragment: FragmentBuilder,
  existing: readonly EntryPoint[],
  asked: readonly string[],
  wantsTls: boolean,
): RouteEntryPoints {
  const used = entryPointsFor('tcp', fragment, existing, asked);
  const isTlsOnly = used.length > 0 && used.every((entryPoint) => entryPoint.tls);
  const names = used.map(({ name }) => name).toSorted(byCodeUnit);
  if (wantsTls || isTlsOnly) return { names, tls: true };
  return { names, tls: used.some((entryPoint) => entryPoint.tls) ? null : false };
}

/**
 * The entry points of one protocol among those that an object asks for in `spec.entryPoints`, or where it names none all of that
 * protocol but those that must be named. One that does not exist, or is of the other protocol, is told.
 */
export function entryPointsFor(
  protocol: 'tcp' | 'udp',
  fragment: FragmentBuilder,
  existing: readonly EntryPoint[],
  asked: readonly string[],
): readonly EntryPoint[] {
  const fitting = existing.filter(({ udp = false }) => udp === (protocol === 'udp'));
  for (const [index, name] of asked.entries()) {
    if (fitting.some((one) => one.name === name)) continue;
    const isOther = existing.some((one) => one.name === name);
    const message = isOther
      ? `the entry point ${quote(name)} is for ${protocol === 'udp' ? 'TCP' : 'UDP'}`
      : `there is no entry point ${quote(name)}`;
    fragment.report(`spec.entryPoints[${index}]`, 'UnknownEntryPoint', message, hintOn(protocol, fitting));
  }
  if (asked.length === 0) return fitting.filter(({ namedOnly }) => namedOnly !== true);
  return fitting.filter(({ name }) => asked.includes(name));
}

/** What to say where an entry point is missing. */
export function hintOn(protocol: 'tcp' | 'udp', fitting: readonly EntryPoint[]): string {
  if (protocol === 'udp' && fitting.length === 0) return 'Start Fairlead with --entrypoint NAME=:PORT/udp.';
  const known = fitting.map(({ name }) => name).toSorted(byCodeUnit);
  return `The entry points${protocol === 'udp' ? ' of UDP' : ''} are ${shortList(known)}.`;
}

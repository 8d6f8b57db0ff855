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
  /** True where all of them speak TLS only, so that this version, which does not terminate TLS, keeps them closed. */
  readonly areClosed: boolean;
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
  const used = asked.length === 0 ? existing : existing.filter(({ name }) => asked.includes(name));
  const isTlsOnly = used.length > 0 && used.every((entryPoint) => entryPoint.tls);
  const areClosed = isTlsOnly && asked.length > 0 && !wantsTls;
  for (const [index, name] of asked.entries()) {
    const entryPoint = existing.find((one) => one.name === name);
    const path = `spec.entryPoints[${index}]`;
    if (entryPoint === undefined) reportUnknown(fragment, path, name, existing);
    else if (entryPoint.tls && !wantsTls) reportClosed(fragment, path, name, areClosed);
  }
  const names = used.map(({ name }) => name).toSorted(byCodeUnit);
  if (wantsTls || isTlsOnly) return { names, tls: true, areClosed };
  return { names, tls: used.some((entryPoint) => entryPoint.tls) ? null : false, areClosed };
}

function reportUnknown(
  fragment: FragmentBuilder,
  path: string,
  name: string,
  existing: readonly EntryPoint[],
): void {
  const known = existing.map((entryPoint) => entryPoint.name).toSorted(byCodeUnit);
  const hint = `The entry points are ${shortList(known)}.`;
  fragment.report(path, 'UnknownEntryPoint', `there is no entry point ${quote(name)}`, hint);
}

function reportClosed(fragment: FragmentBuilder, path: string, name: string, areClosed: boolean): void {
  const because = `entry point ${quote(name)} speaks TLS only, which this version does not terminate`;
  const hint = 'Name an entry point that takes clear text.';
  if (areClosed) fragment.report(path, 'NotSupported', `is not supported: ${because}`, hint);
  else fragment.report(path, 'FieldWithoutEffect', `has no effect: ${because}`);
}

import { findProgram, type Program, versionOf } from '../machine/programs.ts';
import type { Found, Setup, StartedPeer } from './peer.ts';

/** Looks for a proxy that is a program of the system. */
export function findSystemProgram(name: string, versionArgs: readonly string[]): Found {
  const file = findProgram(name);
  if (file === null) return { ok: false, reason: `there is no program ${name} on the PATH` };
  return { ok: true, version: versionOf(file, versionArgs) };
}

/** Starts a proxy that is a program of the system. */
export function startSystemProgram(
  { programs, cores }: Setup,
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): StartedPeer {
  const program: Program = programs.start({ file: findProgram(name) ?? name, args, cores, env });
  return { program, end: () => programs.end(program) };
}

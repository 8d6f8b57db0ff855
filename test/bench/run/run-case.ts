import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, untilAnswering } from '../machine/answers.ts';
import type { Certificate } from '../machine/certificate.ts';
import { layOut } from '../machine/cores.ts';
import type { Programs } from '../machine/programs.ts';
import { type Origin, originFiles } from '../origin/origin.ts';
import type { Peer, StartedPeer } from '../peers/peer.ts';
import type { Case, IdleCase, LoadCase } from './cases.ts';
import type { CaseTurns, PeerTurns, Turn } from './figures.ts';
import { idleTurn, loadTurn } from './turns.ts';

/** What all cases of a run share. */
export interface Bench {
  readonly programs: Programs;
  readonly folder: string;
  readonly origin: Origin;
  /** For the cases over TLS; null where there can be none. */
  readonly certificate: Certificate | null;
  readonly usableCores: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly profiles: string | null;
  /** Told what is going on. */
  readonly say: (line: string) => void;
}

/** One proxy in one case. */
interface Player {
  readonly peer: Peer;
  readonly turns: (Turn | null)[];
  started: { readonly peer: StartedPeer; readonly port: number } | null;
  problem: string | null;
}

/** A name that leads to 127.0.0.1 everywhere: load generators take the SNI from the URL. */
export const host = 'localhost';
const warmSeconds = 5;
/** Load before each turn that is not measured: what a run time gives back or forgets while it rests is no part of a steady state. */
const leadInSeconds = 1;

/** Lets all peers have their turns, one after the other in each round. One that fails sits out the rest of the case. */
export async function runCase(bench: Bench, which: Case, peers: readonly Peer[]): Promise<CaseTurns> {
  bench.say(`\n${which.title}`);
  const players: Player[] = peers.map((peer) => ({ peer, turns: [], started: null, problem: null }));
  if (which.kind === 'load') await loadRounds(bench, which, players);
  else await idleRounds(bench, which, players);
  const { name, title, reference } = which;
  return { name, title, reference, peers: players.map(result) };
}

function result({ peer, turns, problem }: Player): PeerTurns {
  return { peer: peer.name, turns, problem };
}

/** All proxies run from the first round to the last; each is warm before its first turn. */
async function loadRounds(bench: Bench, which: LoadCase, players: readonly Player[]): Promise<void> {
  const warming = { ...bench, seconds: warmSeconds };
  for (const player of players) {
    await attempt(bench, player, async () => {
      player.started = await start(bench, which, player.peer);
      await loadTurn(player.started.peer.program, which, targetOf(warming, which, player.started.port));
    });
  }
  for (let round = 0; round < bench.rounds; round++) {
    for (const player of players) {
      const turn = await attempt(bench, player, async () => {
        const { started } = player;
        if (started === null) return null;
        const target = targetOf(bench, which, started.port);
        await which.generate({ ...target, seconds: leadInSeconds });
        return loadTurn(started.peer.program, which, target);
      });
      player.turns.push(turn);
    }
    bench.say(`  round ${round + 1} of ${bench.rounds}`);
  }
  for (const player of players) await player.started?.peer.end();
}

/** Each proxy is started anew for each turn: memory that it has once got it may keep. */
async function idleRounds(bench: Bench, which: IdleCase, players: readonly Player[]): Promise<void> {
  for (let round = 0; round < bench.rounds; round++) {
    for (const player of players) {
      const turn = await attempt(bench, player, async () => {
        player.started = await start(bench, which, player.peer);
        const { program } = player.started.peer;
        const target = targetOf(bench, which, player.started.port);
        await which.generate({ ...target, seconds: 1 });
        return idleTurn(program, which, target);
      });
      player.turns.push(turn);
      await player.started?.peer.end();
      player.started = null;
    }
    bench.say(`  round ${round + 1} of ${bench.rounds}`);
  }
}

/** Null where it failed, now or before. */
async function attempt<Result>(
  bench: Bench,
  player: Player,
  work: () => Promise<Result>,
): Promise<Result | null> {
  if (player.problem !== null) return null;
  try {
    return await work();
  } catch (error) {
    player.problem = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
    bench.say(`  ${player.peer.name}: ${player.problem}`);
    return null;
  }
}

async function start(bench: Bench, which: Case, peer: Peer): Promise<{ peer: StartedPeer; port: number }> {
  const { programs, origin, certificate, profiles } = bench;
  const { client, upstream } = which;
  const folder = mkdtempSync(join(bench.folder, `${which.name}-${peer.name}-`));
  const port = await freePort();
  const started = await peer.start({
    ...{ programs, folder, port, host, client, upstream, certificate },
    origin: originPort(origin, which),
    threads: which.threads,
    cores: layOut(bench.usableCores, which.threads).proxy,
    nodeOptions: profiles === null ? [] : profileOptions(join(profiles, `${which.name}-${peer.name}`)),
  });
  try {
    await untilAnswering(started.program, { port, path: '/1k', host, bytes: originFiles['/1k'], client });
  } catch (error) {
    // Its cluster would outlive the run.
    await started.end();
    throw error;
  }
  return { peer: started, port };
}

function originPort({ port, h2cPort, tlsPort }: Origin, { client, upstream }: Case): number {
  if (client === 'passthrough') return tlsPort ?? 0;
  return upstream === 'h2c' ? h2cPort : port;
}

function profileOptions(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

function targetOf(bench: Bench, which: Case, port: number) {
  const { programs, folder, seconds, usableCores } = bench;
  return { programs, folder, seconds, port, host, cores: layOut(usableCores, which.threads).load };
}

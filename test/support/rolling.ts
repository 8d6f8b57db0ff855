import { Agent } from 'node:http';
import { get, startUpstream } from './http.ts';
import type { CleanUp } from './process.ts';
import { commandStarter } from './running-command.ts';

/** What clients saw while processes were replaced. */
export interface RollingResult {
  readonly answered: number;
  readonly failures: readonly string[];
  /** Exit codes of the processes that were told to stop. */
  readonly exitCodes: readonly (number | null)[];
}

/**
 * Replaces a `fairlead run` so many times under load: the next process opens the same port before the one before it is told to stop.
 * Clients keep their connections as long as they may, and open another one when an answer says that this one closes.
 */
export async function replaceUnderLoad(context: CleanUp, restarts: number): Promise<RollingResult> {
  const upstream = await startUpstream(context, 'one');
  // Two threads, since one alone does not share its port.
  const { port, start } = await commandStarter(context, upstream, ['--workers=2']);
  let current = await start();
  const clients = Array.from({ length: 8 }, () => new PatientClient(port));
  const exitCodes: (number | null)[] = [];
  for (let restart = 0; restart < restarts; restart++) {
    const next = await start();
    exitCodes.push(await current.end('SIGTERM'));
    current = next;
  }
  const failures: string[] = [];
  for (const client of clients) failures.push(...(await client.stop()));
  return { answered: clients.reduce((sum, client) => sum + client.answered, 0), failures, exitCodes };
}

/** Asks again and again, on one connection after the other. */
class PatientClient {
  answered = 0;
  readonly #failures: string[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #done: Promise<void>;
  #stopping = false;

  constructor(port: number) {
    this.#done = this.#run(port);
  }

  async stop(): Promise<readonly string[]> {
    this.#stopping = true;
    await this.#done;
    this.#agent.destroy();
    return this.#failures;
  }

  async #run(port: number): Promise<void> {
    while (!this.#stopping && this.#failures.length < 10) {
      try {
        const { status } = await get(port, 'a.example', '/', this.#agent);
        if (status === 200) this.answered += 1;
        else this.#failures.push(`status ${status}`);
      } catch (error) {
        this.#failures.push(String(error));
      }
    }
  }
}

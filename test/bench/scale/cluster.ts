import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RouteKind } from './options.ts';

/** What the process of the API server can be asked to do. */
export type ClusterRequest =
  | { readonly do: 'fill'; readonly kind: RouteKind; readonly routes: number; readonly port: number }
  | {
      readonly do: 'change';
      readonly kind: RouteKind;
      readonly route: number;
      readonly routes: number;
      readonly version: number;
    }
  | {
      readonly do: 'flood';
      readonly routes: number;
      readonly port: number;
      readonly perSecond: number;
      readonly seconds: number;
    };

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The embedded API server in another process. */
export class ClusterProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #id = 0;

  constructor() {
    const file = fileURLToPath(import.meta.resolve('./cluster-process.ts'));
    this.#child = fork(file, [], { execArgv: ['--max-old-space-size=6144'] });
    this.#child.on('message', ({ id, result, error }: { id: number; result: unknown; error?: string }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(`the API server: ${error}`));
    });
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the API server has ended'));
      this.#waiting.clear();
    });
  }

  /** Makes all objects; gives the kubeconfig. */
  async fill(kind: RouteKind, routes: number, port: number): Promise<string> {
    return String(await this.#ask({ do: 'fill', kind, routes, port }));
  }

  /** Changes one object; gives when it was stored, in milliseconds since the epoch. */
  async change(kind: RouteKind, route: number, routes: number, version: number): Promise<number> {
    return Number(await this.#ask({ do: 'change', kind, route, routes, version }));
  }

  /** Changes EndpointSlices for some seconds; gives how many a second. */
  async flood(routes: number, port: number, perSecond: number, seconds: number): Promise<number> {
    return Number(await this.#ask({ do: 'flood', routes, port, perSecond, seconds }));
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(request: ClusterRequest): Promise<unknown> {
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, request });
    });
  }
}

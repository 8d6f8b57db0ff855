import type { FromProxyThread, ToProxyThread } from '../model/thread-message.ts';

/** One proxy thread, as the control thread sees it: a Worker behind a small face. */
export interface ProxyThreadPort {
  /** Messages arrive in the order in which they are posted, also those posted before the thread listens. */
  post(message: ToProxyThread): void;
  onMessage(listener: (message: FromProxyThread) => void): void;
  /** Called once, when the thread has ended for whatever reason. */
  onExit(listener: (reason: string) => void): void;
  /** Ends the thread at once. */
  terminate(): void;
}

/** Ports that a thread bound, by entry point. */
export type BoundPorts = Readonly<Record<string, number>>;

/**
 * Starts proxy thread number `index`. `ports` are those that the first thread bound, null for the first itself: where a
 * port is left to the system to choose, all threads must bind the same.
 */
export type SpawnProxyThread = (index: number, ports: BoundPorts | null) => ProxyThreadPort;

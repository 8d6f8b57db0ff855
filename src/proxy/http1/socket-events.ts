import type { Socket } from 'node:net';

/** What is to be done when something happens to a socket, by the name of the event. */
export type SocketHandlers = Readonly<
  Partial<Record<'connect' | 'drain' | 'end' | 'finish' | 'error' | 'close', () => void>>
>;

/** Calls handlers for a socket's events. What one of them throws is a bug of ours, and goes to `onBug`. */
export function watchSocket(socket: Socket, handlers: SocketHandlers, onBug: (cause: unknown) => void): void {
  for (const [event, handler] of Object.entries(handlers)) {
    socket.on(event, () => {
      try {
        handler();
      } catch (cause) {
        onBug(cause);
      }
    });
  }
}

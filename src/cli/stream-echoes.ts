import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';

/** Where an example upstream listens, and what to do where it cannot. */
export interface EchoPlace {
  readonly host: string;
  readonly port: number;
  /** What it calls itself now. */
  readonly nameNow: () => string;
  readonly onError: (error: Error) => void;
}

/** An example upstream that runs. */
export interface Echo {
  close(): void;
}

/** Greets every connection with its name, then sends back what comes. */
export function openTcpEcho({ host, port, nameNow, onError }: EchoPlace): Echo {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.write(`${nameNow()}\n`);
    socket.pipe(socket);
  });
  server.on('error', onError);
  server.listen(port, host);
  return {
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Answers every datagram with its name and the datagram. */
export function openUdpEcho({ host, port, nameNow, onError }: EchoPlace): Echo {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (datagram, { port: to, address }) => {
    socket.send([`${nameNow()}: `, datagram], to, address, () => {});
  });
  socket.on('error', onError);
  socket.bind(port, host);
  let isOpen = true;
  return {
    close: () => {
      if (isOpen) socket.close();
      isOpen = false;
    },
  };
}

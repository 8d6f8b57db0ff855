// Many open streams through one proxy thread: `node test/bench/streams.ts --streams 4000`. Prints what an open stream adds to the
// memory of the proxy's process, and how long one event takes to reach all of them. Each stream takes two open files of the proxy.
import { spawn } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CleanUp } from '../support/process.ts';
import { commandStarter, withCleanUp } from '../support/running-command.ts';
import { residentBytes } from './machine/usage.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '4000' },
    events: { type: 'string', default: '10' },
    origin: { type: 'boolean', default: false },
  },
});

if (values.origin) beOrigin();
else await withCleanUp(measure);

async function measure(context: CleanUp): Promise<void> {
  const streams = Number(values.streams);
  const origin = await startOrigin(context);
  const { port, start } = await commandStarter(context, origin.port, [
    '--workers=1',
    `--max-connections=${streams + 100}`,
  ]);
  const pid = (await start()).process.pid ?? 0;
  let received = 0;
  const sockets: Socket[] = [];
  context.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  await pause(2_000);
  const before = residentBytes(pid);
  let heads = 0;
  let lost = 0;
  for (let index = 0; index < streams; index++) {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      if (text.startsWith('HTTP/1.1 200')) heads++;
      if (text.includes('data: ')) received++;
    });
    socket.on('error', () => lost++);
    socket.write('GET /events HTTP/1.1\r\nHost: a.example\r\n\r\n');
    sockets.push(socket);
    if (index - heads > 200) await untilTrue(() => index - heads - lost < 100);
  }
  await untilTrue(() => heads + lost === streams);
  await pause(2_000);
  const perStream = (residentBytes(pid) - before) / heads;
  const times: number[] = [];
  for (let event = 0; event < Number(values.events); event++) {
    received = 0;
    const sentAt = performance.now();
    origin.send();
    await untilTrue(() => received >= heads);
    times.push(performance.now() - sentAt);
    await pause(200);
  }
  times.sort((a, b) => a - b);
  const figures = {
    streams: heads,
    lost,
    kibibytesPerStream: Number((perStream / 1_024).toFixed(1)),
    eventToAllMs: { median: Math.round(times[times.length >> 1] ?? 0), most: Math.round(times.at(-1) ?? 0) },
  };
  console.log(JSON.stringify(figures));
  process.exitCode = lost === 0 ? 0 : 1;
}

interface Origin {
  readonly port: number;
  /** Sends one event on every stream. */
  send(): void;
}

async function startOrigin(context: CleanUp): Promise<Origin> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--origin'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  context.after(() => child.kill());
  const port = await new Promise<number>((resolve) =>
    child.stdout.once('data', (said) => resolve(Number(said))),
  );
  return { port, send: () => child.stdin.write('.') };
}

function beOrigin(): void {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => {
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      socket.resume();
    });
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
    const address = server.address();
    console.log(typeof address === 'object' && address !== null ? address.port : 0);
  });
  process.stdin.on('data', () => {
    for (const socket of sockets) socket.write('f\r\ndata: an event\n\r\n');
  });
}

async function untilTrue(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited a minute in vain');
    await pause(1);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

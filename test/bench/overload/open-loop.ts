// Load that does not wait for answers: `node open-loop.ts PORT HOST PATH RATE LEAD_IN_SECONDS SECONDS`. Prints one line of JSON.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const [port = 0, , , rate = 1, leadIn = 0, seconds = 1] = process.argv.slice(2).map(Number);
const [, , , host = '', path = '/'] = process.argv;
const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
/** All sockets read into this, one after the other: the generator has to be cheaper than what it measures. */
const memory = Buffer.allocUnsafeSlow(65_536);
/** All are opened before the load begins: to open them costs the generator more than to use them. */
const connections = 1_000;
const openedAtOnce = 50;
/** An answer that comes later is of no use to anybody. */
const usefulMs = 1_000;

interface Connection {
  readonly socket: Socket;
  /** When its request should have been sent, and when it was; 0 while it is idle. */
  dueMs: number;
  sentMs: number;
  text: string;
  /** Bytes of the answer that are still to come; -1 while its head is not complete. */
  left: number;
  status: string;
}

const idle: Connection[] = [];
/** Requests that no connection could be had for, by the time at which they were due. */
const waiting: number[] = [];
const accepted: number[] = [];
const refused: number[] = [];
/** Bytes of a whole answer, by the first digit of its status: answers that come in one piece need no parsing. */
const lengths = new Map<number, number>();
/** Answers that came too late, and requests that no connection could be had for in time. */
let late = 0;
let unsent = 0;
/** The longest time between two looks at the schedule: a pause of the generator itself. */
let longestPauseMs = 0;
let lastTickMs = 0;
let failed = 0;
let asked = 0;

async function openAll(): Promise<void> {
  while (idle.length < connections) {
    await Promise.all(Array.from({ length: openedAtOnce }, openConnection));
  }
}

async function openConnection(): Promise<void> {
  const onread = {
    buffer: memory,
    callback: (length: number): boolean => {
      onData(connection, length);
      return true;
    },
  };
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
  const connection: Connection = { socket, dueMs: 0, sentMs: 0, text: '', left: -1, status: '' };
  await once(socket, 'connect');
  idle.push(connection);
  socket.on('error', () => {});
  socket.on('close', () => {
    if (connection.dueMs >= measureMs) failed++;
    const index = connection.dueMs === 0 ? idle.indexOf(connection) : -1;
    if (index !== -1) idle.splice(index, 1);
  });
}

function onData(connection: Connection, read: number): void {
  if (connection.left === -1) {
    const digit = memory[9] ?? 0;
    if (connection.text === '' && lengths.get(digit) === read) {
      connection.status = digit === 0x32 ? '200' : '503';
      onAnswer(connection);
      return;
    }
    connection.text += memory.toString('latin1', 0, read);
    const end = connection.text.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(connection.text)?.[1] ?? '0';
    connection.status = connection.text.slice(9, 12);
    connection.left = end + 4 + Number(length) - connection.text.length;
    if (['200', '503'].includes(connection.status)) {
      lengths.set(connection.status.charCodeAt(0), end + 4 + Number(length));
    }
    connection.text = '';
  } else connection.left -= read;
  if (connection.left <= 0) onAnswer(connection);
}

function onAnswer(connection: Connection): void {
  const now = performance.now();
  const { dueMs, sentMs, status } = connection;
  connection.dueMs = 0;
  connection.left = -1;
  if (dueMs >= measureMs) {
    if (status === '503') refused.push(now - sentMs);
    else if (status !== '200') failed++;
    else if (now - dueMs > usefulMs) late++;
    else accepted.push(now - dueMs);
  }
  const next = waiting.shift();
  if (next === undefined) idle.push(connection);
  else send(connection, next);
}

function send(connection: Connection, dueMs: number): void {
  connection.dueMs = dueMs;
  connection.sentMs = performance.now();
  connection.socket.write(request);
}

function tick(): void {
  const now = performance.now();
  if (now >= measureMs) longestPauseMs = Math.max(longestPauseMs, now - lastTickMs);
  lastTickMs = now;
  for (; asked / rate <= (Math.min(now, endMs) - beginMs) / 1000; asked++) {
    const dueMs = beginMs + (asked / rate) * 1000;
    const connection = idle.pop();
    if (connection !== undefined) send(connection, dueMs);
    else waiting.push(dueMs);
  }
  while ((waiting[0] ?? now) < now - usefulMs) {
    if ((waiting.shift() ?? 0) >= measureMs) unsent++;
  }
  if (now < endMs) setTimeout(tick, 1);
  else setTimeout(finish, usefulMs);
}

function quantile(values: readonly number[], share: number): number | null {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? null;
}

function finish(): void {
  for (const dueMs of waiting) if (dueMs >= measureMs) unsent++;
  for (const list of [accepted, refused]) list.sort((one, other) => one - other);
  const result = {
    offered: rate,
    goodput: accepted.length / seconds,
    refused: refused.length / seconds,
    late: late / seconds,
    unsent: unsent / seconds,
    longestPauseMs,
    loadCpu:
      (process.cpuUsage(cpuAtBegin).user + process.cpuUsage(cpuAtBegin).system) /
      1e6 /
      (leadIn + seconds + usefulMs / 1000),
    failed: failed / seconds,
    acceptedP50: quantile(accepted, 0.5),
    acceptedP99: quantile(accepted, 0.99),
    refusedP50: quantile(refused, 0.5),
    refusedP99: quantile(refused, 0.99),
  };
  process.stdout.write(`result ${JSON.stringify(result)}\n`, () => process.exit());
}

await openAll();
const cpuAtBegin = process.cpuUsage();
const beginMs = performance.now();
lastTickMs = beginMs;
const measureMs = beginMs + leadIn * 1000;
const endMs = measureMs + seconds * 1000;
tick();

import { type RequestOptions, request } from 'node:http';
import { connect } from 'node:http2';
import { request as requestOverTls } from 'node:https';
import { createServer } from 'node:net';
import type { ClientProtocol } from '../peers/peer.ts';
import type { Program } from './programs.ts';

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What a first request must look like. */
export interface Probe {
  readonly port: number;
  readonly path: string;
  readonly host: string;
  /** Bytes of the body that must come. */
  readonly bytes: number;
  /** HTTP/1.1 in clear text where absent. */
  readonly client?: ClientProtocol;
}

const waitMs = 20_000;

/** Waits until a program answers with 200 and the whole body. Rejects where it ends before, or within 20 s does not. */
export async function untilAnswering(program: Program, probe: Probe): Promise<void> {
  const deadline = performance.now() + waitMs;
  let last = 'nothing listens';
  while (!program.hasEnded() && performance.now() < deadline) {
    last = await (probe.client === 'h2c' ? answerOverHttp2(probe) : answerOf(probe));
    if (last === `200 with ${probe.bytes} bytes`) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`does not answer as it should (last: ${last}). It said: ${program.said() || 'nothing'}`);
}

const answerMs = 2000;

function answerOf({ port, path, host, client = 'http' }: Probe): Promise<string> {
  return new Promise((resolve) => {
    const plain: RequestOptions = { port, path, host: '127.0.0.1', agent: false, timeout: answerMs };
    const options = { ...plain, headers: { host }, servername: host, rejectUnauthorized: false };
    const outgoing = (client === 'http' ? request : requestOverTls)(options, (answer) => {
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      answer.on('end', () => resolve(`${answer.statusCode} with ${bytes} bytes`));
      answer.on('error', (error) => resolve(error.message));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', (error) => resolve(error.message));
    outgoing.end();
  });
}

/** HTTP/2 in clear text, which the client begins without asking. */
function answerOverHttp2({ port, path, host }: Probe): Promise<string> {
  return new Promise((resolve) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const end = (said: string): void => {
      session.destroy();
      resolve(said);
    };
    session.on('error', (error) => end(error.message));
    session.on('close', () => end('the connection closed'));
    const stream = session.request({ ':path': path, ':authority': host });
    stream.setTimeout(answerMs, () => end('no answer in time'));
    let status = 0;
    let bytes = 0;
    stream.on('response', (head) => {
      status = head[':status'] ?? 0;
    });
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    stream.on('error', (error) => end(error.message));
    stream.on('end', () => end(`${status} with ${bytes} bytes`));
  });
}

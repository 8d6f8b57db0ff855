import type { TestContext } from 'node:test';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { echoMethods } from './echo-methods.ts';

/** A gRPC server on loopback in clear text, and what it has seen. */
export interface EchoServer {
  readonly name: string;
  readonly port: number;
  /** Calls that have begun, by method. */
  readonly calls: Map<string, number>;
  /** Metadata of the last call. */
  lastMetadata: Metadata;
  /** How long the last call might take when it came, in milliseconds; Infinity without a deadline. */
  lastTimeMs: number;
  /** Calls of `wait` that are open. */
  waiting: number;
  /** Calls of `wait` that the client has ended. */
  cancelled: number;
  /** Messages of `count` that were handed over for sending. */
  sent: number;
  /** Ends at once, with all connections. */
  stop(): void;
}

/** Starts a server; it ends with the test. Each answer begins with its name as metadata `server`. */
export async function startEchoServer(context: TestContext, name: string): Promise<EchoServer> {
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  const stop = (): void => server.forceShutdown();
  const seen = {
    ...{ name, port: 0, calls: new Map<string, number>(), lastMetadata: new Metadata() },
    ...{ lastTimeMs: 0, waiting: 0, cancelled: 0, sent: 0, stop },
  };
  server.addService(echoMethods, handlersFor(seen));
  seen.port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, port: number): void =>
      error === null ? resolve(port) : reject(error);
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
  });
  context.after(stop);
  return seen;
}

type Call =
  | ServerUnaryCall<Buffer, Buffer>
  | ServerReadableStream<Buffer, Buffer>
  | ServerWritableStream<Buffer, Buffer>
  | ServerDuplexStream<Buffer, Buffer>;

function handlersFor(seen: EchoServer) {
  const begin = (method: string, call: Call): void => {
    seen.calls.set(method, (seen.calls.get(method) ?? 0) + 1);
    seen.lastMetadata = call.metadata;
    seen.lastTimeMs = Number(call.getDeadline()) - Date.now();
    const head = new Metadata();
    head.set('server', seen.name);
    call.sendMetadata(head);
  };
  return {
    unary(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) {
      begin('unary', call);
      const trailer = new Metadata();
      trailer.set('after', 'body');
      trailer.set('after-bin', Buffer.from([0, 255, 1]));
      done(null, call.request, trailer);
    },
    collect(call: ServerReadableStream<Buffer, Buffer>, done: sendUnaryData<Buffer>) {
      begin('collect', call);
      let [count, bytes] = [0, 0];
      call.on('data', (message: Buffer) => {
        count++;
        bytes += message.length;
      });
      call.on('end', () => done(null, Buffer.from(`${count} messages, ${bytes} bytes`)));
    },
    count(call: ServerWritableStream<Buffer, Buffer>) {
      begin('count', call);
      const [count = 0, size = 0] = call.request.toString().split(' ').map(Number);
      void sendAll(seen, call, count, Buffer.alloc(size, 'm'));
    },
    chat(call: ServerDuplexStream<Buffer, Buffer>) {
      begin('chat', call);
      call.on('data', (message: Buffer) => call.write(message));
      call.on('end', () => call.end());
    },
    // Without metadata before it, so that status and trailers are one block of headers.
    fail(_call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) {
      const metadata = new Metadata();
      metadata.set('because', 'of the test');
      done({ code: status.FAILED_PRECONDITION, details: 'not now: 100 %, ü', metadata });
    },
    wait(call: ServerWritableStream<Buffer, Buffer>) {
      begin('wait', call);
      seen.waiting++;
      call.on('cancelled', () => {
        seen.waiting--;
        seen.cancelled++;
      });
      call.write(Buffer.from('waiting'));
    },
  };
}

/** Writes as fast as the stream takes it. */
async function sendAll(
  seen: EchoServer,
  call: ServerWritableStream<Buffer, Buffer>,
  count: number,
  message: Buffer,
): Promise<void> {
  let goOn = (): void => {};
  call.on('drain', () => goOn());
  call.on('cancelled', () => goOn());
  for (let index = 0; index < count && !call.cancelled; index++) {
    seen.sent++;
    if (call.write(message)) continue;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  }
  call.end();
}

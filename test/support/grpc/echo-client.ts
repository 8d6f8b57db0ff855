import type { TestContext } from 'node:test';
import {
  type CallOptions,
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import { echoMethods } from './echo-methods.ts';

/** How a client connects: HTTP/2 in clear text, or over TLS with an authority to trust. */
export interface Connecting {
  readonly port: number;
  readonly host: string;
  /** Certificate of the authority in PEM; clear text where it is null. */
  readonly authority: Buffer | null;
}

/** All that came for one call. */
export interface Answered {
  readonly message: Buffer;
  readonly metadata: Metadata;
  readonly status: StatusObject;
}

/** A gRPC client with one connection of its own. */
export class EchoClient {
  readonly #client: Client;

  constructor(context: TestContext, { port, host, authority }: Connecting) {
    const secured = authority === null ? credentials.createInsecure() : credentials.createSsl(authority);
    this.#client = new Client(`127.0.0.1:${port}`, secured, {
      'grpc.default_authority': host,
      'grpc.ssl_target_name_override': host,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // A call that fails is told, and not tried again.
      'grpc.enable_retries': 0,
    });
    context.after(() => this.close());
  }

  close(): void {
    this.#client.close();
  }

  /** Rejects with a ServiceError where the status is not 0. */
  unary(message: Buffer, { metadata = new Metadata(), ...options }: Words = {}): Promise<Answered> {
    return this.#one(echoMethods.unary, message, { ...options, metadata });
  }

  fail(): Promise<Answered> {
    return this.#one(echoMethods.fail, Buffer.from('x'), {});
  }

  /** Sends all messages, waiting where it is told to. */
  collect(messages: Iterable<Buffer>): Promise<string> {
    const { path, requestSerialize, responseDeserialize } = echoMethods.collect;
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, answer?: Buffer): void =>
        error === null ? resolve(String(answer)) : reject(error);
      const call = this.#client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, done);
      void (async () => {
        for (const message of messages) {
          if (!call.write(message)) await new Promise((drained) => call.once('drain', drained));
        }
        call.end();
      })();
    });
  }

  /** The answers come as data of the stream; it fails with a ServiceError. */
  count(count: number, size: number): ClientReadableStream<Buffer> {
    const { path, requestSerialize, responseDeserialize } = echoMethods.count;
    const request = Buffer.from(`${count} ${size}`);
    return this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
  }

  chat(): ClientDuplexStream<Buffer, Buffer> {
    const { path, requestSerialize, responseDeserialize } = echoMethods.chat;
    return this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  }

  wait(options: CallOptions = {}): ClientReadableStream<Buffer> {
    const { path, requestSerialize, responseDeserialize } = echoMethods.wait;
    const request = Buffer.from('x');
    return this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      options,
    );
  }

  #one(
    { path, requestSerialize, responseDeserialize }: typeof echoMethods.unary,
    message: Buffer,
    { metadata = new Metadata(), ...options }: Words,
  ): Promise<Answered> {
    return new Promise((resolve, reject) => {
      let head = new Metadata();
      let answer: Buffer | undefined;
      const call = this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        message,
        metadata,
        options,
        (error, bytes) => {
          if (error === null) answer = bytes;
          else reject(error);
        },
      );
      call.on('metadata', (came: Metadata) => {
        head = came;
      });
      // Told after the callback was called.
      call.on('status', (status) => resolve({ message: answer ?? Buffer.alloc(0), metadata: head, status }));
    });
  }
}

type Words = CallOptions & { readonly metadata?: Metadata };

/** All messages of a stream, with its metadata and status. Rejects with a ServiceError where the status is not 0. */
export async function allOf(
  call: ClientReadableStream<Buffer>,
): Promise<{ readonly messages: readonly Buffer[]; readonly server: string }> {
  let server = '';
  call.on('metadata', (came: Metadata) => {
    server = String(came.get('server')[0]);
  });
  const messages: Buffer[] = [];
  for await (const message of call) messages.push(message as Buffer);
  return { messages, server };
}

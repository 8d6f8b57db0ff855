import type { MethodDefinition } from '@grpc/grpc-js';

/** Messages are bytes: what is tested is what carries them. */
const asTheyAre = (bytes: Buffer): Buffer => bytes;

function method(
  name: string,
  requestStream: boolean,
  responseStream: boolean,
): MethodDefinition<Buffer, Buffer> {
  return {
    path: `/test.Echo/${name}`,
    requestStream,
    responseStream,
    requestSerialize: asTheyAre,
    requestDeserialize: asTheyAre,
    responseSerialize: asTheyAre,
    responseDeserialize: asTheyAre,
  };
}

/** The service that the tests call. It needs no protocol compiler. */
export const echoMethods = {
  /** Answers with the message. */
  unary: method('Unary', false, false),
  /** Takes messages; answers with `COUNT messages, BYTES bytes`. */
  collect: method('Collect', true, false),
  /** The message is `COUNT SIZE`: answers with so many messages of so many bytes. */
  count: method('Count', false, true),
  /** Answers each message with itself, at once. */
  chat: method('Chat', true, true),
  /** Answers with status 9 (FAILED_PRECONDITION) and nothing else. */
  fail: method('Fail', false, false),
  /** Sends one message, and never ends. */
  wait: method('Wait', false, true),
} as const;

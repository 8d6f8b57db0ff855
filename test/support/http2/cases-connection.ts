import assert from 'node:assert/strict';
import type { FrameClient } from './frame-client.ts';
import type { SpecCase } from './spec.ts';
import {
  block,
  code,
  dependency,
  type Field,
  flag,
  frame,
  literal,
  number,
  preface,
  request,
  settings,
  type,
  waits,
} from './wire.ts';

const { endHeaders, endStream, padded, priority } = flag;
const { none, protocol, flowControl, streamClosed, frameSize, refused, compression } = code;
const post = (changes = {}): Field[] => request({ ':method': 'POST', ...changes });
const waiting = request({ ':path': waits });

/** Sends frames that end the connection for one of the codes. */
function ends(codes: readonly number[], ...bytes: readonly Buffer[]) {
  return async (client: FrameClient): Promise<void> => {
    client.send(...bytes);
    await client.untilGone(...codes);
  };
}

const head = (fields: readonly Field[], flags = endHeaders | endStream, id = 1): Buffer =>
  frame(type.headers, flags, id, block(fields));
const open = head(post({ ':path': waits }), endHeaders);
const halfClosed = head(waiting);
const continuation = frame(type.continuation, endHeaders, 1, literal('x-test', 'yes'));

/** Ends a stream by its answer first. */
function onceClosed(then: (client: FrameClient) => Promise<void>) {
  return async (client: FrameClient): Promise<void> => {
    client.request(1);
    assert.equal(await client.answered(1), 200);
    await then(client);
  };
}

const resetOfIt = frame(type.reset, 0, 1, number(8));

export const connectionCases: readonly SpecCase[] = [
  {
    id: 'http2/3.5/1',
    does: 'a preface opens the connection',
    isRaw: true,
    run: async (client) => {
      client.send(preface, settings());
      await client.untilPong();
    },
  },
  {
    id: 'http2/3.5/2',
    does: 'a wrong preface closes the connection',
    isRaw: true,
    run: async (client) => {
      client.send(Buffer.from('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'), settings());
      await client.untilGone(protocol).catch(() => assert.ok(client.isClosed));
    },
  },
  {
    id: 'http2/4.1/1',
    does: 'a frame of an unknown type is ignored',
    run: async (client) => {
      client.send(frame(0x16, 0, 0, 'unknown'));
      await client.untilPong();
    },
  },
  {
    id: 'http2/4.1/2',
    does: 'flags that are not defined are ignored',
    run: async (client) => {
      client.send(frame(type.ping, 0x16, 0, 'flagged!'));
      await client.untilFrame((found) => found.type === type.ping, 'an answer');
    },
  },
  {
    id: 'http2/4.1/3',
    does: 'the reserved bit of a stream is ignored',
    run: async (client) => {
      client.send(frame(type.ping, 0, 0x80000000, 'reserved'));
      await client.untilFrame((found) => found.type === type.ping && found.id === 0, 'an answer');
    },
  },
  {
    id: 'http2/4.2/1',
    does: 'DATA of 16,384 bytes is taken',
    run: async (client) => {
      client.request(1, post(), false);
      client.data(1, 'x'.repeat(16_384), true);
      assert.equal(await client.answered(1), 200);
    },
  },
  {
    id: 'http2/4.2/2',
    does: 'larger DATA ends the connection',
    run: ends([frameSize], open, frame(type.data, endStream, 1, Buffer.alloc(16_385))),
  },
  {
    id: 'http2/4.2/3',
    does: 'larger HEADERS end the connection',
    run: ends([frameSize], frame(type.headers, endHeaders | endStream, 1, Buffer.alloc(16_385))),
  },
  {
    id: 'http2/4.3/1',
    does: 'a header block that cannot be decoded ends the connection',
    run: ends([compression], frame(type.headers, endHeaders | endStream, 1, '\x40\x05abc')),
  },
  {
    id: 'http2/4.3/2',
    does: 'PRIORITY inside of a header block ends the connection',
    run: ends(
      [protocol],
      head(request(), endStream),
      frame(type.priority, 0, 1, dependency(0)),
      continuation,
    ),
  },
  {
    id: 'http2/4.3/3',
    does: 'HEADERS of another stream inside of a header block end the connection',
    run: ends([protocol], head(request(), endStream), head(request(), endHeaders | endStream, 3)),
  },
  { id: 'http2/5.1/1', does: 'idle: DATA', run: ends([protocol], frame(type.data, endStream, 1, 'test')) },
  { id: 'http2/5.1/2', does: 'idle: RST_STREAM', run: ends([protocol], resetOfIt) },
  {
    id: 'http2/5.1/3',
    does: 'idle: WINDOW_UPDATE',
    run: ends([protocol], frame(type.window, 0, 1, number(100))),
  },
  { id: 'http2/5.1/4', does: 'idle: CONTINUATION', run: ends([protocol], continuation) },
  {
    id: 'http2/5.1/5',
    does: 'half-closed (remote): DATA resets the stream',
    run: async (client) => {
      client.send(halfClosed, frame(type.data, endStream, 1, 'test'));
      await client.untilReset(1, streamClosed);
    },
  },
  {
    id: 'http2/5.1/6',
    does: 'half-closed (remote): HEADERS reset the stream',
    run: async (client) => {
      client.send(halfClosed, halfClosed);
      await client.untilReset(1, streamClosed);
    },
  },
  {
    id: 'http2/5.1/7',
    does: 'half-closed (remote): CONTINUATION',
    run: ends([protocol], halfClosed, continuation),
  },
  {
    id: 'http2/5.1/8',
    does: 'closed by RST_STREAM: DATA',
    run: ends([streamClosed], open, resetOfIt, frame(type.data, endStream, 1, 'test')),
  },
  {
    id: 'http2/5.1/9',
    does: 'closed by RST_STREAM: HEADERS',
    run: ends([streamClosed], open, resetOfIt, head(waiting)),
  },
  {
    id: 'http2/5.1/10',
    does: 'closed by RST_STREAM: CONTINUATION',
    run: ends([protocol], open, resetOfIt, continuation),
  },
  {
    id: 'http2/5.1/11',
    does: 'closed: DATA',
    run: onceClosed(ends([streamClosed], frame(type.data, endStream, 1, 'test'))),
  },
  { id: 'http2/5.1/12', does: 'closed: HEADERS', run: onceClosed(ends([streamClosed], head(request()))) },
  { id: 'http2/5.1/13', does: 'closed: CONTINUATION', run: onceClosed(ends([protocol], continuation)) },
  {
    id: 'http2/5.1.1/1',
    does: 'a stream with an even number ends the connection',
    run: ends([protocol], head(request(), endHeaders | endStream, 2)),
  },
  {
    id: 'http2/5.1.1/2',
    does: 'a stream with a smaller number than one before ends the connection',
    run: ends([protocol], head(waiting, 5, 5), head(waiting, 5, 3)),
  },
  {
    id: 'http2/5.1.2/1',
    does: 'streams beyond SETTINGS_MAX_CONCURRENT_STREAMS are refused',
    run: async (client) => {
      for (let index = 0; index < 101; index++) client.request(index * 2 + 1, waiting);
      await client.untilReset(201, refused);
      await client.untilPong();
    },
  },
  {
    id: 'http2/5.3.1/1',
    does: 'HEADERS that depend on themselves reset the stream',
    run: async (client) => {
      const payload = Buffer.concat([dependency(1), block(waiting)]);
      client.send(frame(type.headers, endHeaders | endStream | priority, 1, payload));
      await client.untilReset(1, protocol);
    },
  },
  {
    id: 'http2/5.3.1/2',
    does: 'PRIORITY that depends on itself resets the stream',
    run: async (client) => {
      client.send(halfClosed, frame(type.priority, 0, 1, dependency(1)));
      await client.untilReset(1, protocol);
    },
  },
  {
    id: 'http2/5.4.1/1',
    does: 'a connection error closes the connection',
    run: ends([frameSize], frame(type.ping, 0, 0, 'short')),
  },
  {
    id: 'http2/5.4.1/2',
    does: 'a connection error is told with the last stream',
    run: onceClosed(async (client) => {
      client.send(frame(type.ping, 0, 0, 'short'));
      const gone = await client.untilFrame((found) => found.type === type.goAway, 'GOAWAY');
      assert.equal(gone.payload.readUInt32BE(), 1);
    }),
  },
  {
    id: 'http2/5.5/1',
    does: 'an extension frame is ignored',
    run: async (client) => {
      client.send(frame(0x16, 0, 0, 'unknown'), frame(0xff, 0xff, 7, ''));
      await client.untilPong();
    },
  },
  {
    id: 'http2/5.5/2',
    does: 'an extension frame inside of a header block ends the connection',
    run: ends([protocol], head(request(), endStream), frame(0x16, 0, 0, 'unknown'), continuation),
  },
  { id: 'http2/6.1/1', does: 'DATA without a stream', run: ends([protocol], frame(type.data, 1, 0, 'test')) },
  {
    id: 'http2/6.1/2',
    does: 'DATA on a stream that is not open',
    run: async (client) => {
      client.send(halfClosed, frame(type.data, endStream, 1, 'test'));
      await client.untilReset(1, streamClosed);
    },
  },
  {
    id: 'http2/6.1/3',
    does: 'DATA with more padding than payload',
    run: ends([protocol], open, frame(type.data, padded | endStream, 1, '\x05test')),
  },
  {
    id: 'http2/6.2/1',
    does: 'PRIORITY behind HEADERS without END_HEADERS',
    run: ends([protocol], head(request(), endStream), frame(type.priority, 0, 1, dependency(0))),
  },
  {
    id: 'http2/6.2/2',
    does: 'HEADERS of another stream behind HEADERS without END_HEADERS',
    run: ends([protocol], head(request(), endStream), head(request(), endStream, 3)),
  },
  { id: 'http2/6.2/3', does: 'HEADERS without a stream', run: ends([protocol], head(request(), 5, 0)) },
  {
    id: 'http2/6.2/4',
    does: 'HEADERS with more padding than payload',
    run: ends(
      [protocol],
      frame(type.headers, padded | 5, 1, Buffer.concat([Buffer.of(255), block(request())])),
    ),
  },
  {
    id: 'http2/6.3/1',
    does: 'PRIORITY without a stream',
    run: ends([protocol], frame(type.priority, 0, 0, dependency(0))),
  },
  {
    id: 'http2/6.3/2',
    does: 'PRIORITY of another length resets the stream',
    run: async (client) => {
      client.send(halfClosed, frame(type.priority, 0, 1, '\0\0\0\0'));
      await client.untilReset(1, frameSize);
    },
  },
  {
    id: 'http2/6.4/1',
    does: 'RST_STREAM without a stream',
    run: ends([protocol], frame(type.reset, 0, 0, number(8))),
  },
  { id: 'http2/6.4/2', does: 'RST_STREAM of an idle stream', run: ends([protocol], resetOfIt) },
  {
    id: 'http2/6.4/3',
    does: 'RST_STREAM of another length',
    run: ends([frameSize], open, frame(type.reset, 0, 1, '\0\0\0')),
  },
  {
    id: 'http2/6.5/1',
    does: 'an acknowledgement of SETTINGS with a payload',
    run: ends([frameSize], frame(type.settings, 1, 0, '\0\x03\0\0\0\x01')),
  },
  {
    id: 'http2/6.5/2',
    does: 'SETTINGS of a stream',
    run: ends([protocol], frame(type.settings, 0, 1, '\0\x03\0\0\0\x01')),
  },
  {
    id: 'http2/6.5/3',
    does: 'SETTINGS of another length',
    run: ends([frameSize], frame(type.settings, 0, 0, '\0\x03\0\0\0')),
  },
  { id: 'http2/6.5.2/1', does: 'ENABLE_PUSH of 2', run: ends([protocol], settings([2, 2])) },
  {
    id: 'http2/6.5.2/2',
    does: 'INITIAL_WINDOW_SIZE of 2^31',
    run: ends([flowControl], settings([4, 0x80000000])),
  },
  { id: 'http2/6.5.2/3', does: 'MAX_FRAME_SIZE of 16,383', run: ends([protocol], settings([5, 16_383])) },
  { id: 'http2/6.5.2/4', does: 'MAX_FRAME_SIZE of 2^24', run: ends([protocol], settings([5, 16_777_216])) },
  {
    id: 'http2/6.5.2/5',
    does: 'a setting that is not known is ignored',
    run: async (client) => {
      client.send(settings([0xff, 1]));
      await client.untilPong();
    },
  },
  {
    id: 'http2/6.5.3/1',
    does: 'of several values in one SETTINGS the last one holds',
    run: async (client) => {
      client.send(settings([4, 100], [4, 1]));
      client.request(1);
      const first = await client.untilFrame((found) => found.type === type.data, 'DATA');
      assert.equal(first.payload.length, 1);
    },
  },
  {
    id: 'http2/6.5.3/2',
    does: 'SETTINGS is acknowledged at once',
    run: async (client) => {
      const before = client.frames.length;
      client.send(settings());
      await client.untilFrame(
        (found) =>
          client.frames.indexOf(found) >= before && found.type === type.settings && found.flags === 1,
        'an acknowledgement',
      );
    },
  },
  {
    id: 'http2/6.7/1',
    does: 'PING is answered with its payload',
    run: (client) => client.untilPong('12345678'),
  },
  {
    id: 'http2/6.7/2',
    does: 'PING with ACK is not answered',
    run: async (client) => {
      client.send(frame(type.ping, 1, 0, 'unwanted'));
      await client.untilPong();
      assert.ok(!client.frames.some(({ payload }) => payload.toString() === 'unwanted'));
    },
  },
  { id: 'http2/6.7/3', does: 'PING of a stream', run: ends([protocol], frame(type.ping, 0, 1, '12345678')) },
  {
    id: 'http2/6.7/4',
    does: 'PING of another length',
    run: ends([frameSize], frame(type.ping, 0, 0, '123456')),
  },
  {
    id: 'http2/6.8/1',
    does: 'GOAWAY of a stream',
    run: ends([protocol], frame(type.goAway, 0, 1, Buffer.alloc(8))),
  },
  {
    id: 'http2/6.9/1',
    does: 'WINDOW_UPDATE by 0 of the connection',
    run: ends([protocol], frame(type.window, 0, 0, number(0))),
  },
  {
    id: 'http2/6.9/2',
    does: 'WINDOW_UPDATE by 0 of a stream resets it',
    run: async (client) => {
      client.send(halfClosed, frame(type.window, 0, 1, number(0)));
      await client.untilReset(1, protocol);
    },
  },
  {
    id: 'http2/6.9/3',
    does: 'WINDOW_UPDATE of another length',
    run: ends([frameSize], frame(type.window, 0, 0, '\0\0\x01')),
  },
  {
    id: 'http2/6.9.1/1',
    does: 'no more is sent than the window of a stream allows',
    run: async (client) => {
      client.send(settings([4, 1]));
      client.request(1);
      const first = await client.untilFrame((found) => found.type === type.data, 'DATA');
      assert.equal(first.payload.length, 1);
      await client.untilPong();
      assert.equal(client.body(1), 'h');
    },
  },
  {
    id: 'http2/6.9.1/2',
    does: 'a window of the connection above 2^31-1',
    run: ends([flowControl], ...[1, 2].map(() => frame(type.window, 0, 0, number(0x7fffffff)))),
  },
  {
    id: 'http2/6.9.1/3',
    does: 'a window of a stream above 2^31-1 resets it',
    run: async (client) => {
      client.send(halfClosed, ...[1, 2].map(() => frame(type.window, 0, 1, number(0x7fffffff))));
      await client.untilReset(1, flowControl);
    },
  },
  {
    id: 'http2/6.9.2/1',
    does: 'a new INITIAL_WINDOW_SIZE holds for open streams',
    run: async (client) => {
      client.send(settings([4, 0]));
      client.request(1);
      await client.untilFrame((found) => found.type === type.headers, 'HEADERS');
      await client.untilPong();
      assert.equal(client.body(1), '');
      client.send(settings([4, 1]));
      const first = await client.untilFrame((found) => found.type === type.data, 'DATA');
      assert.equal(first.payload.length, 1);
    },
  },
  {
    id: 'http2/6.9.2/2',
    does: 'a window below 0 is kept track of',
    run: async (client) => {
      client.send(settings([4, 3]));
      client.request(1);
      await client.untilFrame((found) => found.type === type.data, 'DATA');
      client.send(settings([4, 2]), frame(type.window, 0, 1, number(1)));
      await client.untilPong();
      assert.equal(client.body(1), 'hel');
      client.send(frame(type.window, 0, 1, number(2)));
      assert.equal(await client.answered(1), 200);
      assert.equal(client.body(1), 'hello');
    },
  },
  {
    id: 'http2/6.9.2/3',
    does: 'INITIAL_WINDOW_SIZE above 2^31-1',
    run: ends([flowControl], settings([4, 0xffffffff])),
  },
  {
    id: 'http2/6.10/1',
    does: 'several CONTINUATION are taken',
    run: async (client) => {
      client.send(
        head(request(), endStream),
        frame(type.continuation, 0, 1, literal('a', 'b')),
        continuation,
      );
      assert.equal(await client.answered(1), 200);
    },
  },
  {
    id: 'http2/6.10/2',
    does: 'another frame behind CONTINUATION without END_HEADERS',
    run: ends(
      [protocol],
      head(request(), endStream),
      frame(type.continuation, 0, 1, literal('a', 'b')),
      frame(type.data, endStream, 1, 'test'),
    ),
  },
  {
    id: 'http2/6.10/3',
    does: 'CONTINUATION without a stream',
    run: ends(
      [protocol],
      head(request(), endStream),
      frame(type.continuation, endHeaders, 0, literal('a', 'b')),
    ),
  },
  {
    id: 'http2/6.10/4',
    does: 'CONTINUATION behind HEADERS with END_HEADERS',
    run: ends([protocol], halfClosed, continuation),
  },
  {
    id: 'http2/6.10/5',
    does: 'CONTINUATION behind one with END_HEADERS',
    run: ends([protocol], head(waiting, endStream), continuation, continuation),
  },
  {
    id: 'http2/6.10/6',
    does: 'CONTINUATION behind DATA',
    run: ends([protocol], open, frame(type.data, endStream, 1, 'test'), continuation),
  },
  {
    id: 'http2/7/1',
    does: 'GOAWAY with an unknown code is no error',
    run: async (client) => {
      client.send(frame(type.goAway, 0, 0, Buffer.concat([number(0), number(0xff)])));
      await client.untilGone(none);
    },
  },
  {
    id: 'http2/7/2',
    does: 'RST_STREAM with an unknown code is no error',
    run: async (client) => {
      client.send(halfClosed, frame(type.reset, 0, 1, number(0xff)));
      await client.untilPong();
    },
  },
];

import assert from 'node:assert/strict';
import type { FrameClient } from './frame-client.ts';
import type { SpecCase } from './spec.ts';
import {
  block,
  dependency,
  type Field,
  flag,
  frame,
  integer,
  literal,
  number,
  preface,
  request,
  settings,
  text,
  type,
  waits,
} from './wire.ts';

const { endHeaders, endStream, padded, priority } = flag;
const post = (changes = {}): Field[] => request({ ':method': 'POST', ...changes });

async function answers(client: FrameClient, id = 1): Promise<void> {
  assert.equal(await client.answered(id), 200);
}

/** A request whose last field is encoded as told; the rest are plain literals. */
async function represented(
  client: FrameClient,
  field: Buffer,
  before: Buffer = Buffer.alloc(0),
): Promise<void> {
  client.send(
    frame(type.headers, endHeaders | endStream, 1, Buffer.concat([before, block(request()), field])),
  );
  await answers(client);
}

/** `custom-key` and `www.example.com`, as RFC 7541 Appendix C.4 codes them. */
const codedName = Buffer.from('8825a849e95ba97d7f', 'hex');
const codedValue = Buffer.from('8cf1e3c2e5f23a6ba0ab90f4ff', 'hex');

export const framesOfEveryKind: readonly SpecCase[] = [
  {
    id: 'generic/1/1',
    does: 'a preface is answered with SETTINGS',
    isRaw: true,
    run: async (client) => {
      client.send(preface, settings());
      const first = await client.untilFrame(() => true, 'a first frame');
      assert.equal(first.type, type.settings);
      assert.equal(first.flags, 0);
    },
  },
  {
    id: 'generic/2/1',
    does: 'PRIORITY on an idle stream is taken',
    run: async (client) => {
      client.send(frame(type.priority, 0, 1, dependency(0)));
      client.request(1);
      await answers(client);
    },
  },
  {
    id: 'generic/2/2',
    does: 'WINDOW_UPDATE on a half-closed (remote) stream is taken',
    run: async (client) => {
      client.request(1);
      client.send(frame(type.window, 0, 1, number(100)));
      await answers(client);
      await client.untilPong();
    },
  },
  {
    id: 'generic/2/3',
    does: 'PRIORITY on a half-closed (remote) stream is taken',
    run: async (client) => {
      client.request(1);
      client.send(frame(type.priority, 0, 1, dependency(0)));
      await answers(client);
      await client.untilPong();
    },
  },
  {
    id: 'generic/2/4',
    does: 'RST_STREAM on a half-closed (remote) stream is taken',
    run: async (client) => {
      client.request(1, request({ ':path': waits }));
      client.send(frame(type.reset, 0, 1, number(8)));
      await client.untilPong();
    },
  },
  {
    id: 'generic/2/5',
    does: 'PRIORITY on a closed stream is taken',
    run: async (client) => {
      client.request(1);
      await answers(client);
      client.send(frame(type.priority, 0, 1, dependency(0)));
      await client.untilPong();
    },
  },
  {
    id: 'generic/3.1/1',
    does: 'a DATA frame is taken',
    run: async (client) => {
      client.request(1, post(), false);
      client.data(1, 'test', true);
      await answers(client);
    },
  },
  {
    id: 'generic/3.1/2',
    does: 'several DATA frames are taken',
    run: async (client) => {
      client.request(1, post(), false);
      client.data(1, 'test', false);
      client.data(1, 'test', true);
      await answers(client);
    },
  },
  {
    id: 'generic/3.1/3',
    does: 'a DATA frame with padding is taken',
    run: async (client) => {
      client.request(1, post(), false);
      client.send(frame(type.data, padded | endStream, 1, '\x06test\0\0\0\0\0\0'));
      await answers(client);
    },
  },
  {
    id: 'generic/3.2/1',
    does: 'a HEADERS frame is taken',
    run: async (client) => {
      client.request(1);
      await answers(client);
    },
  },
  {
    id: 'generic/3.2/2',
    does: 'a HEADERS frame with padding is taken',
    run: async (client) => {
      const payload = Buffer.concat([Buffer.of(3), block(request()), Buffer.alloc(3)]);
      client.send(frame(type.headers, endHeaders | endStream | padded, 1, payload));
      await answers(client);
    },
  },
  {
    id: 'generic/3.2/3',
    does: 'a HEADERS frame with priority is taken',
    run: async (client) => {
      const payload = Buffer.concat([dependency(0, 255), block(request())]);
      client.send(frame(type.headers, endHeaders | endStream | priority, 1, payload));
      await answers(client);
    },
  },
  ...[
    { id: 'generic/3.3/1', does: 'PRIORITY with weight 1', payload: dependency(0, 0) },
    { id: 'generic/3.3/2', does: 'PRIORITY with weight 256', payload: dependency(0, 255) },
    { id: 'generic/3.3/3', does: 'PRIORITY with a dependency', payload: dependency(3) },
    { id: 'generic/3.3/4', does: 'PRIORITY that is exclusive', payload: dependency(3, 15, true) },
  ].map(({ id, does, payload }) => ({
    id,
    does: `${does} is taken`,
    run: async (client: FrameClient) => {
      client.send(frame(type.priority, 0, 1, payload));
      client.request(1);
      await answers(client);
    },
  })),
  {
    id: 'generic/3.3/5',
    does: 'PRIORITY on a higher idle stream opens nothing: a lower one may follow',
    run: async (client) => {
      client.send(frame(type.priority, 0, 5, dependency(0)));
      client.request(3);
      await answers(client, 3);
    },
  },
  {
    id: 'generic/3.4/1',
    does: 'RST_STREAM is taken',
    run: async (client) => {
      client.request(1, request({ ':path': waits }));
      client.send(frame(type.reset, 0, 1, number(8)));
      await client.untilPong();
    },
  },
  {
    id: 'generic/3.5/1',
    does: 'SETTINGS is acknowledged',
    run: async (client) => {
      const before = client.frames.length;
      client.send(settings([3, 50]));
      await client.untilFrame(
        (found) =>
          client.frames.indexOf(found) >= before && found.type === type.settings && found.flags === 1,
        'an acknowledgement',
      );
    },
  },
  { id: 'generic/3.7/1', does: 'PING is answered', run: (client) => client.untilPong() },
  {
    id: 'generic/3.8/1',
    does: 'GOAWAY is taken, and the connection ends',
    run: async (client) => {
      client.send(frame(type.goAway, 0, 0, Buffer.alloc(8)));
      await client.untilGone(0);
    },
  },
  {
    id: 'generic/3.9/1',
    does: 'WINDOW_UPDATE of the connection is taken',
    run: async (client) => {
      client.send(frame(type.window, 0, 0, number(1)));
      client.request(1);
      await answers(client);
    },
  },
  {
    id: 'generic/3.9/2',
    does: 'WINDOW_UPDATE of a stream is taken',
    run: async (client) => {
      client.request(1, post(), false);
      client.send(frame(type.window, 0, 1, number(1)));
      client.data(1, '', true);
      await answers(client);
    },
  },
  ...[1, 2].map((count) => ({
    id: `generic/3.10/${count}`,
    does: `HEADERS with ${count} CONTINUATION is taken`,
    run: async (client: FrameClient) => {
      client.send(frame(type.headers, endStream, 1, block(request())));
      for (let index = 1; index < count; index++) {
        client.send(frame(type.continuation, 0, 1, literal('x-more', `${index}`)));
      }
      client.send(frame(type.continuation, endHeaders, 1, literal('x-last', 'yes')));
      await answers(client);
    },
  })),
  {
    id: 'generic/4/1',
    does: 'GET is answered',
    run: async (client) => {
      client.request(1);
      await answers(client);
      assert.equal(client.body(1), 'hello');
    },
  },
  {
    id: 'generic/4/2',
    does: 'HEAD is answered without a body',
    run: async (client) => {
      client.request(1, request({ ':method': 'HEAD' }));
      await answers(client);
      assert.equal(client.body(1), '');
    },
  },
  {
    id: 'generic/4/3',
    does: 'POST is answered',
    run: async (client) => {
      client.request(1, post(), false);
      client.data(1, 'test', true);
      await answers(client);
    },
  },
  {
    id: 'generic/4/4',
    does: 'POST with trailers is answered',
    run: async (client) => {
      client.request(1, [...post(), ['trailer', 'x-test']], false);
      client.data(1, 'test', false);
      client.send(frame(type.headers, endHeaders | endStream, 1, literal('x-test', 'ok')));
      await answers(client);
    },
  },
];

const byName = (first: number, bits: number): Buffer => integer(58, bits, first);
const plain = { name: text('custom'), value: text('some-value') };
const kinds = [
  { from: 2, first: 0x40, bits: 6, does: 'a literal that enters the table' },
  { from: 6, first: 0x00, bits: 4, does: 'a literal without indexing' },
  { from: 10, first: 0x10, bits: 4, does: 'a literal that is never indexed' },
];

export const representations: readonly SpecCase[] = [
  {
    id: 'generic/5/1',
    does: 'an indexed header is understood',
    run: (client) => represented(client, Buffer.of(0x80 | 16)),
  },
  ...kinds.flatMap(({ from, first, bits, does }) => [
    {
      id: `generic/5/${from}`,
      does: `${does}, by an indexed name`,
      run: (client: FrameClient) => represented(client, Buffer.concat([byName(first, bits), plain.value])),
    },
    {
      id: `generic/5/${from + 1}`,
      does: `${does}, by an indexed name, Huffman-coded`,
      run: (client: FrameClient) => represented(client, Buffer.concat([byName(first, bits), codedValue])),
    },
    {
      id: `generic/5/${from + 2}`,
      does: `${does}, by a new name`,
      run: (client: FrameClient) =>
        represented(client, Buffer.concat([Buffer.of(first), plain.name, plain.value])),
    },
    {
      id: `generic/5/${from + 3}`,
      does: `${does}, by a new name, Huffman-coded`,
      run: (client: FrameClient) =>
        represented(client, Buffer.concat([Buffer.of(first), codedName, codedValue])),
    },
  ]),
  {
    id: 'generic/5/14',
    does: 'a new size of the table is taken',
    run: (client) => represented(client, Buffer.alloc(0), integer(128, 5, 0x20)),
  },
  {
    id: 'generic/5/15',
    does: 'several new sizes of the table are taken',
    run: (client) =>
      represented(client, Buffer.alloc(0), Buffer.concat([integer(128, 5, 0x20), integer(4_096, 5, 0x20)])),
  },
];

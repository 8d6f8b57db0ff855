import type { FrameClient } from './frame-client.ts';
import type { SpecCase } from './spec.ts';
import { block, code, flag, frame, integer, request, text, type } from './wire.ts';

const { endHeaders, endStream } = flag;

async function refused(client: FrameClient, ...parts: readonly Buffer[]): Promise<void> {
  client.send(frame(type.headers, endHeaders | endStream, 1, Buffer.concat(parts)));
  await client.untilGone(code.compression);
}

const sound = block(request());
/** A literal with a new name and this as its value. */
const valued = (value: Buffer): Buffer => Buffer.concat([Buffer.of(0), text('x-test'), value]);

export const hpackCases: readonly SpecCase[] = [
  {
    id: 'hpack/2.3.3/1',
    does: 'an indexed header beyond the tables ends the connection',
    run: (client) => refused(client, sound, integer(70, 7, 0x80)),
  },
  {
    id: 'hpack/2.3.3/2',
    does: 'a literal with a name beyond the tables ends the connection',
    run: (client) => refused(client, sound, integer(70, 4, 0), text('value')),
  },
  {
    id: 'hpack/4.2/1',
    does: 'a new size of the table behind headers ends the connection',
    run: (client) => refused(client, sound, integer(1, 5, 0x20)),
  },
  {
    id: 'hpack/5.2/1',
    does: 'Huffman padding of more than 7 bits ends the connection',
    run: (client) => refused(client, sound, valued(Buffer.from('821fff', 'hex'))),
  },
  {
    id: 'hpack/5.2/2',
    does: 'Huffman padding with zeros ends the connection',
    run: (client) => refused(client, sound, valued(Buffer.from('8100', 'hex'))),
  },
  {
    id: 'hpack/5.2/3',
    does: 'a Huffman string with EOS ends the connection',
    run: (client) => refused(client, sound, valued(Buffer.from('84ffffffff', 'hex'))),
  },
  {
    id: 'hpack/6.1/1',
    does: 'an indexed header with index 0 ends the connection',
    run: (client) => refused(client, sound, Buffer.of(0x80)),
  },
  {
    id: 'hpack/6.3/1',
    does: 'a size of the table above what was agreed ends the connection',
    run: (client) => refused(client, integer(4_097, 5, 0x20), sound),
  },
];

import type { FrameClient } from './frame-client.ts';
import type { SpecCase } from './spec.ts';
import { block, code, type Field, flag, frame, literal, number, request, type, waits } from './wire.ts';

const { endHeaders, endStream } = flag;
const post = (changes = {}, more: readonly Field[] = []): Field[] =>
  request({ ':method': 'POST', ':path': waits, ...changes }, more);

/** A request that nobody may understand. */
function malformed(fields: readonly Field[]) {
  return async (client: FrameClient): Promise<void> => {
    client.request(1, fields);
    await client.untilReset(1, code.protocol);
    await client.untilPong();
  };
}

function malformedTrailers(fields: readonly Field[], flags = endHeaders | endStream) {
  return async (client: FrameClient): Promise<void> => {
    client.request(1, post(), false);
    client.data(1, 'test', false);
    client.send(frame(type.headers, flags, 1, block(fields)));
    await client.untilReset(1, code.protocol);
    await client.untilPong();
  };
}

export const messageCases: readonly SpecCase[] = [
  {
    id: 'http2/8.1/1',
    does: 'a second HEADERS without END_STREAM resets the stream',
    run: malformedTrailers([['x-test', 'ok']], endHeaders),
  },
  { id: 'http2/8.1.2/1', does: 'a name in upper case', run: malformed(request({}, [['X-TEST', 'ok']])) },
  { id: 'http2/8.1.2.1/1', does: 'an unknown pseudo-header', run: malformed(request({ ':test': 'ok' })) },
  { id: 'http2/8.1.2.1/2', does: "an answer's pseudo-header", run: malformed(request({ ':status': '200' })) },
  {
    id: 'http2/8.1.2.1/3',
    does: 'a pseudo-header in trailers',
    run: malformedTrailers([[':method', 'GET']]),
  },
  {
    id: 'http2/8.1.2.1/4',
    does: 'a pseudo-header behind others',
    run: malformed([...request({ ':path': null }, [['x-test', 'ok']]), [':path', '/']]),
  },
  {
    id: 'http2/8.1.2.2/1',
    does: 'a header of a connection',
    run: malformed(request({}, [['connection', 'keep-alive']])),
  },
  {
    id: 'http2/8.1.2.2/2',
    does: 'TE other than trailers',
    run: malformed(request({}, [['te', 'trailers, deflate']])),
  },
  { id: 'http2/8.1.2.3/1', does: 'an empty :path', run: malformed(request({ ':path': '' })) },
  { id: 'http2/8.1.2.3/2', does: 'no :method', run: malformed(request({ ':method': null })) },
  { id: 'http2/8.1.2.3/3', does: 'no :scheme', run: malformed(request({ ':scheme': null })) },
  { id: 'http2/8.1.2.3/4', does: 'no :path', run: malformed(request({ ':path': null })) },
  { id: 'http2/8.1.2.3/5', does: ':method twice', run: malformed([[':method', 'GET'], ...request()]) },
  { id: 'http2/8.1.2.3/6', does: ':scheme twice', run: malformed([[':scheme', 'http'], ...request()]) },
  { id: 'http2/8.1.2.3/7', does: ':path twice', run: malformed([[':path', '/'], ...request()]) },
  {
    id: 'http2/8.1.2.6/1',
    does: 'a body that is longer than its Content-Length',
    run: async (client) => {
      client.request(1, post({}, [['content-length', '1']]), false);
      client.data(1, 'test', true);
      await client.untilReset(1, code.protocol);
    },
  },
  {
    id: 'http2/8.1.2.6/2',
    does: 'a body in several frames that is longer than its Content-Length',
    run: async (client) => {
      client.request(1, post({}, [['content-length', '1']]), false);
      client.data(1, 't', false);
      client.data(1, 'est', true);
      await client.untilReset(1, code.protocol);
    },
  },
  {
    id: 'http2/8.2/1',
    does: 'PUSH_PROMISE of a client ends the connection',
    run: async (client) => {
      client.request(1, post(), false);
      client.send(frame(type.push, endHeaders, 1, Buffer.concat([number(2), literal(':method', 'GET')])));
      await client.untilGone(code.protocol);
    },
  },
];

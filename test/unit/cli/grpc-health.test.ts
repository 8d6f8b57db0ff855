import assert from 'node:assert/strict';
import { type ClientHttp2Session, connect } from 'node:http2';
import { test } from 'node:test';
import { openGrpcHealth } from '../../../src/cli/grpc-health.ts';
import { freePort } from '../../support/http.ts';
import { until } from '../../support/raw/until.ts';

/** Makes a call with an empty message; gives its head, body and trailers. */
async function call(session: ClientHttp2Session, path: string) {
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
  const body: Buffer[] = [];
  const came: Record<string, unknown> = {};
  stream.on('response', (head) => Object.assign(came, head));
  stream.on('trailers', (trailers) => Object.assign(came, { trailer: trailers['grpc-status'] }));
  stream.on('data', (piece: Buffer) => body.push(piece));
  stream.end(Buffer.alloc(5));
  await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject));
  return { came, body: Buffer.concat(body).toString('hex') };
}

test('an example upstream answers the health checks of gRPC, under the name of the moment', async (context) => {
  const port = await freePort();
  const errors: Error[] = [];
  const place = { host: '127.0.0.1', port, onError: (error: Error) => errors.push(error) };
  const upstream = openGrpcHealth({ ...place, nameNow: () => 'the greeter' });
  context.after(() => upstream.close());
  const session = connect(`http://127.0.0.1:${port}`);
  context.after(() => session.destroy());
  const checked = await call(session, '/grpc.health.v1.Health/Check');
  assert.equal(checked.came[':status'], 200);
  assert.equal(checked.came['content-type'], 'application/grpc');
  assert.equal(checked.came.upstream, 'the%20greeter');
  assert.equal(checked.body, '00000000020801');
  assert.equal(checked.came.trailer, '0');

  const unknown = await call(session, '/shop.Orders/List');
  assert.equal(unknown.came['grpc-status'], '12');
  assert.equal(unknown.body, '');

  upstream.close();
  await until(() => session.closed || session.destroyed, 'the connection to close');
  assert.deepEqual(errors, []);
});

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Harness, kindOf, path, service, serviceKind } from './harness.ts';
import { errorLine, json, status } from './mini-api.ts';
import { expectView } from './same-view.ts';
import { until, untilAdvancing } from './until.ts';

describe('Reflector', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.begin();
  });

  afterEach(() => harness.end());

  it('asks anew without pages where the server forgets a list between two pages', async () => {
    const { api } = harness;
    api.watchList = false;
    for (let index = 0; index < 600; index += 1) api.put(path, service(`s${index}`));
    api.script = ({ query }, response) => {
      if (!query.has('continue')) return false;
      status(response, 410, 'Expired');
      return true;
    };
    const cluster = await harness.synced();
    assert.equal(cluster.list('Service').length, 600);
  });

  it('goes on from where a cut watch stopped, also in the middle of a line, and loses nothing', async () => {
    const { api, clock } = harness;
    api.put(path, service('a'));
    const cluster = await harness.synced();
    api.put(path, service('b'));
    await until('b is there', () => cluster.list('Service').length === 2);
    const half = Buffer.from('{"type":"ADDED","object":{"metadata":{"name":"ü').subarray(0, -1);
    api.write(path, half);
    api.cut();
    api.put(path, service('c'));
    await untilAdvancing(clock, 'c is there', () => cluster.list('Service').length === 3);
    assert.equal(api.countOf(path, false), 0, 'no list was needed');
    const versions = api.asked.map(({ query }) => query.get('resourceVersion'));
    assert.equal(versions[0], null);
    assert.equal(versions.at(-1), api.get(path, 'default/b')?.metadata.resourceVersion);
    assert.ok(harness.restarts >= 1);
    expectView(cluster, serviceKind, api.all(path));
  });

  it('lists anew after 410, whether as an event or as an answer, and tells only of differences', async () => {
    const { api, clock } = harness;
    api.put(path, service('a'));
    api.put(path, service('b'));
    const cluster = await harness.synced();
    const kept = cluster.get('Service', 'default', 'a');
    api.silently(() => {
      api.remove(path, 'default/b');
      api.put(path, service('c'));
    });
    api.write(path, errorLine(410, 'Expired'));
    await untilAdvancing(clock, 'c is there', () => cluster.get('Service', 'default', 'c') !== undefined);
    assert.deepEqual(harness.batches.slice(2), [['Service/default/b', 'Service/default/c']]);
    assert.equal(cluster.get('Service', 'default', 'a'), kept);
    let refusals = 0;
    api.script = ({ query }, response) => {
      if (!query.has('resourceVersion') || refusals >= 3) return false;
      refusals += 1;
      status(response, 410, 'Expired');
      return true;
    };
    await until('the watch is open', () => api.watches === 1);
    api.cut();
    await untilAdvancing(clock, 'the watch is open again', () => api.watches === 1 && refusals > 0);
    assert.equal(harness.batches.length, 3);
  });

  it('skips events of unknown types and lists anew after a line that makes no sense', async () => {
    const { api, clock } = harness;
    const cluster = await harness.synced();
    api.write(
      path,
      '{"type":"NEW","object":{"metadata":{"name":"x","namespace":"n","resourceVersion":"1"}}}\n',
    );
    api.put(path, service('a'));
    await until('a is there', () => cluster.list('Service').length === 1);
    for (const nonsense of [
      '{"type":',
      'null',
      '{"type":"ADDED","object":{"metadata":{}}}',
      '[]',
      '{"type":7}',
    ]) {
      const before = harness.restarts;
      await until('the watch is open', () => api.watches === 1);
      api.write(path, `${nonsense}\n`);
      await untilAdvancing(clock, 'it starts anew', () => harness.restarts > before && api.watches === 1);
    }
    assert.equal(harness.batches.length, 2);
    expectView(cluster, serviceKind, api.all(path));
  });

  it('gives up a watch with a line beyond all measure, and still sees the object', async () => {
    const { api, clock } = harness;
    const cluster = await harness.synced();
    api.silently(() => api.put(path, service('giant')));
    api.write(path, `{"type":"ADDED","object":"${'x'.repeat(9 * 1024 * 1024)}`);
    await untilAdvancing(clock, 'it is there', () => cluster.list('Service').length === 1);
    assert.ok(harness.warnings().length > 0);
  });

  it('takes a silent server for dead when the watch should long have ended', async () => {
    const { api, clock } = harness;
    const _cluster = await harness.synced();
    assert.equal(api.asked[0]?.query.get('timeoutSeconds'), '450');
    clock.advance(479_000);
    assert.equal(harness.restarts, 0);
    clock.advance(1_500);
    await untilAdvancing(
      clock,
      'a new watch is open',
      () => harness.restarts === 1 && api.asked.length === 2,
    );
    assert.ok(harness.warnings().some((message) => message.startsWith('watch failed')));
  });

  it('falls back to a list where a server never says that all has been sent', async () => {
    const { api, clock } = harness;
    api.put(path, service('a'));
    api.script = ({ query }, response) => {
      if (!query.has('sendInitialEvents')) return false;
      response.writeHead(200).flushHeaders();
      response.write(`${JSON.stringify({ type: 'ADDED', object: api.all(path)[0] })}\n`);
      return true;
    };
    const cluster = harness.start();
    await until('it has asked', () => api.asked.length === 1);
    await untilAdvancing(clock, 'it has synced', () => cluster.unsyncedKinds.length === 0);
    assert.equal(cluster.list('Service').length, 1);
  });

  it('keeps what it has where the server answers with something that is not a list', async () => {
    const { api, clock } = harness;
    api.watchList = false;
    api.put(path, service('a'));
    const cluster = await harness.synced();
    await until('the watch is open', () => api.watches === 1);
    const bodies: unknown[] = [
      {},
      { kind: 'ServiceList', items: [] },
      [],
      'x',
      { kind: 'ServiceList', metadata: { resourceVersion: '9' }, items: 7 },
    ];
    let answered = 0;
    api.script = (asked, response) => {
      if (asked.query.has('watch') || answered >= bodies.length) return false;
      return json(response, 200, bodies[answered++]);
    };
    api.write(path, errorLine(410, 'Gone'));
    await untilAdvancing(clock, 'it watches again', () => answered === bodies.length && api.watches === 1);
    assert.equal(cluster.list('Service').length, 1);
    assert.equal(harness.batches.length, 2);
  });

  it('waits longer and longer while a kind is refused, says so once, and takes it when it comes', async () => {
    const { api, clock } = harness;
    const classes = '/apis/networking.k8s.io/v1/ingressclasses';
    let code = 404;
    api.script = (asked, response) => {
      if (asked.path !== classes || code === 0) return false;
      status(response, code, code === 404 ? 'NotFound' : 'Forbidden');
      return true;
    };
    api.put(path, service('a'));
    const cluster = await harness.synced([serviceKind, kindOf('IngressClass')]);
    assert.deepEqual(cluster.unavailableKinds, ['IngressClass']);
    await untilAdvancing(clock, 'it has asked some times', () => api.countOf(classes, false) === 5);
    assert.equal(harness.warnings().length, 1);
    assert.match(harness.warnings()[0] ?? '', /CRDs/);
    code = 0;
    api.put(classes, { metadata: { name: 'fairlead' }, spec: { controller: 'x' } });
    await untilAdvancing(clock, 'the class is there', () => cluster.list('IngressClass').length === 1);
    assert.deepEqual(cluster.unavailableKinds, []);
    assert.deepEqual(harness.batches.at(-1), ['IngressClass/fairlead']);
    assert.equal(harness.batches.filter((batch) => batch.length === 0).length, 1);
  });

  it('is not complete without a kind that a server refuses for a moment only', async () => {
    const { api, clock } = harness;
    const classes = '/apis/networking.k8s.io/v1/ingressclasses';
    api.script = (asked, response) => {
      if (asked.path !== classes || api.countOf(classes, false) > 2) return false;
      status(response, 403, 'Forbidden');
      return true;
    };
    api.put(path, service('a'));
    api.put(classes, { metadata: { name: 'fairlead' }, spec: { controller: 'x' } });
    const cluster = harness.start([serviceKind, kindOf('IngressClass')]);
    const isComplete = (): boolean => harness.batches.some((batch) => batch.length === 0);
    await untilAdvancing(clock, 'the first sync', isComplete);
    assert.deepEqual(harness.batches, [['Service/default/a'], ['IngressClass/fairlead'], []]);
    assert.deepEqual(cluster.unavailableKinds, []);
  });

  it('does not warn of kinds of other projects that are not installed', async () => {
    const { api } = harness;
    const foreign = kindOf('Middleware.traefik.io');
    api.script = (asked, response) => {
      if (!asked.path.startsWith('/apis/traefik.io/')) return false;
      status(response, 404, 'NotFound');
      return true;
    };
    api.put(path, service('a'));
    const cluster = await harness.synced([serviceKind, foreign]);
    assert.deepEqual(cluster.unavailableKinds, ['Middleware.traefik.io']);
    assert.deepEqual(harness.warnings(), []);
  });

  it('waits as long as Retry-After says', async () => {
    const { api, clock } = harness;
    let refusals = 0;
    api.script = (_, response) => {
      refusals += 1;
      if (refusals > 1) return false;
      response.setHeader('retry-after', '90');
      status(response, 429, 'TooManyRequests');
      return true;
    };
    const cluster = harness.start();
    await until('it was refused and waits', () => clock.pending === 1 && harness.warnings().length === 1);
    clock.advance(89_000);
    assert.equal(clock.pending, 1, 'it still waits');
    assert.equal(refusals, 1);
    clock.advance(2_000);
    await until('all kinds have synced', () => cluster.unsyncedKinds.length === 0);
  });

  it('serves on and tries on while the server is away, ever more seldom', async () => {
    const { api, clock } = harness;
    api.put(path, service('a'));
    const cluster = await harness.synced();
    let attempts = 0;
    api.script = ({ socket }) => {
      attempts += 1;
      socket.destroy();
      return true;
    };
    api.cut();
    const begin = clock.monotonicMs();
    await untilAdvancing(clock, 'five minutes went by', () => clock.monotonicMs() - begin > 300_000, 500);
    assert.ok(attempts >= 8 && attempts <= 40, `${attempts} attempts in five minutes`);
    assert.equal(cluster.list('Service').length, 1);
    assert.deepEqual(cluster.unsyncedKinds, []);
    api.script = () => false;
    api.put(path, service('b'));
    await untilAdvancing(clock, 'b is there', () => cluster.list('Service').length === 2);
    assert.equal(harness.warnings().length, 1);
  });
});

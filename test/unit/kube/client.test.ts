import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Harness, kindOf, path, service, serviceKind } from './harness.ts';
import { bookmark, errorLine, type Raw, status } from './mini-api.ts';
import { expectView } from './same-view.ts';
import { until, untilAdvancing } from './until.ts';

describe('connectCluster', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.begin();
  });

  afterEach(() => harness.end());

  it('tells of what is there, then once of the first sync, then of each change', async () => {
    const { api } = harness;
    api.put(path, service('b'));
    api.put(path, service('a'));
    const cluster = harness.start();
    assert.deepEqual(cluster.unsyncedKinds, ['Service']);
    await until('all kinds have synced', () => cluster.unsyncedKinds.length === 0);
    assert.deepEqual(harness.batches, [['Service/default/a', 'Service/default/b'], []]);
    api.put(path, service('a', 81));
    await until('the change is told', () => harness.batches.length === 3);
    api.remove(path, 'default/b');
    await until('the removal is told', () => harness.batches.length === 4);
    assert.deepEqual(harness.batches.slice(2), [['Service/default/a'], ['Service/default/b']]);
    expectView(cluster, serviceKind, api.all(path));
  });

  it('reads pages of 500 where watch-list is refused, and does not ask for watch-list again', async () => {
    const { api, clock } = harness;
    api.watchList = false;
    for (let index = 0; index < 1203; index += 1) api.put(path, service(`s${index}`));
    const cluster = await harness.synced();
    assert.equal(api.countOf(path, false), 3);
    assert.equal(cluster.list('Service').length, 1203);
    await until('the watch is open', () => api.watches === 1);
    api.write(path, errorLine(410, 'Expired'));
    await untilAdvancing(clock, 'it has listed again', () => api.countOf(path, false) === 6);
    assert.equal(api.asked.filter(({ query }) => query.has('sendInitialEvents')).length, 1);
    assert.equal(harness.batches.length, 2, 'a list that says the same tells of nothing');
  });

  it('keeps identity of objects whose used fields stay, whatever their status and version', async () => {
    const { api } = harness;
    const ingress = kindOf('Ingress');
    const ingresses = '/apis/networking.k8s.io/v1/ingresses';
    const object = { metadata: { name: 'i', namespace: 'n' }, spec: { rules: [{ host: 'a.test' }] } };
    api.put(ingresses, object);
    const cluster = await harness.synced([ingress]);
    const before = cluster.get('Ingress', 'n', 'i');
    const loadBalancer = { ingress: [{ ip: '192.0.2.1' }] };
    api.put(ingresses, { ...object, status: { loadBalancer } });
    const reference = { apiVersion: ingress.apiVersion, kind: 'Ingress', namespace: 'n', name: 'i' };
    await until('the status is known', () => cluster.knownStatus(reference)?.status !== null);
    assert.deepEqual(cluster.knownStatus(reference)?.status, { loadBalancer });
    assert.equal(cluster.get('Ingress', 'n', 'i'), before);
    assert.equal(harness.batches.length, 2);
    assert.equal(api.asked[0]?.query.get('labelSelector'), 'team=a');
  });

  it('counts the last word on an object that changes while all is being sent', async () => {
    const { api } = harness;
    api.script = ({ query }, response) => {
      if (!query.has('sendInitialEvents')) return false;
      response.writeHead(200).flushHeaders();
      const event = (type: string, object: Raw, version: string) =>
        response.write(
          `${JSON.stringify({ type, object: { ...object, metadata: { ...object.metadata, resourceVersion: version } } })}\n`,
        );
      event('ADDED', service('a', 1), '1');
      event('ADDED', service('b', 1), '2');
      event('MODIFIED', service('a', 2), '3');
      event('DELETED', service('b', 1), '4');
      response.write(bookmark(4, true));
      event('ADDED', service('c', 1), '5');
      return true;
    };
    const cluster = harness.start();
    await until('c is there', () => cluster.get('Service', 'default', 'c') !== undefined);
    assert.deepEqual(harness.batches, [['Service/default/a'], [], ['Service/default/c']]);
    expectView(cluster, serviceKind, [service('a', 2), service('c', 1)]);
  });

  it('is not complete without a required kind', async () => {
    const { api } = harness;
    api.script = (_, response) => {
      status(response, 403, 'Forbidden');
      return true;
    };
    const cluster = harness.start();
    await untilAdvancing(harness.clock, 'it is unavailable', () => cluster.unavailableKinds.length === 1);
    assert.deepEqual(cluster.unsyncedKinds, ['Service']);
    assert.deepEqual(harness.batches, []);
  });

  it('watches each namespace by itself in namespaced mode', async () => {
    const { api, clock } = harness;
    const one = '/api/v1/namespaces/one/services';
    const two = '/api/v1/namespaces/two/services';
    api.put(one, service('a', 80, 'one'));
    api.put(two, service('a', 80, 'two'));
    const cluster = await harness.synced([serviceKind], ['two', 'one', 'one']);
    assert.deepEqual(
      cluster.list('Service').map(({ metadata }) => metadata.namespace),
      ['one', 'two'],
    );
    api.silently(() => api.remove(one, 'one/a'));
    api.write(one, errorLine(410, 'Expired'));
    await untilAdvancing(clock, 'one is empty', () => cluster.list('Service').length === 1);
    assert.equal(api.countOf(path, true) + api.countOf(path, false), 0);
  });

  it('survives a listener that throws', async () => {
    const { api } = harness;
    const cluster = harness.start();
    cluster.onChange(() => {
      throw new Error('listener');
    });
    await until('all kinds have synced', () => cluster.unsyncedKinds.length === 0);
    api.put(path, service('a'));
    await until('a is told', () => harness.batches.length === 2);
    assert.ok(harness.log.notes.some(({ level }) => level === 'error'));
  });

  it('sets aside objects that do not fit their kind, and one that no longer does goes', async () => {
    const { api } = harness;
    api.put(path, service('a'));
    const cluster = await harness.synced();
    api.put(path, { metadata: { name: 'b', namespace: 'default' }, spec: 'nonsense' });
    api.put(path, { metadata: { name: 'a', namespace: 'default' }, spec: { ports: 7 } });
    await until('a went', () => cluster.list('Service').length === 0);
    assert.equal(harness.warnings().length, 2);
  });
});

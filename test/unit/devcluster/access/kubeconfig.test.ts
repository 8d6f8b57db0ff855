import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { kubeconfigText, writeKubeconfig } from '../../../../src/devcluster/access/kubeconfig.ts';
import { startDevCluster } from '../../../../src/devcluster/dev-cluster.ts';

test('a kubeconfig without TLS carries the token', () => {
  const text = kubeconfigText({ url: 'http://127.0.0.1:1', caPem: null, token: 'secret', client: null });
  const config = parse(text);
  assert.equal(config.clusters[0].cluster.server, 'http://127.0.0.1:1');
  assert.deepEqual(config.users[0].user, { token: 'secret' });
  assert.equal(config['current-context'], config.contexts[0].name);
});

test('a kubeconfig is written for its owner alone, whatever was there', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'deeper', 'kubeconfig');
  await writeKubeconfig(path, 'first');
  await rm(path);
  await writeFile(path, 'open', { mode: 0o644 });
  await writeKubeconfig(path, 'second');
  assert.equal(await readFile(path, 'utf8'), 'second');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(folder, 'deeper')), ['kubeconfig']);
});

test('over TLS the certificate of the kubeconfig opens the door, and only that or a token does', async (t) => {
  const cluster = await startDevCluster({ tls: true });
  t.after(() => cluster.stop());
  assert.match(cluster.url, /^https:/);
  const config = parse(cluster.kubeconfig());
  const decoded = (text: string) => Buffer.from(text, 'base64').toString();
  const ca = decoded(config.clusters[0].cluster['certificate-authority-data']);
  assert.equal(ca, cluster.caPem);
  const { user } = config.users[0];
  const cert = decoded(user['client-certificate-data']);
  const key = decoded(user['client-key-data']);
  const ask = (options: object) =>
    new Promise((resolve, reject) => {
      const outgoing = request(`${cluster.url}/api/v1/namespaces/default`, { ca, agent: false, ...options });
      outgoing.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  assert.equal(await ask({ cert, key }), 200);
  assert.equal(await ask({ headers: { authorization: `Bearer ${cluster.token}` } }), 200);
  assert.equal(await ask({}), 401);
  const other = await startDevCluster({ tls: true });
  t.after(() => other.stop());
  const foreign = parse(other.kubeconfig()).users[0].user;
  const foreignPair = {
    cert: decoded(foreign['client-certificate-data']),
    key: decoded(foreign['client-key-data']),
  };
  assert.equal(await ask(foreignPair), 401);
  await assert.rejects(ask({ ca: other.caPem }));
});

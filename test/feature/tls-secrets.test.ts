import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { customResourceDefinitions } from '../../src/api/crds.ts';
import { type DevCluster, startDevCluster } from '../../src/devcluster/dev-cluster.ts';
import { startUpstream } from '../support/http.ts';
import { endpoints, ingressRoute, service } from '../support/objects.ts';
import { startCommand } from '../support/process.ts';
import { until } from '../support/raw/until.ts';
import { TestAuthority, type TestPair } from '../support/tls/certificates.ts';
import { TlsClient } from '../support/tls/client.ts';

let first: TestPair;
let second: TestPair;

before(async () => {
  const authority = await TestAuthority.make();
  first = await authority.issue(['first.test']);
  second = await authority.issue(['second.test']);
});

function secret(name: string, { certificate, key }: TestPair): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': base64(certificate), 'tls.key': base64(key) },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function securedRoute(name: string, host: string, secretName: string): object {
  const { spec, ...rest } = ingressRoute(name, `Host(\`${host}\`)`, 'one') as { readonly spec: object };
  return { ...rest, spec: { ...spec, tls: { secretName } } };
}

function put(cluster: DevCluster, ...objects: readonly object[]): void {
  for (const object of objects) cluster.apply(structuredClone(object) as never);
}

async function started(context: TestContext): Promise<{ cluster: DevCluster; port: number }> {
  const cluster = await startDevCluster();
  context.after(() => cluster.stop());
  const upstream = await startUpstream(context, 'one');
  put(cluster, ...customResourceDefinitions(), service('one'), ...endpoints('one', [upstream]));
  put(cluster, secret('s', first), securedRoute('a', 'a.test', 's'));
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig());
  const run = startCommand(context, [
    ...['run', '--kubeconfig', kubeconfig, '--drain=0', '--log-format=json', '--workers=2'],
    ...['--entrypoint=web=127.0.0.1:0', '--metrics=127.0.0.1:0', '--admin=127.0.0.1:0'],
  ]);
  const [, port] = await run.printed(/"ports":\{"web":(\d+)\}.*"msg":"ready"/);
  return { cluster, port: Number(port) };
}

/** The subject of the certificate that a new handshake is shown; null where it is refused. */
async function subjectAt(port: number, servername: string): Promise<string | null> {
  const client = await TlsClient.connect(port, { servername });
  const subject = client.isSecure ? String(client.certificate.subject?.CN) : null;
  client.socket.destroy();
  return subject;
}

/** Handshakes until all are shown that certificate. Both threads take connections, so one answer is not enough. */
async function untilSubject(port: number, servername: string, subject: string | null): Promise<void> {
  const deadline = performance.now() + 10_000;
  let seen: readonly (string | null)[] = [];
  while (performance.now() < deadline) {
    seen = await Promise.all([1, 2, 3, 4].map(() => subjectAt(port, servername)));
    if (seen.every((one) => one === subject)) return;
  }
  assert.fail(`${servername} is served with ${seen.join()} and not with ${subject}`);
}

test('a new certificate is served to new handshakes, and connections that are open go on', async (context) => {
  const { cluster, port } = await started(context);
  const open = await TlsClient.connect(port, { servername: 'a.test' });
  assert.equal(open.certificate.subject?.CN, 'first.test');
  put(cluster, secret('s', second));
  await untilSubject(port, 'a.test', 'second.test');
  open.socket.write('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
  await until(() => open.received.includes('one GET /'), 'an answer on the old connection');
  open.socket.destroy();
});

test('a bad version of a Secret changes nothing, and a Secret that is deleted refuses handshakes', async (context) => {
  const { cluster, port } = await started(context);
  put(cluster, secret('s', { certificate: second.certificate, key: first.key }));
  // What comes later on the same way is there: then the bad version has been judged.
  put(cluster, secret('t', second), securedRoute('b', 'b.test', 't'));
  await untilSubject(port, 'b.test', 'second.test');
  await untilSubject(port, 'a.test', 'first.test');
  cluster.delete({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 's' });
  await untilSubject(port, 'a.test', null);
  put(cluster, secret('s', second));
  await untilSubject(port, 'a.test', 'second.test');
});

test('a host that nobody names a certificate for gets the one that says it is signed by Fairlead', async (context) => {
  const { port } = await started(context);
  await untilSubject(port, 'elsewhere.test', 'Fairlead default certificate (self-signed)');
});

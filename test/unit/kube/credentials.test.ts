import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { Credentials, CredentialsResult } from '../../../src/kube/credentials.ts';
import { loadCredentials } from '../../../src/kube/load-credentials.ts';
import { FakeClock } from './fake-clock.ts';

// The form of a certificate, but none.
const cert = `-----BEGIN CERTIFICATE-----
CERT
-----END CERTIFICATE-----
`;

describe('loadCredentials', () => {
  let directory: string;
  let clock: FakeClock;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fairlead-credentials-'));
    clock = new FakeClock();
  });

  afterEach(() => rm(directory, { recursive: true }));

  async function write(name: string, text: string): Promise<string> {
    const file = join(directory, name);
    await writeFile(file, text);
    return file;
  }

  function load(
    environment: Record<string, string>,
    kubeconfig: string | null = null,
    context: string | null = null,
  ) {
    return loadCredentials({ kubeconfig, context, environment, clock, serviceAccount: directory });
  }

  function good(result: CredentialsResult): Credentials {
    assert.ok(result.ok, inspect(result));
    return result.credentials;
  }

  async function authorization(credentials: Credentials, fresh = false): Promise<string | undefined> {
    return (await credentials.material(fresh)).authorization?.reveal();
  }

  async function problem(text: string, context: string | null = null): Promise<string> {
    const result = await load({}, await write('config', text), context);
    assert.ok(!result.ok, inspect(result));
    return result.problem.replaceAll(directory, 'DIR');
  }

  function kubeconfig({ user = '{}', cluster = 'server: "http://127.0.0.1:1"' } = {}): string {
    return `
clusters: [{name: c, cluster: {${cluster}}}]
users: [{name: u, user: ${user}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: team}}, {name: y, context: {cluster: c, user: gone}}]
current-context: x
`;
  }

  describe('in a pod', () => {
    const pod = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };

    beforeEach(async () => {
      await write('token', 'one\n');
      await write('ca.crt', cert);
      await write('namespace', 'fairlead');
    });

    it('takes the service account, and its token anew after a minute or a 401', async () => {
      const credentials = good(await load(pod));
      assert.equal(credentials.server.href, 'https://[fd00::1]:6443/');
      assert.equal(credentials.namespace, 'fairlead');
      assert.equal(await authorization(credentials), 'Bearer one');
      await write('token', 'two');
      clock.advance(59_000);
      assert.equal(await authorization(credentials), 'Bearer one');
      clock.advance(1_000);
      assert.equal(await authorization(credentials), 'Bearer two');
      await write('token', 'three');
      assert.equal(await authorization(credentials, true), 'Bearer three');
    });

    it('keeps the TLS settings the same object until the CA changes', async () => {
      const credentials = good(await load(pod));
      const { tls } = await credentials.material(false);
      assert.equal((await credentials.material(true)).tls, tls);
      await write('ca.crt', `${cert}\n`);
      assert.notEqual((await credentials.material(true)).tls, tls);
    });

    it('goes on with the last token while the file cannot be read', async () => {
      const credentials = good(await load(pod));
      await rm(join(directory, 'token'));
      assert.equal(await authorization(credentials, true), 'Bearer one');
    });

    it('says what is missing', async () => {
      await rm(join(directory, 'token'));
      const result = await load(pod);
      assert.ok(!result.ok);
      assert.equal(result.problem, `cannot read ${join(directory, 'token')}: there is no such file`);
    });

    it('gives way to a kubeconfig that is named', async () => {
      const file = await write('config', kubeconfig({ user: '{token: t}' }));
      assert.equal(await authorization(good(await load(pod, file))), 'Bearer t');
    });

    it('never shows the token', async () => {
      const credentials = good(await load(pod));
      const material = await credentials.material(false);
      assert.doesNotMatch(inspect(material, { depth: 9 }) + JSON.stringify(material), /one/);
    });
  });

  describe('from a kubeconfig', () => {
    it('reads tokens, token files and passwords', async () => {
      await write('t', 'from-file\n');
      const cases = [
        ['{token: abc}', 'Bearer abc'],
        ['{token: abc, tokenFile: t}', 'Bearer from-file'],
        ['{username: me, password: pass}', `Basic ${Buffer.from('me:pass').toString('base64')}`],
        ['{}', undefined],
      ] as const;
      for (const [user, wanted] of cases) {
        const credentials = good(await load({}, await write('config', kubeconfig({ user }))));
        assert.equal(await authorization(credentials), wanted);
        assert.equal(credentials.server.href, 'http://127.0.0.1:1/');
        assert.equal(credentials.namespace, 'team');
      }
    });

    it('reads the files of KUBECONFIG, the first of a name wins, and those that are missing do not matter', async () => {
      const first = await write('one', 'users: [{name: u, user: {token: first}}]');
      const second = await write('two', kubeconfig({ user: '{token: second}' }));
      const KUBECONFIG = [join(directory, 'gone'), first, second].join(':');
      assert.equal(await authorization(good(await load({ KUBECONFIG }))), 'Bearer first');
    });

    it('says that there is no cluster to talk to', async () => {
      const nothing = await load({ HOME: directory });
      assert.ok(!nothing.ok);
      assert.match(nothing.problem, /--kubeconfig/);
      const gone = await load({ KUBECONFIG: join(directory, 'gone') });
      assert.ok(!gone.ok);
      assert.match(gone.problem, /^none of the files of KUBECONFIG is there/);
    });

    it('says in one sentence what is wrong with it', async () => {
      const wrong = await load({}, join(directory, 'absent'));
      assert.ok(!wrong.ok);
      assert.equal(
        wrong.problem.replaceAll(directory, 'DIR'),
        'cannot read the kubeconfig DIR/absent: there is no such file',
      );
      assert.match(await problem('{'), /^the kubeconfig DIR\/config is no YAML: [^\n]+$/);
      assert.equal(await problem('7'), 'the kubeconfig DIR/config is no YAML mapping');
      assert.equal(await problem('{}'), 'DIR/config has no current-context; name one with --context');
      assert.equal(await problem(kubeconfig(), 'z'), 'DIR/config has no context "z"');
      assert.equal(
        await problem(kubeconfig(), 'y'),
        'DIR/config: context "y" names a user that is not there',
      );
      const where = 'context "x" of DIR/config';
      for (const cluster of ['server: "ftp://x"', 'server: 7', '']) {
        assert.equal(
          await problem(kubeconfig({ cluster })),
          `${where}: its cluster has no server with http: or https:`,
        );
      }
      const https = 'server: "https://127.0.0.1:1"';
      assert.equal(
        await problem(kubeconfig({ cluster: `${https}, certificate-authority: gone.pem` })),
        `${where}: cannot read DIR/gone.pem: there is no such file`,
      );
      assert.equal(
        await problem(kubeconfig({ cluster: `${https}, certificate-authority-data: "!!"` })),
        `${where}: certificate-authority-data is no PEM text in base64`,
      );
      assert.match(
        await problem(
          kubeconfig({
            user: `{client-certificate-data: ${base64(cert)}, client-key-data: ${base64(cert)}}`,
            cluster: https,
          }),
        ),
        /its certificates or key cannot be used: /,
      );
      assert.match(
        await problem(kubeconfig({ user: `{client-certificate-data: ${base64(cert)}}` })),
        /need each other$/,
      );
      assert.match(
        await problem(kubeconfig({ user: '{as: admin}' })),
        /impersonation \(as\) is not supported$/,
      );
      assert.match(
        await problem(kubeconfig({ cluster: 'server: "http://x", proxy-url: "http://y"' })),
        /proxy-url is not supported$/,
      );
    });

    it('asks a plugin, also for a plain http:// server, and again after a 401', async () => {
      const counter = join(directory, 'count');
      const plugin = await write(
        'plugin.sh',
        `#!/bin/sh\necho x >> '${counter}'\nprintf '{"status":{"token":"t%s"}}' "$(wc -l < '${counter}' | tr -d ' ')"\n`,
      );
      await chmod(plugin, 0o700);
      const user =
        '{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin.sh, interactiveMode: Never}}';
      const credentials = good(await load({}, await write('config', kubeconfig({ user }))));
      assert.equal(await authorization(credentials), 'Bearer t1');
      assert.equal(await authorization(credentials, true), 'Bearer t2');
    });

    it('says why a plugin failed', async () => {
      const user =
        '{exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [-c, "echo no luck >&2; exit 3"]}}';
      assert.match(await problem(kubeconfig({ user })), /: its credential plugin failed: no luck$/);
      const absent =
        '{exec: {apiVersion: client.authentication.k8s.io/v1, command: fairlead-no-such-plugin}}';
      assert.match(await problem(kubeconfig({ user: absent })), /its credential plugin failed: .*ENOENT/);
    });
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

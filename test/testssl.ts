/**
 * Has testssl.sh judge what the quickstart serves over TLS with default settings: `npm run check:tls`. Part of the check before a release.
 * Exits 1 where there is a finding of medium severity or worse, but for those that follow from a certificate that signs itself.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

/** What is said of a certificate that nobody but its owner has signed. */
const ofSelfSigned = new Set(['cert_chain_of_trust', 'cert_revocation', 'cert_trust']);
const bad = new Set(['MEDIUM', 'HIGH', 'CRITICAL']);
const startMs = 30_000;
const testMs = 600_000;

const program = ['testssl', 'testssl.sh'].find((name) => spawnSync(name, ['--version']).status === 0);
if (program === undefined) {
  console.error('testssl.sh is not installed; on Debian: apt-get install testssl.sh');
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'fairlead-testssl-'));
const fairlead = spawn(
  process.execPath,
  ['bin/fairlead.js', 'dev', 'examples/quickstart', ...ports(folder)],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
try {
  const address = await addressOf(fairlead);
  const file = join(folder, 'report.json');
  const options = ['--quiet', '--color', '0', '--warnings', 'off', '--jsonfile', file];
  spawnSync(program, [...options, `https://${address}`], { stdio: 'inherit', timeout: testMs });
  const findings = JSON.parse(readFileSync(file, 'utf8')) as readonly Finding[];
  process.exitCode = judge(findings);
} finally {
  fairlead.kill();
  rmSync(folder, { recursive: true });
}

function ports(home: string): readonly string[] {
  const local = '127.0.0.1:0';
  return [
    ...['--entrypoint', `web=${local}`, '--entrypoint', `websecure=${local},tls`],
    ...['--metrics', local, '--admin', local, '--no-follow', '--write-kubeconfig', join(home, 'kubeconfig')],
  ];
}

/** Where the entry point `websecure` is, from what `dev` prints. */
function addressOf({ stdout }: { readonly stdout: NodeJS.ReadableStream | null }): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error('Fairlead did not say where it listens')), startMs);
  let text = '';
  stdout?.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    const address = /websecure ([\d.:]+)/.exec(text)?.[1];
    if (address === undefined) return;
    clearTimeout(timer);
    resolve(address);
  });
  return promise;
}

function judge(findings: readonly Finding[]): number {
  const found = findings.filter(({ id, severity }) => bad.has(severity) && !ofSelfSigned.has(id));
  for (const { id, severity, finding } of found) console.log(`${severity} ${id}: ${finding}`);
  console.log(`${findings.length} findings, ${found.length} of them medium or worse`);
  // A report that is nearly empty says that the test did not run.
  return found.length === 0 && findings.length > 50 ? 0 : 1;
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * CPU time per request of the proxy and of nginx, in one run: `node test/bench/proxy.ts [SECONDS]`. Needs `wrk` and `nginx`;
 * `taskset` pins the proxies to core 0 and load and origin to core 1 where there are two. The figure that holds on a
 * noisy machine is the ratio of the two.
 */
const seconds = Number(process.argv[2] ?? '4');
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const directory = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
const children: ChildProcess[] = [];
/** Pins a command to a core. */
const pin = 'taskset';

function run(core: number, command: string, args: readonly string[]): ChildProcess {
  const child = spawn(pin, ['-c', String(core), command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function untilOpen(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** One nginx process, as origin or as proxy. */
function startNginx(core: number, name: string, http: string): ChildProcess {
  const file = join(directory, `${name}.conf`);
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${directory}/${name}.pid; error_log ${directory}/${name}.log;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000; client_body_temp_path ${directory}; proxy_temp_path ${directory};
fastcgi_temp_path ${directory}; uwsgi_temp_path ${directory}; scgi_temp_path ${directory};
types { } default_type text/plain; sendfile on; tcp_nopush on; tcp_nodelay on; ${http} }`,
  );
  return run(core, 'nginx', ['-c', file, '-e', join(directory, `${name}.log`)]);
}

/** User and system time of a process, in microseconds. */
function cpuTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}

interface Figures {
  readonly perRequest: number;
  readonly rate: number;
  readonly p99: string;
}

function load(port: number, pid: number, path: string, duration: number): Figures {
  const before = cpuTime(pid);
  const args = [
    '-c',
    '1',
    'wrk',
    '-t1',
    '-c64',
    `-d${duration}s`,
    '--latency',
    `http://127.0.0.1:${port}${path}`,
  ];
  const output = execFileSync(pin, args, { encoding: 'utf8' });
  const requests = Number(/(\d+) requests in/.exec(output)?.[1]);
  if (/Non-2xx|Socket errors/.test(output)) process.stdout.write(output);
  return {
    perRequest: (cpuTime(pid) - before) / requests,
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]),
    p99: /99%\s+(\S+)/.exec(output)?.[1] ?? '?',
  };
}

function memory(pid: number): string {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return `${(Number(kilobytes) / 1024).toFixed(0)} MiB`;
}

try {
  const [origin, nginxPort, ourPort] = [await freePort(), await freePort(), await freePort()];
  writeFileSync(join(directory, 'small'), 'x'.repeat(1024));
  writeFileSync(join(directory, 'large'), 'x'.repeat(65_536));
  startNginx(1, 'origin', `server { listen 127.0.0.1:${origin}; root ${directory}; }`);
  const nginx = startNginx(
    0,
    'proxy',
    `upstream o { server 127.0.0.1:${origin}; keepalive 128; keepalive_requests 100000000; }
server { listen 127.0.0.1:${nginxPort}; location / { proxy_pass http://o; proxy_http_version 1.1; proxy_set_header Connection "";
proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto http; } }`,
  );
  const server = new URL('./proxy-server.ts', import.meta.url).pathname;
  const ours = run(0, process.execPath, [server, String(ourPort), String(origin)]);
  await Promise.all([origin, nginxPort, ourPort].map(untilOpen));
  const proxies = [
    ['nginx', nginxPort, nginx.pid ?? 0],
    ['fairlead', ourPort, ours.pid ?? 0],
  ] as const;
  for (const [, port, pid] of proxies) load(port, pid, '/small', 2);
  for (const path of ['/small', '/large']) {
    for (let round = 1; round <= 3; round++) {
      for (const [name, port, pid] of proxies) {
        const { perRequest, rate, p99 } = load(port, pid, path, seconds);
        const row = [
          path,
          String(round),
          name.padEnd(8),
          `${perRequest.toFixed(1)} µs CPU/request`,
          `${rate.toFixed(0)}/s`,
          `p99 ${p99}`,
        ];
        process.stdout.write(`${row.join('  ')}  ${memory(pid)}\n`);
      }
    }
  }
} finally {
  for (const child of children) child.kill('SIGTERM');
  rmSync(directory, { recursive: true, force: true });
}

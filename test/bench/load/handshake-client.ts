// Makes full TLS handshakes, so many at a time: `node handshake-client.ts PORT HOST COUNT SECONDS`. Prints a line of JSON.
import { connect } from 'node:tls';

const [port = '', host = '', count = '', duration = ''] = process.argv.slice(2);
const timeoutMs = 10_000;
const times: number[] = [];
let errors = 0;

/** Ends when the server has closed too, so that it has done all its work for the connection. */
function shakeHands(): Promise<void> {
  return new Promise((resolve) => {
    const began = performance.now();
    // The same group with every proxy: what one library prefers would decide otherwise.
    const options = { host: '127.0.0.1', port: Number(port), servername: host, ecdhCurve: 'X25519' };
    const socket = connect({ ...options, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
    let done = false;
    socket.setTimeout(timeoutMs, () => socket.destroy());
    socket.once('secureConnect', () => {
      done = !socket.isSessionReused();
      if (done) times.push((performance.now() - began) * 1000);
      socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!done) errors++;
      resolve();
    });
    socket.resume();
  });
}

const started = performance.now();
const ending = started + Number(duration) * 1000;

async function goOn(): Promise<void> {
  while (performance.now() < ending) await shakeHands();
}

await Promise.all(Array.from({ length: Number(count) }, goOn));
const seconds = (performance.now() - started) / 1000;
times.sort((a, b) => a - b);
const quantile = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
const result = { requests: times.length, seconds, p50: quantile(0.5), p99: quantile(0.99), errors };
process.stdout.write(`result ${JSON.stringify(result)}\n`);

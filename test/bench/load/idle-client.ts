// Opens connections and holds them: `node idle-client.ts PORT HOST PATH COUNT http|tls|h2c|h2`. Prints `holding N`; ends by itself
// after 2 minutes.
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { firstHttp2Bytes, replyTo } from './idle-http2.ts';

const [port = '', host = '', path = '', count = '', protocol = 'http'] = process.argv.slice(2);
const overTls = protocol === 'tls' || protocol === 'h2';
const http2 = protocol === 'h2c' || protocol === 'h2';
const request = http2
  ? firstHttp2Bytes(host, path, overTls)
  : `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const atOnce = 64;
const answerMs = 10_000;
const to = { host: '127.0.0.1', port: Number(port) };
const tlsOptions = {
  servername: host,
  rejectUnauthorized: false,
  ALPNProtocols: [http2 ? 'h2' : 'http/1.1'],
};
let left = Number(count);
let open = 0;

function connection(ready: () => void): Socket {
  return overTls ? connectTls({ ...to, ...tlsOptions }, ready) : connect(to, ready);
}

/** True once an answer has begun on a new connection. */
function openOne(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connection(() => socket.write(request));
    let answered = false;
    socket.setTimeout(answerMs, () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      const { reply, answer } = http2 ? replyTo(bytes) : { reply: null, answer: true };
      if (reply !== null) socket.write(reply);
      if (!answer || answered) return;
      answered = true;
      socket.setTimeout(0);
      open++;
      socket.on('close', () => open--);
      resolve(true);
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}

async function openMany(): Promise<void> {
  while (left > 0) {
    left--;
    await openOne();
  }
}

await Promise.all(Array.from({ length: atOnce }, openMany));
process.stdout.write(`holding ${open}\n`);
setTimeout(() => process.exit(), 120_000);

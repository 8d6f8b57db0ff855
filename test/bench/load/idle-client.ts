// Opens connections and holds them: `node idle-client.ts PORT HOST PATH COUNT`. Prints `holding N`; ends by itself after 2 minutes.
import { connect } from 'node:net';

const [port = '', host = '', path = '', count = ''] = process.argv.slice(2);
const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const atOnce = 64;
const answerMs = 10_000;
let left = Number(count);
let open = 0;

/** True once an answer has begun on a new connection and no more of it comes. */
function openOne(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(request));
    socket.setTimeout(answerMs, () => socket.destroy());
    socket.once('data', () => {
      socket.setTimeout(0);
      open++;
      socket.on('close', () => open--);
      resolve(true);
    });
    socket.on('data', () => {});
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

// Runs the embedded API server alone: `node test/devcluster-serve.ts [--port N] [--tls] [--finish-namespaces]
// [--until-stdin-closes]`. Prints `listening URL token TOKEN` and ends on SIGINT, SIGTERM, or when stdin closes.
import { parseArgs } from 'node:util';
import { startDevCluster } from '../src/devcluster/dev-cluster.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    tls: { type: 'boolean', default: false },
    'finish-namespaces': { type: 'boolean', default: false },
    'until-stdin-closes': { type: 'boolean', default: false },
  },
});

const cluster = await startDevCluster({
  port: Number(values.port),
  tls: values.tls,
  finishNamespaces: values['finish-namespaces'],
  allowLoopbackEndpoints: false,
});
const stop = () => cluster.stop();
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
if (values['until-stdin-closes']) {
  process.stdin.resume();
  process.stdin.once('close', stop);
  process.stdin.once('end', stop);
}
console.log(`listening ${cluster.url} token ${cluster.token}`);

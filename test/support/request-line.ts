import type { RequestView } from '../../src/model/request-view.ts';
import { normaliseHost } from '../../src/routing/host.ts';
import { routingPath } from '../../src/routing/path.ts';

const requestLine = /^(?<method>\S+) (?<url>https?:\S+)(?<options>(?: \w+=\S+)*)$/;

/**
 * Reads a request that is written as `GET http://host/path?query`, and after it any of `entryPoint=NAME` (else `web`),
 * `from=ADDRESS` (else 192.0.2.1) and `header=NAME:VALUE`. Throws where it is something else.
 */
export function viewOfLine(line: string): RequestView {
  const { method = '', url = '', options = '' } = requestLine.exec(line)?.groups ?? {};
  if (method === '') throw new Error(`not a request: ${line}`);
  const [, host = '', path = '', query = ''] = /^https?:\/\/([^/?]*)([^?]*)\??(.*)/.exec(url) ?? [];
  const headers: (readonly [name: string, value: string])[] = [];
  let entryPoint = 'web';
  let clientIp = '192.0.2.1';
  for (const option of options.split(' ').filter(Boolean)) {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(option) ?? [];
    const [, header = '', text = ''] = /^([^:]+):(.*)$/.exec(value) ?? [];
    if (name === 'entryPoint') entryPoint = value;
    else if (name === 'from') clientIp = value;
    else if (name === 'header') headers.push([header.toLowerCase(), text]);
    else throw new Error(`unknown option ${name}: ${line}`);
  }
  return {
    entryPoint,
    host: normaliseHost(host) ?? '',
    path: routingPath(path) ?? '/',
    query,
    method,
    tls: url.startsWith('https:'),
    clientIp,
    header: (name) => headers.filter(([header]) => header === name).map(([, value]) => value),
  };
}

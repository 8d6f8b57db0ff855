import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { accessLogFormatter, maxLineBytes } from '../../../src/telemetry/access-log.ts';
import { anyOutcome, outcome } from './outcomes.ts';

/** What any reader may take for the end of a line, or a terminal for an order. */
const steering = /[\p{Cc}\u2028\u2029]/u;

function body(line: string): string {
  assert.ok(line.endsWith('\n'));
  assert.ok(Buffer.byteLength(line) <= maxLineBytes);
  const text = line.slice(0, -1);
  assert.doesNotMatch(text, steering);
  return text;
}

describe('an access log line', () => {
  it('in json gives the outcome field by field', () => {
    const text = body(accessLogFormatter('json')(outcome({ durationMs: 1.23456789 })));
    assert.deepEqual(JSON.parse(text), {
      time: '2026-01-02T03:04:05.678Z',
      entryPoint: 'web',
      clientIp: '192.0.2.7',
      protocol: 'http/1.1',
      method: 'GET',
      host: 'shop.test',
      target: '/cart?x=1',
      status: 200,
      reason: null,
      durationMs: 1.235,
      upstreamMs: 2,
      requestBytes: 0,
      responseBytes: 12,
      route: 'IngressRoute/default/shop/0',
      service: 'default/shop:80',
      endpoint: '10.0.0.1:8080',
      retries: 0,
      userAgent: 'curl/8',
    });
  });

  it('in common is that of Apache', () => {
    assert.equal(
      accessLogFormatter('common')(outcome()),
      '192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] "GET /cart?x=1 HTTP/1.1" 200 12\n',
    );
    assert.equal(
      accessLogFormatter('common')(outcome({ target: '/"\\é\n', responseBytes: 0, status: 404 })),
      '192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] "GET /\\"\\\\\\xc3\\xa9\\x0a HTTP/1.1" 404 -\n',
    );
    assert.equal(
      accessLogFormatter('common')(outcome({ method: '', target: '', status: 400 })),
      '192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] "-" 400 12\n',
    );
  });

  it('in dev is short', () => {
    assert.equal(
      accessLogFormatter('dev')(outcome()),
      '03:04:05 200 GET  shop.test/cart?x=1 → default/shop:80 at 10.0.0.1:8080 (IngressRoute/default/shop/0) 3.25 ms\n',
    );
    const refused = { service: null, endpoint: null, route: null, status: 404, reason: 'NoRoute' } as const;
    assert.equal(
      accessLogFormatter('dev', true)(outcome({ ...refused, upstreamMs: null })),
      '03:04:05 \u001b[33m404\u001b[0m GET  shop.test/cart?x=1 NoRoute 3.25 ms\n',
    );
    const tcp = { protocol: 'tcp', method: '', target: '', status: 0, route: null } as const;
    assert.match(accessLogFormatter('dev')(outcome(tcp)), /^03:04:05 tcp +shop\.test → default\/shop:80 at /);
  });

  it('in json is one object that says what was sent, for any outcome', () => {
    const format = accessLogFormatter('json');
    fc.assert(
      fc.property(anyOutcome, (each) => {
        const read = JSON.parse(body(format(each)));
        assert.equal(read.status, each.status);
        assert.equal(read.reason, each.reason);
        assert.equal(read.route, each.route);
        assert.equal(read.time, new Date(each.startedAt).toISOString());
        assert.equal(read.durationMs, Math.round(each.durationMs * 1000) / 1000);
        for (const name of ['entryPoint', 'service', 'endpoint', 'requestBytes', 'retries'] as const) {
          assert.equal(read[name], each[name]);
        }
        for (const name of ['method', 'host', 'target', 'userAgent', 'clientIp'] as const) {
          if (each[name].length <= 80) assert.equal(read[name], each[name]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('in common has its seven fields, for any outcome', () => {
    const format = accessLogFormatter('common');
    const line = /^(\S+) - - \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d+) (\d+|-)$/;
    fc.assert(
      fc.property(anyOutcome, (each) => {
        const found = line.exec(body(format(each)));
        assert.ok(found);
        assert.equal(found[4], String(each.status));
      }),
      { numRuns: 1000 },
    );
  });

  it('in dev is one line that steers no terminal, for any outcome', () => {
    const format = accessLogFormatter('dev');
    fc.assert(
      fc.property(anyOutcome, (each) => {
        assert.match(body(format(each)), / ms$/);
      }),
      { numRuns: 1000 },
    );
  });
});

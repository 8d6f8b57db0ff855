import fc from 'fast-check';
import { type Outcome, type RefusalReason, refusalReasons } from '../../../src/model/outcome.ts';

/** A plain request that was answered, with some parts changed. */
export function outcome(parts: Partial<Outcome> = {}): Outcome {
  return {
    entryPoint: 'web',
    protocol: 'http/1.1',
    method: 'GET',
    host: 'shop.test',
    target: '/cart?x=1',
    clientIp: '192.0.2.7',
    userAgent: 'curl/8',
    route: 'IngressRoute/default/shop/0',
    service: 'default/shop:80',
    endpoint: '10.0.0.1:8080',
    status: 200,
    reason: null,
    requestBytes: 0,
    responseBytes: 12,
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    durationMs: 3.25,
    upstreamMs: 2,
    retries: 0,
    ...parts,
  };
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'\r\n"\\\u0085\u2028\u001b\u009b {}'), maxLength: 8 }),
  fc.constantFrom('"', '\\"}\n{"status":200', 'x\u0000y', '\ud800', '"\\', `${'\u0001'.repeat(5000)}`, '-'),
);

/** Any outcome, with whatever a client may send where a client has a say. */
export const anyOutcome: fc.Arbitrary<Outcome> = fc.record({
  entryPoint: fc.constantFrom('web', 'websecure'),
  protocol: fc.constantFrom('http/1.0' as const, 'http/1.1' as const),
  method: fc.oneof(nasty, fc.constantFrom('GET', 'POST', 'get', '')),
  host: nasty,
  target: nasty,
  clientIp: fc.oneof(nasty, fc.constant('2001:db8::1')),
  userAgent: nasty,
  route: fc.constantFrom(null, 'IngressRoute/default/shop/0', 'Ingress/default/web/3'),
  service: fc.constantFrom(null, 'default/shop:80', 'default/web:8080'),
  endpoint: fc.constantFrom(null, '10.0.0.1:8080', '[2001:db8::1]:80'),
  status: fc.oneof(fc.integer({ min: 100, max: 599 }), fc.constantFrom(0, 99, 600, 999)),
  reason: fc.constantFrom<RefusalReason | null>(null, ...(Object.keys(refusalReasons) as RefusalReason[])),
  requestBytes: fc.nat(),
  responseBytes: fc.nat(),
  startedAt: fc.oneof(fc.nat(), fc.constantFrom(0, Date.UTC(2026, 11, 31))),
  durationMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
  upstreamMs: fc.option(fc.double({ min: 0, max: 100_000, noNaN: true })),
  retries: fc.nat({ max: 3 }),
});

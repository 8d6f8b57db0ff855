import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TcpRule } from '../../../src/model/tcp-rule.ts';
import { parseTcpRule } from '../../../src/routing/rule/parse.ts';

const a: TcpRule = { kind: 'hostSni', host: 'a' };
const b: TcpRule = { kind: 'hostSni', host: 'b' };
const h2: TcpRule = { kind: 'alpn', protocol: 'h2' };

describe('parseTcpRule', () => {
  const understood: readonly (readonly [text: string, rule: TcpRule])[] = [
    ['HostSNI(`a`)', a],
    ['hostsni("a")', a],
    ['HOSTSNI(`A.`)', a],
    ['Hostsni(`*`)', { kind: 'hostSni', host: '*' }],
    ['HostSNI(`*.Example.com`)', { kind: 'hostSni', host: '*.example.com' }],
    ['HostSNIRegexp(`^[a-z]+\\.a$`)', { kind: 'hostSniRegexp', pattern: '^[a-z]+\\.a$' }],
    ['ClientIP(` 10.0.0.0/8 `)', { kind: 'clientIp', range: '10.0.0.0/8' }],
    ['ALPN(`h2`)', h2],
    [
      'HostSNI(`a`) || HostSNI(`b`) && ALPN(`h2`)',
      { kind: 'or', rules: [a, { kind: 'and', rules: [b, h2] }] },
    ],
    [
      '(HostSNI(`a`) || HostSNI(`b`)) && ALPN(`h2`)',
      { kind: 'and', rules: [{ kind: 'or', rules: [a, b] }, h2] },
    ],
    ['!(HostSNI(`a`) && !ALPN(`h2`))', { kind: 'or', rules: [{ kind: 'not', rule: a }, h2] }],
    ['HostSNI(`a`) || (HostSNI(`b`) || ALPN(`h2`))', { kind: 'or', rules: [a, b, h2] }],
  ];
  for (const [text, rule] of understood) {
    it(`understands ${text}`, () => assert.deepEqual(parseTcpRule(text), { ok: true, rule }));
  }

  const refused: readonly (readonly [text: string, position: number, message: RegExp, hint?: RegExp])[] = [
    ['', 0, /empty/, /HostSNI\(`example.com`\)/],
    ['Host(`a`)', 0, /unknown matcher Host/, /did you mean HostSNI\?/],
    ['HostRegexp(`a`)', 0, /unknown matcher HostRegexp/, /did you mean HostSNIRegexp\?/],
    ['HostSNI(`a`) && Path(`/`)', 16, /unknown matcher Path/, /Path looks at requests of HTTP.*IngressRoute/],
    ['HostSNIs(`a`)', 0, /unknown matcher/, /did you mean HostSNI\?/],
    ['NoSuchMatcherAtAll(`a`)', 0, /unknown matcher/, /matchers are HostSNI, HostSNIRegexp, ClientIP, ALPN/],
    ['constructor(`a`)', 0, /unknown matcher constructor/],
    ['HostSNI(`a`, `b`)', 0, /takes 1 value, found 2/, /HostSNI\(`example.com`\) \|\| …/],
    ['HostSNI()', 0, /takes 1 value, found 0/],
    ['HostSNI(``)', 8, /must not be empty/],
    ['HostSNI(`a:443`)', 8, /no port/],
    ['HostSNI(`10.0.0.1`)', 8, /never an address/, /ClientIP/],
    ['HostSNI(`[::1]`)', 8, /never an address/],
    ['HostSNI(`{x}.a`)', 9, /templates/, /HostSNIRegexp\(`\^\[\^\.\]\+\\\.a\$`\)/],
    ['HostSNIRegexp(`(?=a)`)', 15, /not a regular expression/],
    ['HostSNIRegexp(`ü`)', 15, /ASCII/],
    ['ClientIP(`10.0.0.0/33`)', 9, /neither an IP address nor a CIDR block/],
    ['ALPN(`acme-tls/1`)', 5, /acme-tls\/1 is kept for certificate authorities/],
    [`ALPN(\`${'x'.repeat(256)}\`)`, 5, /at most 255 bytes/],
    ['HostSNI(`a`) & ALPN(`h2`)', 13, /single "&"/],
    ['HostSNI(`*`) &&', 15, /found the end/],
  ];
  for (const [text, position, message, hint] of refused) {
    it(`refuses ${text === '' ? 'nothing' : text.slice(0, 40)}`, () => {
      const result = parseTcpRule(text);
      assert.ok(!result.ok);
      assert.match(result.message, message);
      assert.equal(result.position, position);
      if (hint !== undefined) assert.match(result.hint ?? '', hint);
    });
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RequestView } from '../../../src/model/request-view.ts';
import { holds } from '../../../src/routing/linear.ts';
import { formatRule } from '../../../src/routing/rule/format.ts';
import { parseRule, ruleLimits } from '../../../src/routing/rule/parse.ts';
import { anyRule, anyView } from './arbitraries.ts';
import { parsed } from './parsed.ts';

const a = { kind: 'host', host: 'a' };
const b = { kind: 'host', host: 'b' };
const c = { kind: 'host', host: 'c' };

describe('parseRule', () => {
  const understood: readonly (readonly [name: string, text: string, rule: unknown])[] = [
    ['one matcher', 'Host(`a`)', a],
    ['double quotes with escapes', '"', { kind: 'path', path: '/a\t"é✓A' }],
    ['and before or', 'Host(`a`) || Host(`b`) && Host(`c`)', orOf(a, andOf(b, c))],
    ['parentheses', '(Host(`a`) || Host(`b`)) && Host(`c`)', andOf(orOf(a, b), c)],
    ['not before and', '!Host(`a`) && Host(`b`)', andOf(notOf(a), b)],
    ['a negated group at its matchers', '!(Host(`a`) && !Host(`b`))', orOf(notOf(a), b)],
    ['a negated alternative of groups', '!(Host(`a`) || Host(`b`) && Host(`c`))', undefined],
    ['two negations as none', '!!Host(`a`)', a],
    ['nested groups of one operator as one', '(Host(`a`) && (Host(`b`) && Host(`c`)))', andOf(a, b, c)],
    ['names in lower case', 'pathprefix(`/x`)', { kind: 'pathPrefix', prefix: '/x', elements: false }],
    ['names in upper case', 'PATHPREFIX(`/x`)', { kind: 'pathPrefix', prefix: '/x', elements: false }],
    ['names in title case', 'Pathprefix(`/x`)', { kind: 'pathPrefix', prefix: '/x', elements: false }],
    ['a method in lower case', 'Method(`get`)', { kind: 'method', method: 'GET' }],
    ['a header', 'Header(`X-Tier`, `Gold`)', { kind: 'header', name: 'x-tier', value: 'Gold' }],
    ['a host in capitals with a trailing dot', 'Host(`EXAMPLE.com.`)', { kind: 'host', host: 'example.com' }],
    ['a wildcard host', 'Host(`*.Example.com`)', { kind: 'host', host: '*.example.com' }],
    ['any host', 'Host(`*`)', { kind: 'host', host: '*' }],
    ['an IPv6 host in brackets', 'Host(`[2001:DB8::1]`)', { kind: 'host', host: '2001:db8::1' }],
    ['a pattern of hosts', 'HostRegexp(`^[a-z]+\\.a\\.test$`)', pattern('hostRegexp', '^[a-z]+\\.a\\.test$')],
    ['a pattern of paths', 'pathregexp(`^/v[0-9]{1,3}/`)', pattern('pathRegexp', '^/v[0-9]{1,3}/')],
    ['a pattern of headers', 'HeaderRegexp(`X-A`, `^b`)', { ...pattern('headerRegexp', '^b'), name: 'x-a' }],
    ['a parameter and its value', 'Query(`k`, `v=w`)', { kind: 'query', key: 'k', value: 'v=w' }],
    ['a parameter without value', 'Query(`k`)', { kind: 'query', key: 'k', value: '' }],
    ['a pattern of parameters', 'QueryRegexp(`k`, `^v`)', { ...pattern('queryRegexp', '^v'), key: 'k' }],
    ['a parameter without pattern', 'QueryRegexp(`k`)', { kind: 'query', key: 'k', value: '' }],
    ['an address', 'ClientIP(`192.0.2.7`)', { kind: 'clientIp', range: '192.0.2.7' }],
    ['a block of addresses', 'CLIENTIP(` 2001:DB8::/32 `)', { kind: 'clientIp', range: '2001:DB8::/32' }],
    ['braces that are no template', 'Path(`/{}`)', { kind: 'path', path: '/{}' }],
    ['line breaks between tokens', '\n Host ( `a` )\n\t|| Host(`b`)\r\n', orOf(a, b)],
  ];
  for (const [name, text, rule] of understood) {
    it(`understands ${name}`, () => {
      if (text === '"') assert.deepEqual(parsed('Path("/a\\t\\"\\xc3\\xa9\\u2713\\101")'), rule);
      else if (rule === undefined) assert.deepEqual(parsed(text), andOf(notOf(a), orOf(notOf(b), notOf(c))));
      else assert.deepEqual(parsed(text), rule);
    });
  }

  const refused: readonly (readonly [text: string, position: number, message: RegExp, hint?: RegExp])[] = [
    ['', 0, /empty/],
    ['  ', 0, /empty/],
    ['Host(`a`', 8, /expected "," or "\)", found the end/],
    ['Host(`a`) Host(`b`)', 10, /expected && or \|\| or the end, found Host/],
    ['Host(`a`) &&', 12, /expected a matcher, "!" or "\(", found the end/],
    ['Host(`a`) & Host(`b`)', 10, /single "&"/, /&&/],
    ['Host(`a`) | Host(`b`)', 10, /single "\|"/, /\|\|/],
    ['(Host(`a`)', 0, /never closed/],
    ['Host(`a`))', 9, /closes nothing/],
    ['Host', 4, /expected "\(" after Host, found the end/],
    ['Host(a)', 5, /expected a string in backticks or double quotes, found a/],
    ["Host('a')", 5, /single quotes/, /backticks/],
    ['Host(`a)', 5, /no closing backtick/],
    ['Host("a)', 5, /no closing double quote/],
    ['Host("a\n")', 5, /no closing double quote/],
    ['Path("/\\d")', 7, /unknown escape \\d/, /backticks/],
    ['Path("/\\xff")', 5, /not valid UTF-8/],
    ['Path("/\\ud800")', 7, /does not name a Unicode character/],
    ['Path("/\\u12")', 7, /takes 4 hexadecimal digits/],
    ['Host()', 0, /takes 1 value, found 0/],
    ['Host(`a`, `b`)', 0, /takes 1 value, found 2/, /\|\|/],
    ['Header(`a`)', 0, /takes 2 values, found 1/, /Header\(/],
    ['Host(``)', 5, /must not be empty/],
    ['Hots(`a`)', 0, /unknown matcher Hots/, /did you mean Host\?/],
    ['PathPrefx(`/`)', 0, /unknown matcher/, /did you mean PathPrefix\?/],
    ['hOST(`a`)', 0, /unknown matcher hOST/, /did you mean Host\?/],
    ['Headers(`a`, `b`)', 0, /unknown matcher Headers/, /did you mean Header\?/],
    ['constructor(`a`)', 0, /unknown matcher constructor/, /matchers are Host/],
    ['__proto__(`a`)', 0, /unknown matcher __proto__/],
    ['Host(`a:80`)', 5, /no port/],
    ['Host(`http://a`)', 5, /no scheme/],
    ['Host(`a/b`)', 5, /no path/],
    ['Host(`bücher.de`)', 5, /ASCII/, /punycode/],
    ['Host(`a b`)', 5, /no spaces/],
    ['Host(`a..b`)', 5, /not a host name/],
    ['Host(`a.*.b`)', 5, /"\*" can only/],
    ['Host(`*a.b`)', 5, /"\*" can only/],
    ['Path(`x`)', 5, /must start with "\/"/, /write \/x/],
    ['Method(`GE T`)', 7, /not a request method/],
    ['Header(`X:`, `a`)', 7, /not a header name/],
    ['HostSNI(`a`)', 0, /unknown matcher/, /did you mean Host\?/],
    [
      'HeadersRegexp(`a`, `b`)',
      0,
      /unknown matcher/,
      /did you mean HeaderRegexp\? .*HeaderRegexp\(`X-Name`, /,
    ],
    ['HostHeader(`a`)', 0, /unknown matcher/, /did you mean Host\? Write for example Host\(`example.com`\)/],
    ['PathRegex(`a`)', 0, /unknown matcher/, /did you mean PathRegexp\?/],
    ['Query()', 0, /takes 1 or 2 values, found 0/],
    ['Query(`a`, `b`, `c`)', 0, /takes 1 or 2 values, found 3/],
    ['Query(`a`, ``)', 11, /must not be empty/],
    ['Query(`a=b`)', 8, /two strings/, /write Query\(`a`, `b`\)/],
    ['PathRegexp(`/a`, `/b`)', 0, /takes 1 value, found 2/, /PathRegexp\(.*\|\|/],
    ['PathRegexp(`^/a(b`)', 15, /this "\(" is never closed/, /\\\(/],
    ['PathRegexp(`^/a/**`)', 16, /nested repetition operator in \*\*/],
    ['Host(`a`) && PathRegexp(`^/(?=b)`)', 27, /not a regular expression: .* in \(\?=/, /no look-ahead/],
    ['PathRegexp(`(a)\\1`)', 15, /not a regular expression/, /no back-references/],
    ['PathRegexp("^/\\x61(")', 11, /not a regular expression/],
    [`PathRegexp(\`${'a'.repeat(5000)}\`)`, 12, /5000 characters long, allowed are 4096/],
    ['PathRegexp(`(?:abcdefghij){1000}`)', 12, /more than 2000 steps/],
    ['HeaderRegexp(`a:`, `b`)', 13, /not a header name/],
    ['HostRegexp(`^bücher`)', 14, /ASCII/, /punycode/],
    [
      'HostRegexp(`{sub:[a-z]+}.a.test`)',
      12,
      /Traefik v2/,
      /HostRegexp\(`\^\(\?:\[a-z\]\+\)\\\.a\\\.test\$`\)/,
    ],
    ['Host(`{sub}.a.test`)', 6, /Traefik v2/, /HostRegexp\(`\^\[\^\.\]\+\\\.a/],
    ['PathPrefix("/users/{id}")', 19, /Traefik v2/, /PathRegexp\(`\^\/users\/\[\^\/\]\+`\)/],
    ['Path(`/{id:[0-9]{2}}/x`)', 7, /Traefik v2/, /PathRegexp\(`\^\/\(\?:\[0-9\]\{2\}\)\/x\$`\)/],
    ['ClientIP(`10.0.0.0/33`)', 9, /neither an IP address nor a CIDR block/, /10\.0\.0\.0\/8/],
    ['ClientIP(`example.com`)', 9, /neither an IP address/],
    ['Host(`a`) ; drop', 10, /unexpected ";" \(U\+003B\)/],
    ['\u0000', 0, /unexpected character U\+0000/],
    [`${'('.repeat(101)}Host(\`a\`)${')'.repeat(101)}`, 100, /deeper than 100/],
    ['!'.repeat(60_000), 100, /deeper than 100/],
    ['x'.repeat(ruleLimits.length + 1), ruleLimits.length, /characters long/],
  ];
  for (const [text, position, message, hint] of refused) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}${text.length > 40 ? '…' : ''}`, () => {
      const result = parseRule(text);
      assert.ok(!result.ok);
      assert.match(result.message, message);
      assert.equal(result.position, position);
      if (hint !== undefined) assert.match(result.hint ?? '', hint);
    });
  }

  it('takes as many matchers as allowed and no more', () => {
    const hosts = Array.from({ length: ruleLimits.terms }, (_, index) => `Host(\`h${index}\`)`);
    assert.ok(parseRule(hosts.join('||')).ok);
    const result = parseRule([...hosts, 'Host(`x`)'].join('||'));
    assert.ok(!result.ok);
    assert.match(result.message, /more than 2000 matchers/);
  });

  it('answers any text, and with a position inside it', () => {
    const pieces = [
      'Host',
      'Path',
      'PathRegexp',
      'Query',
      'ClientIP',
      '`(a*)*[`',
      '`{x:(y}`',
      '(',
      ')',
      '`/a`',
      '"b"',
      '&&',
      '||',
      '!',
      ',',
      ' ',
      '\\',
      '"',
      '`',
      'é',
      "'",
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (each) => {
        const result = parseRule(each);
        if (!result.ok) assert.ok(result.position >= 0 && result.position <= each.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('formatRule', () => {
  it('writes what reads back as a rule that says the same', () => {
    fc.assert(
      fc.property(anyRule, fc.array(anyView, { minLength: 5, maxLength: 5 }), (rule, views) => {
        const plain = withoutElements(rule);
        const again = parsed(formatRule(plain));
        for (const view of views) assert.equal(holds(again, view), holds(plain, view));
      }),
      { numRuns: 1000 },
    );
  });

  it('quotes any text so that it reads back', () => {
    const view = (path: string): RequestView => ({
      entryPoint: 'web',
      host: '',
      path,
      method: 'GET',
      clientIp: '',
      query: '',
      header: () => [],
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const rule = parsed(formatRule({ kind: 'path', path: `/${text}` }));
        assert.ok(holds(rule, view(`/${text.toWellFormed()}`)));
      }),
    );
  });

  it('sets parentheses only where they are needed', () => {
    const text = '(Host(`a`) || Host(`b`)) && PathPrefix(`/`) && !Method(`GET`)';
    assert.equal(formatRule(parsed(text)), text);
    const other = 'Host(`a`) && Path(`/x`) || Host(`b`)';
    assert.equal(formatRule(parsed(other)), other);
  });
});

type Rule = ReturnType<typeof parsed>;

function withoutElements(rule: Rule): Rule {
  switch (rule.kind) {
    case 'and':
    case 'or':
      return { kind: rule.kind, rules: rule.rules.map(withoutElements) };
    case 'not':
      return { kind: 'not', rule: withoutElements(rule.rule) };
    case 'pathPrefix':
      return { ...rule, elements: false };
    default:
      return rule;
  }
}

function pattern(kind: string, text: string) {
  return { kind, pattern: text };
}

function andOf(...rules: readonly unknown[]) {
  return { kind: 'and', rules };
}

function orOf(...rules: readonly unknown[]) {
  return { kind: 'or', rules };
}

function notOf(rule: unknown) {
  return { kind: 'not', rule };
}

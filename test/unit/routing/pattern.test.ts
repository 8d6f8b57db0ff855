import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { compilePattern, patternLimits } from '../../../src/routing/rule/compile-pattern.ts';
import { outlineOf } from '../../../src/routing/rule/pattern-outline.ts';
import { SharedPatterns, TextPattern } from '../../../src/routing/text-pattern.ts';

const atoms = [
  'a',
  'b',
  '/',
  'é',
  '😀',
  '.',
  '\\.',
  '\\/',
  '\\d',
  '\\w',
  '\\b',
  '\\pL',
  '\\p{Greek}',
  '\\x61',
  '\\x{62}',
  '[ab]',
  '[^a]',
  '[]a]',
  '[^]]',
  '[[:alpha:]/]',
  '[\\]|(]',
  '^',
  '$',
  '\\A',
  '\\z',
  '(?i)',
  '(?s:.)',
  '(?i:A)',
  '{',
  '}',
  ']',
  '{,2}',
  '\\Qa.(\\E',
  '-',
];
const quantifiers = ['*', '+', '?', '*?', '+?', '{0}', '{1}', '{2}', '{0,1}', '{1,2}', '{1,}', '{2}?'];

/** Patterns in the syntax of RE2, most of them valid. */
const anyPattern = fc.letrec<{ sequence: string; piece: string }>((tie) => ({
  sequence: fc.array(tie('piece'), { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('')),
  piece: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: fc.constantFrom(...atoms), weight: 5 },
    {
      arbitrary: fc
        .tuple(fc.constantFrom(...atoms), fc.constantFrom(...quantifiers))
        .map(([atom, quantifier]) => atom + quantifier),
      weight: 2,
    },
    {
      arbitrary: fc
        .tuple(
          fc.constantFrom('(', '(?:', '(?i:', '(?P<n>', '(?<m>'),
          fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }),
          fc.constantFrom('', ...quantifiers),
        )
        .map(([open, branches, quantifier]) => `${open}${branches.join('|')})${quantifier}`),
      weight: 2,
    },
    { arbitrary: tie('sequence').map((sequence) => `|${sequence}`), weight: 1 },
  ),
})).sequence;

const anyText = fc.oneof(
  fc
    .array(fc.constantFrom('a', 'b', 'A', 'B', '/', '.', 'é', '😀', 'α', '1', ']', '{', '(', '\n', '-'), {
      maxLength: 6,
    })
    .map((characters) => characters.join('')),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);

describe('TextPattern', () => {
  it('finds what the engine finds without the filter, whatever the pattern and the text', () => {
    let valid = 0;
    let found = 0;
    fc.assert(
      fc.property(anyPattern, fc.array(anyText, { minLength: 8, maxLength: 8 }), (pattern, texts) => {
        if (!compilePattern(pattern).ok) return;
        valid++;
        const engine = RE2JS.compile(pattern);
        const filtered = new TextPattern(pattern);
        for (const text of texts) {
          const expected = engine.matcher(text).find();
          if (expected) found++;
          assert.equal(filtered.test(text), expected, `${pattern} in ${JSON.stringify(text)}`);
        }
      }),
      { numRuns: 3000 },
    );
    assert.ok(valid > 1000 && found > 1000, `${valid} valid, ${found} found`);
  });

  it('matches nothing where the pattern is none', () => {
    for (const pattern of ['(a', 'a)', 'a**', '*a', '[a', 'a\\', '(?=a)']) {
      assert.equal(new TextPattern(pattern).test(pattern), false, pattern);
    }
  });

  it('answers long texts for patterns on which a backtracking engine would never end', () => {
    const text = 'a'.repeat(60_000);
    for (const pattern of [
      '(a+)+b',
      '(a|a)*b',
      '(a|aa)+$b',
      '(x+x+)+y|(a*)*b',
      '(.*)(.*)(.*)(.*)(.*)[b-d]$',
      '^(([a-z])+.)+[A-Z]([a-z])+$',
    ]) {
      assert.equal(new TextPattern(pattern).test(`${text}!`), false, pattern);
    }
    assert.ok(new TextPattern('(a+)+b').test(`${text}b`));
  });
});

describe('outlineOf', () => {
  const outlines: readonly (readonly [
    pattern: string,
    prefix: string,
    suffix: string,
    part: string,
    plain: boolean,
  ])[] = [
    ['^/api/v[0-9]+/users$', '/api/v', '/users', '/api/v', false],
    ['^/api$', '/api', '/api', '/api', true],
    ['^/api', '/api', '', '/api', true],
    ['\\.css$', '', '.css', '.css', true],
    ['admin', '', '', 'admin', true],
    ['^[a-z]+\\.shop\\.example\\.com$', '', '.shop.example.com', '.shop.example.com', false],
    ['^/ab?c+d*e{2}$', '/a', '', '/a', false],
    ['^a|b$', '', '', '', false],
    ['(?i)^/api', '', '', '', false],
    ['^(?i:x)/y', '', '', '/y', false],
    ['^*a', '', '', 'a', false],
    ['^(/a|/b)/c', '', '', '/c', false],
    ['\\A/a\\z', '/a', '/a', '/a', true],
    ['^$', '', '', '', true],
    ['\\Q^a\\E', '', '', '', false],
    ['a\\x41b', '', '', '', false],
  ];
  for (const [pattern, prefix, suffix, part, plain] of outlines) {
    it(`reads ${pattern}`, () => {
      const outline = outlineOf(pattern);
      assert.deepEqual(
        [outline.prefix, outline.suffix, outline.part, outline.literal !== null],
        [prefix, suffix, part, plain],
      );
    });
  }

  it('never has a size much below what the pattern compiles to', () => {
    fc.assert(
      fc.property(anyPattern, (pattern) => {
        let program: number;
        try {
          program = RE2JS.compile(pattern).programSize();
        } catch {
          return;
        }
        assert.ok(outlineOf(pattern).size * 3 + 10 >= program, `${outlineOf(pattern).size} for ${program}`);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('compilePattern', () => {
  it('takes patterns up to the limits and no further', () => {
    const steps = patternLimits.instructions;
    assert.ok(compilePattern('a'.repeat(steps - 10)).ok);
    assert.ok(compilePattern(`(?:ab){${steps / 2 - 100}}`).ok);
    const refused = [
      'a'.repeat(patternLimits.length + 1),
      'a'.repeat(steps + 1),
      `(?:${'a'.repeat(1000)}){1000}`,
      '(?:(?:a{1,30}){1,30}b){1}'.repeat(4),
      `${'(?:'.repeat(300)}a${'){2}'.repeat(300)}`,
    ];
    for (const pattern of refused) {
      const result = compilePattern(pattern);
      assert.match(result.ok ? '' : result.message, /steps when compiled|characters long|repeat count/);
    }
  });

  it('does not compile what is far too large to see that it is', () => {
    const result = compilePattern(`(?:${'a'.repeat(1000)}){1000}(`);
    assert.match(result.ok ? '' : result.message, /more than 2000 steps/);
  });

  it('answers any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), anyPattern), (pattern) => {
        const result = compilePattern(pattern);
        outlineOf(pattern);
        if (!result.ok) assert.ok(result.position >= 0 && result.position <= pattern.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('SharedPatterns', () => {
  it('has each pattern once', () => {
    const patterns = new SharedPatterns();
    const first = patterns.get('^/a');
    for (let index = 0; index < 200; index++) patterns.get(`^/${index}`);
    assert.equal(patterns.get('^/a'), first);
    assert.notEqual(patterns.get('^/b'), first);
  });
});

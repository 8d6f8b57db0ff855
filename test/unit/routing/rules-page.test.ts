import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { holds } from '../../../src/routing/linear.ts';
import { routingPath } from '../../../src/routing/path.ts';
import { patternLimits } from '../../../src/routing/rule/compile-pattern.ts';
import { parseRule, ruleLimits } from '../../../src/routing/rule/parse.ts';
import { compileRule, RuleTools } from '../../../src/routing/test-rule.ts';
import { viewOfLine } from '../../support/request-line.ts';
import { parsed } from './parsed.ts';

const page = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');

const [matcherTable = ''] = /## Matchers[\s\S]*?### Examples/.exec(page) ?? [];

describe('docs/rules.md', () => {
  it('shows only rules that are understood', () => {
    const rules = [...page.matchAll(/```rule\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
      block.trim().split('\n'),
    );
    assert.ok(rules.length >= 4);
    for (const rule of rules) assert.ok(parseRule(rule).ok, rule);
  });

  it('says of its examples which requests a rule takes', () => {
    const blocks = [...page.matchAll(/```rule-test\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
      block.trim().split('\n\n'),
    );
    const examples = blocks.map((block) => block.split('\n'));
    for (const [first = '', ...lines] of examples) {
      const rule = parsed(/^rule {2}(.+)$/.exec(first)?.[1] ?? '');
      assert.ok(lines.length >= 2, first);
      for (const line of lines) {
        const [, verdict = '', request = ''] = /^(takes|not) +(.+)$/.exec(line) ?? [];
        const view = viewOfLine(request);
        assert.equal(holds(rule, view), verdict === 'takes', `${first}: ${line}`);
        assert.equal(compileRule(rule, new RuleTools())(view), verdict === 'takes', `${first}: ${line}`);
      }
    }
    for (const [, name = ''] of matcherTable.matchAll(/^\| ``(\w+)\(/gm)) {
      assert.ok(
        examples.some(([first = '']) => first.includes(`${name}(`)),
        `an example of ${name}`,
      );
    }
  });

  it('names what to write for rules of Traefik v2', () => {
    const rows = [...page.matchAll(/^\| ``(\w+\([^|]*\))`` \| ``(.+)`` \|$/gm)];
    assert.ok(rows.length >= 4);
    for (const [, old = '', now = ''] of rows) {
      const result = parseRule(old);
      assert.ok(!result.ok, old);
      assert.ok(parseRule(now.replaceAll('\\|', '|')).ok, now);
      if (!now.includes('|')) assert.equal(result.hint, `write ${now}`);
    }
  });

  it('lists the matchers that there are', () => {
    const shown = [...matcherTable.matchAll(/^\| ``(\w+)\((.*)\)`` \|/gm)];
    assert.ok(shown.length >= 11);
    for (const [, name = '', values = ''] of shown) assert.ok(parseRule(`${name}(${values})`).ok, name);
    const all = parseRule('NoSuchMatcherAtAll(`x`)');
    assert.ok(!all.ok);
    assert.equal(all.hint, `matchers are ${shown.map(([, name]) => name).join(', ')}`);
  });

  it('names the limits', () => {
    for (const limit of [...Object.values<number>(ruleLimits), ...Object.values<number>(patternLimits)]) {
      assert.match(page, new RegExp(`\\b${limit.toLocaleString('en')}\\b`));
    }
  });

  it('names the reserved characters', () => {
    const [, listed = ''] = /reserved characters `([^`]+)`/.exec(page) ?? [];
    for (let code = 0x21; code < 0x7f; code++) {
      const sequence = `%${code.toString(16).toUpperCase()}`;
      const stays = routingPath(`/${sequence}`) === `/${sequence}`;
      assert.equal(stays, listed.split(' ').includes(String.fromCharCode(code)), sequence);
    }
  });
});

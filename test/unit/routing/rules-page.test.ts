import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { routingPath } from '../../../src/routing/path.ts';
import { parseRule, ruleLimits } from '../../../src/routing/rule/parse.ts';

const page = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');

describe('docs/rules.md', () => {
  it('shows only rules that are understood', () => {
    const rules = [...page.matchAll(/```rule\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
      block.trim().split('\n'),
    );
    assert.ok(rules.length >= 4);
    for (const rule of rules) assert.ok(parseRule(rule).ok, rule);
  });

  it('lists the matchers that there are, and those that there are not yet', () => {
    const shown = [...page.matchAll(/^\| ``(\w+)\((.*?)\)`` \|/gm)];
    for (const [, name = '', values = ''] of shown) assert.ok(parseRule(`${name}(${values})`).ok, name);
    const all = parseRule('NoSuchMatcherAtAll(`x`)');
    assert.ok(!all.ok);
    assert.equal(all.hint, `matchers are ${shown.map(([, name]) => name).join(', ')}`);
    const [, missing = ''] = /Not supported in this version yet: ([\s\S]*?)\. A rule/.exec(page) ?? [];
    for (const name of missing.split(', ')) {
      const result = parseRule(`${name.replaceAll('`', '')}(\`x\`)`);
      assert.match(result.ok ? '' : result.message, /not supported in this version yet/, name);
    }
  });

  it('names the limits', () => {
    for (const limit of Object.values<number>(ruleLimits)) {
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

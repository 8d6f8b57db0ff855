import assert from 'node:assert/strict';
import type { Rule } from '../../../src/model/rule.ts';
import { parseRule } from '../../../src/routing/rule/parse.ts';

/** The rule of a text that must be one. */
export function parsed(text: string): Rule {
  const result = parseRule(text);
  assert.ok(result.ok, `${text}: ${result.ok ? '' : result.message}`);
  return result.rule;
}

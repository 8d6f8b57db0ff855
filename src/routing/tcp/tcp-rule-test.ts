import type { TcpRule } from '../../model/tcp-rule.ts';
import { parseAddressRange, rangeIncludes } from '../address-range.ts';
import type { RuleTools } from '../test-rule.ts';
import type { TcpView } from './tcp-view.ts';

/** Whether a rule holds of a connection. */
export type TcpRuleTest = (view: TcpView) => boolean;

/** Makes the function that says whether a rule holds of a connection. */
export function compileTcpRule(rule: TcpRule, tools: RuleTools): TcpRuleTest {
  switch (rule.kind) {
    case 'and': {
      const tests = compileAll(rule.rules, tools);
      return (view) => tests.every((test) => test(view));
    }
    case 'or': {
      const tests = compileAll(rule.rules, tools);
      return (view) => tests.some((test) => test(view));
    }
    case 'not': {
      const test = compileTcpRule(rule.rule, tools);
      return (view) => !test(view);
    }
    case 'hostSni':
      return compileHost(rule.host);
    case 'hostSniRegexp': {
      const pattern = tools.patterns.get(rule.pattern);
      return (view) => pattern.test(view.serverName ?? '');
    }
    case 'clientIp':
      return compileClientIp(rule.range, tools);
    case 'alpn': {
      const { protocol } = rule;
      return (view) => view.alpn.includes(protocol);
    }
  }
}

/** What costs less is asked first; the answer does not depend on the order. */
function compileAll(rules: readonly TcpRule[], tools: RuleTools): readonly TcpRuleTest[] {
  return rules
    .toSorted((left, right) => costOf(left) - costOf(right))
    .map((each) => compileTcpRule(each, tools));
}

function costOf(rule: TcpRule): number {
  if (rule.kind === 'not') return costOf(rule.rule);
  return rule.kind === 'and' || rule.kind === 'or' ? 2 : Number(rule.kind === 'hostSniRegexp');
}

function compileHost(host: string): TcpRuleTest {
  if (host === '*') return () => true;
  if (!host.startsWith('*.')) return (view) => view.serverName === host;
  const suffix = host.slice(1);
  return ({ serverName }) =>
    serverName?.endsWith(suffix) === true &&
    serverName.indexOf('.') === serverName.length - suffix.length &&
    serverName[0] !== '.';
}

function compileClientIp(text: string, { addresses }: RuleTools): TcpRuleTest {
  const range = parseAddressRange(text);
  if (range === null) return () => false;
  return (view) => {
    const address = addresses.get(view.clientIp);
    return address !== null && rangeIncludes(range, address);
  };
}

import type { PlanTcpRoute } from '../../../../src/model/plan-tcp.ts';
import type { TcpRule } from '../../../../src/model/tcp-rule.ts';
import { parseAddress, parseAddressRange, rangeIncludes } from '../../../../src/routing/address-range.ts';
import { byTcpPrecedence } from '../../../../src/routing/precedence.ts';
import { compilePattern } from '../../../../src/routing/rule/compile-pattern.ts';
import type { TcpView } from '../../../../src/routing/tcp/tcp-view.ts';

/** The specification of matching for TCP: of the routes that hold, the first in precedence. `TcpTable.match` must say the same. */
export function matchTcpLinear(routes: readonly PlanTcpRoute[], view: TcpView): PlanTcpRoute | undefined {
  return routes.filter((route) => accepts(route, view)).sort(byTcpPrecedence)[0];
}

function accepts(route: PlanTcpRoute, view: TcpView): boolean {
  return (
    (route.tls !== null) === view.isTls &&
    route.entryPoints.includes(view.entryPoint) &&
    holds(route.rule, view)
  );
}

function holds(rule: TcpRule, view: TcpView): boolean {
  switch (rule.kind) {
    case 'and':
      return rule.rules.every((each) => holds(each, view));
    case 'or':
      return rule.rules.some((each) => holds(each, view));
    case 'not':
      return !holds(rule.rule, view);
    case 'hostSni':
      return rule.host === '*' || (view.serverName !== null && isNamed(rule.host, view.serverName));
    case 'hostSniRegexp': {
      const pattern = compilePattern(rule.pattern);
      return pattern.ok && pattern.compiled.test(view.serverName ?? '');
    }
    case 'clientIp': {
      const range = parseAddressRange(rule.range);
      const address = parseAddress(view.clientIp);
      return range !== null && address !== null && rangeIncludes(range, address);
    }
    case 'alpn':
      return view.alpn.includes(rule.protocol);
  }
}

function isNamed(host: string, serverName: string): boolean {
  return host === serverName || (/^[^.]+\./.test(serverName) && host === serverName.replace(/^[^.]+/, '*'));
}

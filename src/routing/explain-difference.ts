import type { RequestView } from '../model/request-view.ts';
import type { Rule } from '../model/rule.ts';

/** What makes a host or a path miss by little, where it does: `it has a slash at its end`. Null where it is simply another. */
export function differenceOf(rule: Rule, view: RequestView): string | null {
  switch (rule.kind) {
    case 'host':
      return hostDifference(rule.host, view.host);
    case 'path':
      return pathDifference(rule.path, view.path);
    case 'pathPrefix':
      return pathDifference(rule.prefix, view.path.slice(0, rule.prefix.length));
    default:
      return null;
  }
}

function pathDifference(wanted: string, has: string): string | null {
  if (has === wanted) return 'the element goes on';
  if (has === `${wanted}/`) return 'it has a slash at its end';
  if (wanted === `${has}/`) return 'the slash at its end is missing';
  return has.toLowerCase() === wanted.toLowerCase() ? 'it differs in case' : null;
}

function hostDifference(wanted: string, has: string): string | null {
  const [left, right] = [wanted.split('.'), has.split('.')];
  if (wanted.startsWith('*.') && has.endsWith(wanted.slice(1))) {
    return `"*" stands for one label, here it would be ${right.length - left.length + 1}`;
  }
  if (wanted === `*.${has}`) return '"*" stands for one label more';
  if (left.length === right.length) {
    const labels = left.flatMap((label, index) =>
      label === right[index] || label === '*' ? [] : [[label, right[index] ?? ''] as const],
    );
    const [only, ...more] = labels;
    if (only === undefined || more.length > 0 || left.length === 1) return null;
    return `one label differs: "${only[1].slice(0, 63)}" for "${only[0]}"`;
  }
  if (has.endsWith(`.${wanted}`)) return 'it has more labels';
  return has !== '' && wanted.endsWith(`.${has}`) ? 'it has fewer labels' : null;
}

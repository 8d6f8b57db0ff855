import type { MetricFamily } from './metric-families.ts';

/** `a="1",b="2"` with the values escaped (Prometheus text format 0.0.4), in the order in which the family names its labels. */
export function formatLabels(names: readonly string[], labels: Readonly<Record<string, string>>): string {
  return names.map((name) => `${name}="${escapeLabel(labels[name] ?? '')}"`).join(',');
}

function escapeLabel(value: string): string {
  return /["\\\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;
}

/** The two comment lines of a family. */
export function formatHead(name: string, family: MetricFamily): string {
  return `# HELP ${name} ${family.help}\n# TYPE ${name} ${family.type}\n`;
}

/**
 * The lines of one series. `values` are the cells of its row: one, or for a histogram the count of each bucket, that of
 * infinity, and the sum.
 */
export function formatSeries(
  name: string,
  family: MetricFamily,
  labels: string,
  values: readonly number[],
): string {
  if (family.type !== 'histogram') {
    return `${name}${labels === '' ? '' : `{${labels}}`} ${formatNumber(values[0] ?? 0)}\n`;
  }
  const first = labels === '' ? '' : `${labels},`;
  let count = 0;
  let text = '';
  for (const [index, bound] of family.buckets.entries()) {
    count += values[index] ?? 0;
    text += `${name}_bucket{${first}le="${bound}"} ${count}\n`;
  }
  count += values[family.buckets.length] ?? 0;
  const braces = labels === '' ? '' : `{${labels}}`;
  return (
    `${text}${name}_bucket{${first}le="+Inf"} ${count}\n` +
    `${name}_sum${braces} ${formatNumber(values[family.buckets.length + 1] ?? 0)}\n` +
    `${name}_count${braces} ${count}\n`
  );
}

function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

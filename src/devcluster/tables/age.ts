const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * How long ago a time is, as kubectl prints it: `5s`, `3m20s`, `2d3h` (Kubernetes duration.HumanDuration).
 *
 * @param date a time, or its RFC 3339 text
 * @returns `<unknown>` for no time, `<invalid>` for a time that is none or more than a second ahead of `now`
 */
export function shortAge(date: Date | string | null | undefined, now: Date): string {
  if (date === null || date === undefined || date === '') return '<unknown>';
  const elapsed = now.getTime() - new Date(date).getTime();
  return Number.isNaN(elapsed) ? '<invalid>' : shortDuration(elapsed);
}

/** The same for a length of time in milliseconds. */
export function shortDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / second);
  if (seconds < -1) return '<invalid>';
  if (seconds < 120) return `${Math.max(seconds, 0)}s`;
  const minutes = Math.floor(milliseconds / minute);
  if (minutes < 10) return inTwo(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  return inHours(Math.floor(milliseconds / hour), minutes);
}

function inHours(hours: number, minutes: number): string {
  const days = Math.floor(hours / 24);
  if (hours < 8) return inTwo(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (days < 8) return inTwo(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? inTwo(years, 'y', days % 365, 'd') : `${years}y`;
}

function inTwo(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const sixDigits = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{6})(Z|[+-]\d\d:\d\d)$/;

/**
 * A time in whole seconds of UTC, as Kubernetes keeps the times of `metadata` and of most kinds (Go's time.RFC3339).
 *
 * @throws what `refuse` makes of the reason, if the text is no time; an empty text stays
 */
export function canonicalTime(value: string, refuse: (text: string) => Error): string {
  if (value === '') return value;
  const milliseconds = rfc3339.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw refuse(`parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse it`);
  }
  return wholeSeconds(new Date(milliseconds));
}

/** A time in microseconds of UTC; all six digits must be there (Kubernetes RFC3339Micro). */
export function canonicalMicroTime(value: string, refuse: (text: string) => Error): string {
  if (value === '') return value;
  const [, digits] = sixDigits.exec(value) ?? [];
  const milliseconds = digits === undefined ? Number.NaN : Date.parse(value);
  if (digits === undefined || Number.isNaN(milliseconds)) {
    throw refuse(
      `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse it`,
    );
  }
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.${digits}Z`;
}

/** `2006-01-02T15:04:05Z`: the form of creationTimestamp. */
export function wholeSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/**
 * What holds for a host: the entry of its name, of the wildcard over it, or of whatever no other entry takes; undefined where there
 * is none of these. The one place that says so, for handshakes and for their explanation.
 *
 * @param entries by `PlanTlsHost.host`
 * @param host in lower case, without port and last dot; null for clients that name none
 */
export function tlsEntryFor<Entry>(
  entries: ReadonlyMap<string, Entry>,
  host: string | null,
): Entry | undefined {
  if (host !== null && host !== '') {
    const exact = entries.get(host);
    if (exact !== undefined) return exact;
    const dot = host.indexOf('.');
    const wildcard = dot > 0 ? entries.get(`*${host.slice(dot)}`) : undefined;
    if (wildcard !== undefined) return wildcard;
  }
  return entries.get('');
}

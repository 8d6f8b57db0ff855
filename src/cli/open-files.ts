/**
 * The soft limit of open files in the text of `/proc/self/limits` (Linux proc_pid_limits(5)); null where it is unlimited or not
 * there.
 */
export function openFilesIn(text: string): number | null {
  const [, soft] = /^Max open files\s+(\d{1,15})\s/m.exec(text) ?? [];
  return soft === undefined ? null : Number(soft);
}

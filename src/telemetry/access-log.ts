import type { Outcome } from '../model/outcome.ts';
import type { AccessLogFormat } from '../model/settings.ts';
import { JsonLines } from './json-lines.ts';
import { oneLine } from './plain-text.ts';

/** No line is longer, its line feed included: a write of this size to a pipe is never torn (POSIX PIPE_BUF). */
export const maxLineBytes = 4096;

/** Lengths to which what the client sent is cut, in UTF-16 units; the second where a line would be too long with the first. */
const fieldLengths = [1024, 80] as const;

/** Formats one outcome as one line with its line feed, whatever the client sent. */
export type FormatOutcome = (outcome: Outcome) => string;

/** The formatter of a format. `colours` has an effect on `dev` only. */
export function accessLogFormatter(format: Exclude<AccessLogFormat, 'off'>, colours = false): FormatOutcome {
  const write = writerOf(format, colours);
  return (outcome) => {
    for (const length of fieldLengths) {
      const line = `${write(cut(outcome, length))}\n`;
      // A unit of UTF-16 is three bytes at most.
      if (line.length * 3 <= maxLineBytes || Buffer.byteLength(line) <= maxLineBytes) return line;
    }
    return `${write({ ...cut(outcome, 0), route: null, service: null, endpoint: null })}\n`;
  };
}

function writerOf(format: Exclude<AccessLogFormat, 'off'>, colours: boolean): FormatOutcome {
  if (format === 'common') return formatCommon;
  if (format === 'dev') return colours ? formatDevInColour : formatDev;
  const lines = new JsonLines(isoTime);
  return (outcome) => lines.format(outcome);
}

function cut(outcome: Outcome, length: number): Outcome {
  const { method, host, target, userAgent, clientIp } = outcome;
  if (Math.max(method.length, host.length, target.length, userAgent.length, clientIp.length) <= length) {
    return outcome;
  }
  const short = (text: string) => (text.length <= length ? text : `${text.slice(0, length)}…`);
  return {
    ...outcome,
    method: short(method),
    host: short(host),
    target: short(target),
    userAgent: short(userAgent),
    clientIp: short(clientIp),
  };
}

/** Apache Common Log Format: `%h %l %u %t "%r" %>s %b`, in UTC, escaped as Apache does (httpd, mod_log_config). */
function formatCommon(outcome: Outcome): string {
  const { method, target, protocol, status, responseBytes } = outcome;
  const request =
    method === '' ? '-' : `${escapeApache(method)} ${escapeApache(target)} ${protocol.toUpperCase()}`;
  const host = escapeApache(outcome.clientIp).replaceAll(' ', '\\x20') || '-';
  return `${host} - - [${apacheTime(outcome.startedAt)}] "${request}" ${status} ${responseBytes || '-'}`;
}

function escapeApache(text: string): string {
  return text.replace(/[^ !#-[\]-~]/gu, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    const bytes = Buffer.from(character);
    return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  });
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

function apacheTime(epochMs: number): string {
  const text = isoTime(epochMs);
  const month = months[Number(text.slice(5, 7)) - 1] ?? months[0];
  return `${text.slice(8, 10)}/${month}/${text.slice(0, 4)}:${text.slice(11, 19)} +0000`;
}

function formatDev(outcome: Outcome): string {
  return formatDevLine(outcome, false);
}

function formatDevInColour(outcome: Outcome): string {
  return formatDevLine(outcome, true);
}

function formatDevLine(outcome: Outcome, colours: boolean): string {
  const { status, reason, service, endpoint, route } = outcome;
  // Connections of TCP and sessions of UDP have a status only where they failed.
  const shown = status === 0 ? outcome.protocol : String(status);
  const code = colours ? `\u001b[${colourOf(status)}m${shown}\u001b[0m` : shown;
  const request = `${outcome.method.padEnd(4)} ${outcome.host}${outcome.target}`;
  const where = service === null ? '' : ` → ${service}${endpoint === null ? '' : ` at ${endpoint}`}`;
  const why = reason === null ? '' : ` ${reason}`;
  const by = route === null ? '' : ` (${route})`;
  const took = `${rounded(outcome.durationMs)} ms`;
  return `${isoTime(outcome.startedAt).slice(11, 19)} ${code} ${oneLine(`${request}${where}${why}${by}`)} ${took}`;
}

function colourOf(status: number): number {
  if (status >= 500) return 31;
  return status >= 400 ? 33 : 32;
}

/** RFC 3339 in UTC; the epoch where the number is no time. */
function isoTime(epochMs: number): string {
  const date = new Date(epochMs);
  const year = date.getUTCFullYear();
  return (year >= 0 && year <= 9999 ? date : new Date(0)).toISOString();
}

/** To the microsecond. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

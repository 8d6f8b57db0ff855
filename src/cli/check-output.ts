import type { Finding } from './finding.ts';

/** How `check` prints. */
export type CheckOutput = 'text' | 'json' | 'github';

/** Renders findings, a line each; JSON as one list. */
export const renderFindings: Record<CheckOutput, (findings: readonly Finding[]) => string> = {
  json: (findings) => `${JSON.stringify(findings, null, 2)}\n`,
  text: (findings) => findings.map((finding) => `${textLine(finding)}\n`).join(''),
  github: (findings) => findings.map((finding) => `${githubLine(finding)}\n`).join(''),
};

function textLine({ file, line, column, severity, code, object, field, message, hint }: Finding): string {
  const words = [severity, code, object, field === '' ? '' : `${field}:`]
    .filter((word) => word !== '')
    .join(' ');
  const subject = field === '' ? `${words}:` : words;
  return oneLine(`${file}:${line}:${column}: ${subject} ${message}${hint === '' ? '' : ` (${hint})`}`);
}

/** GitHub calls a note a notice. */
const levels = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** A workflow command of GitHub Actions; its values escape %, CR and LF, its properties also colon and comma. */
function githubLine({ file, line, column, severity, code, object, field, message, hint }: Finding): string {
  const value = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string) => value(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const properties = `file=${property(file)},line=${line},col=${column},title=${property(code)}`;
  const subject = [object, field].filter((word) => word !== '').join(' ');
  const text = `${subject === '' ? '' : `${subject}: `}${message}${hint === '' ? '' : ` (${hint})`}`;
  return `::${levels[severity]} ${properties}::${value(text)}`;
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}

import { ownApiVersion, watchedKinds } from '../api/kubernetes.ts';
import type { DiagnosticCode, Severity } from '../model/diagnostic.ts';
import { formatReference } from '../model/object-reference.ts';
import { byCodeUnit } from '../model/order.ts';
import { readWords, wordOf } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { loadManifests, type Manifest, type Manifests } from './manifests.ts';
import { referenceOf, translateOffline } from './offline.ts';

/** One line of `check`. The names are what `--output json` prints. */
export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly severity: Severity;
  readonly code: FindingCode;
  /** `KIND/NAMESPACE/NAME`; empty where no object could be read. */
  readonly object: string;
  /** JSON path; empty for the object as a whole. */
  readonly field: string;
  readonly message: string;
  readonly hint: string;
}

/** The diagnostics of the controller, and two that only files can have. */
export type FindingCode = DiagnosticCode | 'InvalidManifest' | 'DuplicateObject' | 'UnknownKind';

/** Judges manifests without a cluster; findings are sorted by file, line, column and code. */
export function checkManifests({ manifests, problems }: Manifests): Finding[] {
  const findings: Finding[] = problems.map(({ file, line, column, message }) => {
    return {
      file,
      line,
      column,
      severity: 'error',
      code: 'InvalidManifest',
      object: '',
      field: '',
      message,
      hint: '',
    };
  });
  const translation = translateOffline(manifests);
  const byObject = new Map(manifests.map((manifest) => [keyOf(referenceOf(manifest)), manifest]));
  for (const { object, path, severity, code, message, hint = '' } of translation.diagnostics) {
    const manifest = byObject.get(keyOf(object));
    const position = manifest?.positionOf(path) ?? { line: 1, column: 1 };
    const where = { file: manifest?.file ?? '-', ...position, object: formatReference(object), field: path };
    findings.push({ ...where, severity, code, message, hint });
  }
  for (const { manifest, first } of translation.repeated) {
    const there = `${first.file}:${first.positionOf('').line}`;
    findings.push(about(manifest, 'DuplicateObject', `the same object stands at ${there} too`));
  }
  for (const manifest of manifests.filter(isTraefik)) {
    const message = 'this version does not read the API group of Traefik';
    const hint = `the same kind in ${ownApiVersion} has the same fields`;
    findings.push({ ...about(manifest, 'UnknownKind', message), severity: 'warning', hint });
  }
  for (const manifest of manifests.filter(isUnknown)) {
    const known = watchedKinds
      .filter(({ apiVersion }) => apiVersion === ownApiVersion)
      .map(({ kind }) => kind);
    const message = `${manifest.object.apiVersion} has no kind ${JSON.stringify(manifest.object.kind)}`;
    findings.push({ ...about(manifest, 'UnknownKind', message), hint: `there are ${known.join(' and ')}` });
  }
  return findings.toSorted(byPosition);
}

function keyOf({ apiVersion, kind, namespace, name }: ReturnType<typeof referenceOf>): string {
  return `${apiVersion} ${kind} ${namespace} ${name}`;
}

function about(manifest: Manifest, code: FindingCode, message: string): Finding {
  const object = formatReference(referenceOf(manifest));
  return {
    file: manifest.file,
    ...manifest.positionOf(''),
    severity: 'error',
    code,
    object,
    field: '',
    message,
    hint: '',
  };
}

function isTraefik({ object }: Manifest): boolean {
  return /^traefik\.(io|containo\.us)\//.test(object.apiVersion);
}

function isUnknown({ object }: Manifest): boolean {
  const [group] = ownApiVersion.split('/');
  return (
    object.apiVersion.split('/')[0] === group &&
    !watchedKinds.some(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind)
  );
}

function byPosition(left: Finding, right: Finding): number {
  return (
    byCodeUnit(left.file, right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    byCodeUnit(left.code, right.code) ||
    byCodeUnit(left.message, right.message)
  );
}

type Output = 'text' | 'json' | 'github';

const render: Record<Output, (findings: readonly Finding[]) => string> = {
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

/** A workflow command of GitHub Actions; its values escape %, CR and LF, its properties also colon and comma. */
function githubLine({ file, line, column, severity, code, object, field, message, hint }: Finding): string {
  const value = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string) => value(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const properties = `file=${property(file)},line=${line},col=${column},title=${property(code)}`;
  const subject = [object, field].filter((word) => word !== '').join(' ');
  const text = `${subject === '' ? '' : `${subject}: `}${message}${hint === '' ? '' : ` (${hint})`}`;
  return `::${severity} ${properties}::${value(text)}`;
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}

function readArguments(argv: readonly string[]): { output: Output; paths: string[] } {
  const { values, positionals } = readWords(argv, {
    output: { type: 'string', short: 'o', default: 'text' },
  });
  const output = wordOf('--output', values.output, ['text', 'json', 'github']);
  if (positionals.length === 0)
    throw new UsageError(['which files? Name files or folders, or - for standard input']);
  return { output, paths: positionals };
}

export const checkCommand: Command = {
  help: () =>
    '  --output text|json|github   how findings are printed (default: text)\n\n' +
    'Exit code 1 if there is an error, 0 if there are warnings only or nothing at all.\n',
  async run(argv, world) {
    const { output, paths } = readArguments(argv);
    const manifests = loadManifests(paths, world.readStandardInput);
    const findings = checkManifests(manifests);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    world.print(render[output](findings));
    if (output === 'text') {
      const counts = `${counted(errors, 'error')}, ${counted(findings.length - errors, 'warning')}`;
      world.printError(`${counted(manifests.manifests.length, 'object')}: ${counts}\n`);
    }
    return errors > 0 ? 1 : 0;
  },
};

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

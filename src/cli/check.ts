import { ownApiVersion, traefikApiVersion, watchedKindOf, watchedKinds } from '../api/kubernetes.ts';
import { parseEntryPoint } from '../config/entry-point.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { formatReference } from '../model/object-reference.ts';
import { byCodeUnit } from '../model/order.ts';
import { lintPlan } from '../translate/lint/lint.ts';
import { type Lint, lint } from '../translate/lint/lint-kinds.ts';
import { apiRefusals } from './api-validation.ts';
import { readWords, wordOf } from './arguments.ts';
import { type CheckOutput, renderFindings } from './check-output.ts';
import { type Command, UsageError } from './command.ts';
import type { Finding, FindingCode } from './finding.ts';
import { loadManifests, type Manifest, type Manifests } from './manifests.ts';
import { offlineOptions, referenceOf, translateOffline } from './offline.ts';

/**
 * Judges manifests without a cluster; findings are sorted by file, line, column and code. `nowMs`, in milliseconds since the
 * epoch, is what certificates are held against; `options` are those of the Fairlead that is to serve them.
 */
export function checkManifests(
  { manifests, problems }: Manifests,
  nowMs = Date.now(),
  options = offlineOptions,
): Finding[] {
  const findings: Finding[] = problems.map(({ file, line, column, message }) => {
    const nothing = { object: '', field: '', hint: '' };
    return { file, line, column, severity: 'error', code: 'InvalidManifest', message, ...nothing };
  });
  const translation = translateOffline(manifests, options);
  const byObject = new Map(manifests.map((manifest) => [keyOf(watchedReferenceOf(manifest)), manifest]));
  const objects = manifests.map(objectOf);
  const { plan } = translation;
  const remarks = [
    ...seen(translation.diagnostics, manifests),
    ...unseenSecrets(manifests),
    ...lintPlan({ plan, objects, nowMs }),
  ];
  for (const { object, path, severity, code, message, hint = '' } of remarks) {
    const manifest = byObject.get(keyOf(object));
    const position = manifest?.positionOf(path) ?? { line: 1, column: 1 };
    const where = { file: manifest?.file ?? '-', ...position, object: formatReference(object), field: path };
    findings.push({ ...where, severity, code, message, hint });
  }
  findings.push(...refusedOnly(manifests, translation.diagnostics));
  for (const { manifest, first } of translation.repeated) {
    const there = `${first.file}:${first.positionOf('').line}`;
    findings.push(about(manifest, 'DuplicateObject', `the same object stands at ${there} too`));
  }
  for (const manifest of manifests.filter((one) => isTraefik(one) && watchedKind(one) === undefined)) {
    const kinds = watchedKinds.filter(({ apiVersion }) => apiVersion === traefikApiVersion);
    const names = kinds.map(({ kind: name }) => name.replace(/\..*$/, '')).join(', ');
    const message = `this version reads ${names} of the API group of Traefik only`;
    const hint = 'docs/ingressroutes.md says what there is instead';
    findings.push({ ...about(manifest, 'UnknownKind', message), severity: 'warning', hint });
  }
  for (const manifest of manifests.filter(isUnknown)) {
    const known = watchedKinds
      .filter(({ apiVersion }) => apiVersion === ownApiVersion)
      .map(({ kind }) => kind);
    const message = `${manifest.object.apiVersion} has no kind ${JSON.stringify(manifest.object.kind)}`;
    findings.push({ ...about(manifest, 'UnknownKind', message), hint: `there are ${known.join(', ')}` });
  }
  return findings.toSorted(byPosition);
}

/** Where no Secret is among the files, one note stands for all that name one. */
function unseenSecrets(manifests: readonly Manifest[]): Lint[] {
  if (manifests.some(({ object }) => object.kind === 'Secret' && object.apiVersion === 'v1')) return [];
  const naming = manifests.find((manifest) => {
    const { spec } = manifest.object as { readonly spec?: unknown };
    return (
      watchedKind(manifest) !== undefined &&
      /"(secretNames?|certificatesSecrets)":/.test(JSON.stringify(spec) ?? '')
    );
  });
  if (naming === undefined) return [];
  const place = { object: watchedReferenceOf(naming), path: 'spec' };
  const message = 'no Secret is among the files, so certificates cannot be judged';
  return [lint(place, 'SecretsNotSeen', message, 'Name the files of the Secrets too, where there are any.')];
}

/** Where no Service is among the files, one note stands for all Services that are not found. */
function seen(diagnostics: readonly Diagnostic[], manifests: readonly Manifest[]): (Diagnostic | Lint)[] {
  if (manifests.some(({ object }) => object.kind === 'Service' && object.apiVersion === 'v1')) {
    return [...diagnostics];
  }
  const isMissing = ({ code }: Diagnostic) => code === 'ServiceNotFound';
  const first = diagnostics.find(isMissing);
  if (first === undefined) return [...diagnostics];
  const count = diagnostics.filter(isMissing).length;
  const message = `no Service is among the files, so ${counted(count, 'reference')} to Services cannot be judged`;
  const note = lint(first, 'ServicesNotSeen', message, 'Name the files of the Services too.');
  return [...diagnostics.filter((one) => !isMissing(one)), note];
}

/** What an API server refuses and translation has not said of the same field, or of one above or below it, already. */
function refusedOnly(manifests: readonly Manifest[], diagnostics: readonly Diagnostic[]): Finding[] {
  const paths = Map.groupBy(diagnostics, ({ object }) => keyOf(object));
  return apiRefusals(manifests)
    .filter(({ manifest, path }) => {
      const said = paths.get(keyOf(watchedReferenceOf(manifest))) ?? [];
      return !said.some((one) => one.path.startsWith(path) || (one.path !== '' && path.startsWith(one.path)));
    })
    .map(({ manifest, path, code, message }) => {
      return { ...about(manifest, code, message), ...manifest.positionOf(path), field: path };
    });
}

/** The object with the namespace that it will have, and the kind that it is watched as. */
function objectOf(manifest: Manifest): KubeObject {
  const { apiVersion, kind, namespace } = watchedReferenceOf(manifest);
  const { object } = manifest;
  return { ...object, apiVersion, kind, metadata: { ...object.metadata, namespace } };
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

function watchedKind({ object }: Manifest): string | undefined {
  return watchedKindOf(object.apiVersion, object.kind)?.kind;
}

/** The object as diagnostics name it. */
function watchedReferenceOf(manifest: Manifest): ReturnType<typeof referenceOf> {
  const reference = referenceOf(manifest);
  return { ...reference, kind: watchedKind(manifest) ?? reference.kind };
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

interface CheckWords {
  readonly output: CheckOutput;
  readonly paths: string[];
  readonly options: typeof offlineOptions;
}

function readArguments(argv: readonly string[]): CheckWords {
  const { values, positionals } = readWords(argv, {
    output: { type: 'string', short: 'o', default: 'text' },
    entrypoint: { type: 'string', multiple: true, default: [] },
  });
  const output = wordOf('--output', values.output, ['text', 'json', 'github']);
  if (positionals.length === 0)
    throw new UsageError(['which files? Name files or folders, or - for standard input']);
  const parsed = values.entrypoint.map(parseEntryPoint);
  const problems = parsed.flatMap((one) => ('problem' in one ? [`--entrypoint: ${one.problem}`] : []));
  if (problems.length > 0) throw new UsageError(problems);
  const entryPoints = parsed.flatMap((one) => ('value' in one ? [one.value] : []));
  const options = entryPoints.length === 0 ? offlineOptions : { ...offlineOptions, entryPoints };
  return { output, paths: positionals, options };
}

export const checkCommand: Command = {
  help: () =>
    '  --output text|json|github   how findings are printed (default: text)\n' +
    '  --entrypoint NAME=[HOST]:PORT[/udp][,OPTION…]\n' +
    '                              as for run; may be given again\n\n' +
    'Exit code 1 if there is an error, 0 if there are warnings and notes only or nothing at all.\n',
  async run(argv, world) {
    const { output, paths, options } = readArguments(argv);
    const manifests = loadManifests(paths, world.readStandardInput);
    const findings = checkManifests(manifests, undefined, options);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    world.print(renderFindings[output](findings));
    if (output === 'text') {
      const notes = findings.filter(({ severity }) => severity === 'note').length;
      const warnings = findings.length - errors - notes;
      const counts = `${counted(errors, 'error')}, ${counted(warnings, 'warning')}${notes === 0 ? '' : `, ${counted(notes, 'note')}`}`;
      world.printError(`${counted(manifests.manifests.length, 'object')}: ${counts}\n`);
    }
    return errors > 0 ? 1 : 0;
  },
};

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

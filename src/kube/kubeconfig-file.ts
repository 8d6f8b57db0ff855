import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { reasonOf } from './credentials.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The entries of a kubeconfig that one context names, with paths made absolute. */
export interface KubeconfigContext {
  readonly context: string;
  readonly cluster: Fields;
  /** Empty where the context names no user. */
  readonly user: Fields;
  readonly namespace: string | null;
}

/** A context, or one sentence that says what is wrong. */
export type KubeconfigResult =
  | ({ readonly ok: true } & KubeconfigContext)
  | { readonly ok: false; readonly problem: string };

/** No kubeconfig is larger; a wrong path may lead anywhere. */
const maxBytes = 16 * 1024 * 1024;

/**
 * Reads kubeconfig files and picks a context: the one named, else `current-context`. With several files the first that
 * names a cluster, user, context or current-context wins (kubectl, "Merging kubeconfig files").
 */
export async function readKubeconfig(
  files: readonly string[],
  contextName: string | null,
): Promise<KubeconfigResult> {
  const documents: Fields[] = [];
  for (const file of files) {
    const read = await readDocument(file);
    if (typeof read === 'string') return { ok: false, problem: read };
    documents.push(read);
  }
  const name = contextName ?? documents.map((fields) => fields['current-context']).find(isName);
  const where = files.join(', ');
  if (!isName(name))
    return { ok: false, problem: `${where} has no current-context; name one with --context` };
  const context = find(documents, 'contexts', 'context', name);
  if (context === null) return { ok: false, problem: `${where} has no context ${quote(name)}` };
  const { cluster: clusterName, user: userName, namespace } = context;
  const cluster = isName(clusterName) ? find(documents, 'clusters', 'cluster', clusterName) : null;
  if (cluster === null) {
    return { ok: false, problem: `${where}: context ${quote(name)} names a cluster that is not there` };
  }
  const user = isName(userName) ? find(documents, 'users', 'user', userName) : {};
  if (user === null) {
    return { ok: false, problem: `${where}: context ${quote(name)} names a user that is not there` };
  }
  return { ok: true, context: name, cluster, user, namespace: isName(namespace) ? namespace : null };
}

async function readDocument(file: string): Promise<Fields | string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return `cannot read the kubeconfig ${file}: ${reasonOf(error)}`;
  }
  if (text.length > maxBytes) return `the kubeconfig ${file} is larger than ${maxBytes} bytes`;
  try {
    const document: unknown = parse(text);
    if (!isFields(document)) return `the kubeconfig ${file} is no YAML mapping`;
    return withAbsolutePaths(document, dirname(resolve(file)));
  } catch (error) {
    // The first line only: the rest shows the text around it, which may be a secret.
    return `the kubeconfig ${file} is no YAML: ${reasonOf(error).split('\n')[0]}`;
  }
}

const pathFields: readonly string[] = [
  'certificate-authority',
  'client-certificate',
  'client-key',
  'tokenFile',
];

/** Paths in a kubeconfig are relative to the file that they stand in. */
function withAbsolutePaths(document: Fields, directory: string): Fields {
  const lists = [
    ['clusters', 'cluster'],
    ['users', 'user'],
  ] as const;
  const changed = lists.map(([list, field]) => {
    const entries = Array.isArray(document[list]) ? document[list].filter(isFields) : [];
    return [
      list,
      entries.map((entry) => ({ ...entry, [field]: absolutePaths(entry[field], directory) })),
    ] as const;
  });
  return { ...document, ...Object.fromEntries(changed) };
}

function absolutePaths(body: unknown, directory: string): unknown {
  if (!isFields(body)) return body;
  const paths = pathFields.flatMap((field) => {
    const path = body[field];
    return isName(path) ? [[field, resolve(directory, path)] as const] : [];
  });
  return { ...body, ...Object.fromEntries(paths), ...absoluteCommand(body, directory) };
}

/** A command with a slash is a path, one without is looked up in PATH (client-go, exec credential plugins). */
function absoluteCommand({ exec }: Fields, directory: string): Fields {
  if (!isFields(exec) || !isName(exec.command) || !exec.command.includes('/')) return {};
  return { exec: { ...exec, command: resolve(directory, exec.command) } };
}

function find(documents: readonly Fields[], list: string, field: string, name: string): Fields | null {
  for (const document of documents) {
    const entries = document[list];
    if (!Array.isArray(entries)) continue;
    const entry = entries.find((candidate) => isFields(candidate) && candidate.name === name);
    if (isFields(entry)) return isFields(entry[field]) ? entry[field] : {};
  }
  return null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function quote(name: string): string {
  return `"${name}"`;
}

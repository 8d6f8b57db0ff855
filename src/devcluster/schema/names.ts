/**
 * The rules for names and keys (Kubernetes apimachinery validation). Each gives what is wrong, in the words of the API
 * server; nothing if the text is fine.
 */
export type NameRule = (text: string) => string[];

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualifiedName})?`;

/** RFC 1123 subdomain: the names of most kinds. At most 253 characters. */
export const dnsSubdomain: NameRule = (text) => [
  ...tooLong(text, 253),
  ...unless(isMatch(subdomain, text), subdomainText(text)),
];

/** RFC 1123 label: the names of namespaces. At most 63 characters. */
export const dnsLabel: NameRule = (text) => {
  if (text.includes('.')) return [...tooLong(text, 63), 'must not contain dots'];
  return [...tooLong(text, 63), ...unless(isMatch(label, text), labelText())];
};

/** RFC 1035 label: starts with a letter. At most 63 characters. */
export const dns1035Label: NameRule = (text) => [
  ...tooLong(text, 63),
  ...unless(isMatch(label1035, text), label1035Text()),
];

/** What may be one element of a path: the names of the kinds of rbac.authorization.k8s.io. */
export const pathSegment: NameRule = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
};

/** Keys of labels and annotations: an optional DNS prefix, a slash, and a name of at most 63 characters. */
export const qualifiedKey: NameRule = (text) => {
  const parts = text.split('/');
  if (parts.length > 2) {
    const example = withExamples('a qualified name must consist', qualifiedName, nameExamples);
    return [`${example} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const [prefix, name = ''] = parts.length === 2 ? parts : [undefined, ...parts];
  return [...prefixProblems(prefix), ...namePartProblems(name)];
};

/** Values of labels: empty, or at most 63 characters. */
export const labelValueRule: NameRule = (text) => [
  ...tooLong(text, 63),
  ...unless(
    isMatch(labelValue, text),
    withExamples('a valid label must be an empty string or consist', labelValue, valueExamples),
  ),
];

function prefixProblems(prefix: string | undefined): string[] {
  if (prefix === undefined) return [];
  if (prefix === '') return ['prefix part must be non-empty'];
  return dnsSubdomain(prefix).map((problem) => `prefix part ${problem}`);
}

function namePartProblems(name: string): string[] {
  if (name === '') return ['name part must be non-empty', ...nameForm(name)];
  return [...tooLong(name, 63).map((problem) => `name part ${problem}`), ...nameForm(name)];
}

function nameForm(name: string): string[] {
  return unless(
    isMatch(qualifiedName, name),
    withExamples('name part must consist', qualifiedName, nameExamples),
  );
}

const nameExamples = "'MyName',  or 'my.name',  or '123-abc'";
const valueExamples = "'MyValue',  or 'my_value',  or '12345'";

function withExamples(head: string, pattern: string, examples: string): string {
  const what =
    "of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return `${head} ${what} (e.g. ${examples}, regex used for validation is '${pattern}')`;
}

function subdomainText(_text: string): string {
  const what =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return `${what} (e.g. 'example.com', regex used for validation is '${subdomain}')`;
}

function labelText(): string {
  const what =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return `${what} (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`;
}

function label1035Text(): string {
  const what =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return `${what} (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label1035}')`;
}

function isMatch(pattern: string, text: string): boolean {
  // The patterns take linear time only on short texts; longer ones are refused by their length already.
  return text.length <= 1024 && new RegExp(`^(?:${pattern})$`).test(text);
}

function tooLong(text: string, limit: number): string[] {
  return text.length > limit ? [`must be no more than ${limit} characters`] : [];
}

function unless(isFine: boolean, problem: string): string[] {
  return isFine ? [] : [problem];
}

import { diagnosticKinds } from '../../src/model/diagnostic.ts';
import { refusalReasons } from '../../src/model/outcome.ts';
import { lintKinds } from '../../src/translate/lint/lint-kinds.ts';

/** The reference of all codes: of diagnostics, and of our own answers. */
export function diagnosticsPage(): readonly [string, string] {
  const kinds = Object.entries(diagnosticKinds);
  const lints = Object.entries(lintKinds);
  const reasons = Object.entries(refusalReasons).toSorted(([, left], [, right]) => left - right);
  const lines = [
    '# Codes',
    '',
    '## Diagnostics',
    '',
    'A problem in an object. Its code is the reason of the status condition that it turns to False, a label of the metric',
    '`fairlead_diagnostics`, and a word of the lines that `fairlead check` and the log print. Warnings turn no condition to False.',
    '',
    '| code | severity | condition | meaning |',
    '|---|---|---|---|',
    ...kinds.map(
      ([code, { severity, condition, meaning }]) =>
        `| \`${code}\` | ${severity} | ${condition} | ${meaning} |`,
    ),
    '',
    '`fairlead check` knows three more, all errors: `InvalidManifest` (a document cannot be read), `DuplicateObject` (the same object',
    'stands in two documents) and `UnknownKind` (our API group has no such kind; a warning for objects of `traefik.io`, which are',
    'not read yet).',
    '',
    '## Remarks of check',
    '',
    '`fairlead check` also looks at all objects together. What it says then is no status condition: the objects are served. See',
    '[Why](../why.md#check).',
    '',
    '| code | severity | meaning |',
    '|---|---|---|',
    ...lints.map(([code, { severity, meaning }]) => `| \`${code}\` | ${severity} | ${meaning} |`),
    '',
    '## Answers of Fairlead itself',
    '',
    'Where no upstream answers, the response is one line of text and carries the code in `X-Fairlead-Reason`, unless `--hide-reason` is',
    'set. The code is also a label of `fairlead_requests_refused_total` and a field of the access log.',
    '',
    '| status | code |',
    '|---|---|',
    ...reasons.map(([reason, status]) => `| ${status} | \`${reason}\` |`),
    '',
    '499 is never sent: it is what the log and the metrics show where the client went away.',
    '',
  ];
  return ['docs/reference/codes.md', lines.join('\n')];
}

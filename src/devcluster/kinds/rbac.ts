import type { ApiObject, JsonObject } from '../json.ts';
import type { Behaviour, FieldError, ResourceType } from '../resource-type.ts';
import { notSupported, required } from '../schema/field-errors.ts';
import { areEqual } from '../schema/values.ts';
import { behaviour } from './behaviour.ts';
import { defineKind } from './define.ts';
import { immutable } from './problems.ts';
import { ensureRecord, orNull, recordAt, recordsAt, textAt, textsAt } from './reading.ts';
import { labelSelector } from './references.ts';
import {
  type KindSchema,
  kindSchema,
  knownText,
  list,
  orNullWhenUnset,
  record,
  text,
  whole,
} from './schema-dsl.ts';
import { column, table } from './table-columns.ts';

const group = 'rbac.authorization.k8s.io';

/** rbac.authorization.k8s.io/v1: ClusterRole, ClusterRoleBinding, Role and RoleBinding. */
export function rbacTypes(): ResourceType[] {
  return [
    binding('ClusterRoleBinding', false),
    role('ClusterRole', false, {
      aggregationRule: record('Roles whose rules are added to this one.', {
        clusterRoleSelectors: list('Which roles.', labelSelector('Some roles.')),
      }),
    }),
    binding('RoleBinding', true),
    role('Role', true),
  ];
}

function role(kind: string, namespaced: boolean, more: Record<string, KindSchema> = {}): ResourceType {
  const words = (description: string) => list(description, text('One of them.'));
  const rule = record(
    'Some rights.',
    {
      apiGroups: words('API groups; the core group is empty, all are a star.'),
      nonResourceURLs: words('Paths that are no resources.'),
      resourceNames: words('Names of objects; all if absent.'),
      resources: words('Resources, in plural; all are a star.'),
      verbs: words('What may be done.'),
    },
    ['verbs'],
  );
  const schema = kindSchema(
    'Rights that a binding can give.',
    { ...more, rules: orNullWhenUnset(list('The rights.', rule)) },
    ['rules'],
  );
  return defineKind({
    group,
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced,
    schema,
    behaviour: behaviour(schema, { normalize: showNoRules, validate: roleErrors(namespaced) }),
    table: {
      columns: [
        column('Name', 'Name of the object.'),
        { ...column('Created At', 'When it was made.'), type: 'date' },
      ],
      cells: (object) => [object.metadata.name, object.metadata.creationTimestamp],
    },
  });
}

/** Go prints a list of rules that is empty as null. */
function showNoRules(object: ApiObject): void {
  if (recordsAt(object, 'rules').length === 0) object.rules = null;
}

function roleErrors(namespaced: boolean): NonNullable<Behaviour['validate']> {
  return (object) =>
    recordsAt(object, 'rules').flatMap((rule, index) => ruleErrors(rule, `rules[${index}]`, namespaced));
}

function ruleErrors(rule: JsonObject, field: string, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (textsAt(rule, 'verbs').length === 0)
    errors.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
  if (!namespaced && textsAt(rule, 'nonResourceURLs').length > 0) return errors;
  if (textsAt(rule, 'apiGroups').length === 0) {
    errors.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (textsAt(rule, 'resources').length === 0) {
    errors.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}

function binding(kind: string, namespaced: boolean): ResourceType {
  const subject = whole(
    record(
      'Who gets the rights.',
      {
        apiGroup: text('Group of the subject; follows from its kind.'),
        kind: knownText('User, Group or ServiceAccount.'),
        name: knownText('Its name.'),
        namespace: text('Namespace of a ServiceAccount.'),
      },
      ['kind', 'name'],
    ),
  );
  const roleRef = whole(
    record(
      'The role. Cannot be changed.',
      {
        apiGroup: text('Group of the role.'),
        kind: knownText('Role or ClusterRole.'),
        name: knownText('Its name.'),
      },
      ['kind', 'name'],
    ),
  );
  const schema = kindSchema(
    'Gives the rights of a role to somebody.',
    { roleRef: { ...roleRef, default: {} }, subjects: list('Who gets them.', subject) },
    ['roleRef'],
  );
  return defineKind({
    group,
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced,
    schema,
    behaviour: behaviour(schema, {
      normalize: defaultGroups,
      validate: (object, existing) => bindingErrors(object, existing, namespaced),
    }),
    table: table([column('Role', 'The role that is given.')], (object) => {
      const given = recordAt(object, 'roleRef');
      return [`${textAt(given, 'kind')}/${textAt(given, 'name')}`];
    }),
  });
}

function defaultGroups(object: ApiObject): void {
  ensureRecord(object, 'roleRef').apiGroup ??= group;
  for (const subject of recordsAt(object, 'subjects')) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ??= group;
  }
}

function bindingErrors(object: ApiObject, existing: ApiObject | null, namespaced: boolean): FieldError[] {
  const roleRef = recordAt(object, 'roleRef');
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const errors: FieldError[] = [];
  if (!kinds.includes(textAt(roleRef, 'kind')))
    errors.push(notSupported('roleRef.kind', orNull(roleRef.kind), kinds));
  if (textAt(roleRef, 'name') === '') errors.push(required('roleRef.name'));
  if (existing !== null && !areEqual(object.roleRef, existing.roleRef)) {
    errors.push(immutable('roleRef', orNull(object.roleRef)));
  }
  recordsAt(object, 'subjects').forEach((subject, index) => {
    errors.push(...subjectErrors(subject, `subjects[${index}]`));
  });
  return errors;
}

function subjectErrors(subject: JsonObject, field: string): FieldError[] {
  const errors = textAt(subject, 'name') === '' ? [required(`${field}.name`)] : [];
  const kinds = ['Group', 'ServiceAccount', 'User'];
  if (!kinds.includes(textAt(subject, 'kind'))) {
    errors.push(notSupported(`${field}.kind`, orNull(subject.kind), kinds));
  } else if (subject.kind === 'ServiceAccount' && textAt(subject, 'namespace') === '') {
    errors.push(required(`${field}.namespace`));
  }
  return errors;
}

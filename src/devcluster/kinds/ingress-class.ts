import type { ApiObject, JsonObject } from '../json.ts';
import type { FieldError, ResourceType, TableLayout } from '../resource-type.ts';
import { forbidden, invalidValue, notSupported, required } from '../schema/field-errors.ts';
import { areEqual } from '../schema/values.ts';
import { behaviour } from './behaviour.ts';
import { defineKind } from './define.ts';
import { subdomainProblems } from './names.ts';
import { immutable, invalidFor } from './problems.ts';
import { optionalRecordAt, orNull, recordAt, textAt } from './reading.ts';
import {
  always,
  exactText,
  type KindSchema,
  kindSchema,
  knownText,
  preset,
  record,
  text,
} from './schema-dsl.ts';
import { column, table } from './table-columns.ts';

const defaultClassAnnotation = 'ingressclass.kubernetes.io/is-default-class';

/** networking.k8s.io/v1 IngressClass. */
export function ingressClassType(): ResourceType {
  const schema = ingressClassSchema();
  return defineKind({
    group: 'networking.k8s.io',
    kind: 'IngressClass',
    plural: 'ingressclasses',
    namespaced: false,
    schema,
    behaviour: behaviour(schema, { generation: true, validate }),
    table: ingressClassTable(),
  });
}

function ingressClassTable(): TableLayout {
  const columns = [
    column('Controller', 'Who serves the class.'),
    column('Parameters', 'Its further settings.'),
  ];
  const plain = table(columns, (object) => {
    const spec = recordAt(object, 'spec');
    return [textAt(spec, 'controller'), parametersCell(optionalRecordAt(spec, 'parameters'))];
  });
  return {
    columns: plain.columns,
    cells: (object, now) => {
      const isDefault = object.metadata.annotations?.[defaultClassAnnotation] === 'true';
      const name = isDefault ? `${object.metadata.name} (default)` : object.metadata.name;
      return [name, ...plain.cells(object, now).slice(1)];
    },
  };
}

function parametersCell(parameters: JsonObject | undefined): string {
  if (parameters === undefined) return '<none>';
  const group = textAt(parameters, 'apiGroup');
  const kind = textAt(parameters, 'kind');
  return `${group === '' ? kind : `${kind}.${group}`}/${textAt(parameters, 'name')}`;
}

function ingressClassSchema(): KindSchema {
  const parameters = record(
    'An object with further settings for the controller.',
    {
      apiGroup: text('Group of the object; the core group if absent.'),
      kind: knownText('Kind of the object.'),
      name: knownText('Name of the object.'),
      namespace: exactText('Its namespace; needed for scope Namespace, forbidden for scope Cluster.'),
      scope: preset(exactText('Cluster or Namespace.'), 'Cluster'),
    },
    ['kind', 'name'],
  );
  return kindSchema('A class of Ingresses, which one controller serves.', {
    spec: always(
      record('What is wanted.', {
        controller: text('Who serves the class, as example.com/controller. Cannot be changed.'),
        parameters,
      }),
    ),
  });
}

function validate(object: ApiObject, existing: ApiObject | null): readonly FieldError[] {
  const spec = recordAt(object, 'spec');
  if (existing !== null && !areEqual(spec.controller, recordAt(existing, 'spec').controller)) {
    return [immutable('spec.controller', orNull(spec.controller)), ...parametersErrors(spec)];
  }
  return [...controllerErrors(textAt(spec, 'controller')), ...parametersErrors(spec)];
}

function controllerErrors(controller: string): FieldError[] {
  const field = 'spec.controller';
  if (controller === '') return [required(field)];
  if (controller.length > 250) {
    return [{ reason: 'FieldValueTooLong', field, message: 'Too long: may not be more than 250 bytes' }];
  }
  const [domain = '', path = ''] = splitOnce(controller);
  if (domain === '' || path === '') {
    return [invalidValue(field, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const problems = subdomainProblems(domain);
  return invalidFor(field, problems.length > 0 ? domain : controller, problems);
}

function splitOnce(text: string): string[] {
  const at = text.indexOf('/');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function parametersErrors(spec: JsonObject): FieldError[] {
  const parameters = optionalRecordAt(spec, 'parameters');
  if (parameters === undefined) return [];
  const field = 'spec.parameters';
  const { scope, namespace } = parameters;
  const missing = ['kind', 'name'].filter((part) => textAt(parameters, part) === '');
  const errors: FieldError[] = missing.map((part) => required(`${field}.${part}`));
  if (scope !== 'Cluster' && scope !== 'Namespace') {
    errors.push(notSupported(`${field}.scope`, orNull(scope), ['Cluster', 'Namespace']));
  }
  if (scope === 'Namespace' && (namespace === undefined || namespace === '')) {
    errors.push(required(`${field}.namespace`, "`parameters.scope` is set to 'Namespace'"));
  }
  if (scope === 'Cluster' && namespace !== undefined) {
    errors.push(forbidden(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}

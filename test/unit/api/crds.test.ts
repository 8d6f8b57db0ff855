import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customResourceDefinitions, ownKinds } from '../../../src/api/crds.ts';
import { ownApiVersion, watchedKinds } from '../../../src/api/kubernetes.ts';
import { statusSchema } from '../../../src/api/status-schema.ts';
import { type StructuralSchema, structuralSchema } from '../../../src/api/structural-schema.ts';

/** Calls `visit` with every schema below `schema`, itself included. */
function walk(
  schema: StructuralSchema,
  path: string,
  visit: (one: StructuralSchema, path: string) => void,
): void {
  visit(schema, path);
  for (const [name, child] of Object.entries(schema.properties ?? {})) walk(child, `${path}.${name}`, visit);
  if (schema.items !== undefined) walk(schema.items, `${path}[]`, visit);
  if (schema.additionalProperties !== undefined) walk(schema.additionalProperties, `${path}{}`, visit);
}

test('every kind of ours that is watched has a CRD under the name by which it is watched', () => {
  const own = watchedKinds.filter(({ apiVersion }) => apiVersion === ownApiVersion);
  assert.deepEqual(
    ownKinds.map(({ kind, plural }) => [kind, plural]),
    own.map(({ kind, resource }) => [kind, resource]),
  );
  assert.deepEqual(
    customResourceDefinitions().map(({ metadata }) => metadata.name),
    own.map(({ resource }) => `${resource}.fairlead.dev`),
  );
});

for (const { kind, spec } of ownKinds) {
  test(`the schema of ${kind} is structural: every part has a type, and nothing that a CRD cannot say`, () => {
    walk(structuralSchema(spec), kind, (schema, path) => {
      const open = schema['x-kubernetes-int-or-string'] === true;
      assert.equal(schema.type === undefined, open, path);
      for (const word of ['anyOf', 'oneOf', 'allOf', 'not', '$ref', 'const', 'propertyNames', 'readOnly']) {
        assert.ok(!(word in schema), `${path} has ${word}`);
      }
      assert.ok(schema.properties === undefined || schema.additionalProperties === undefined, path);
    });
  });

  test(`lists and texts of ${kind} are bounded, so that the cost of CEL rules is`, () => {
    walk(structuralSchema(spec), kind, (schema, path) => {
      if (schema.type === 'array') assert.ok(schema.maxItems !== undefined, path);
      if (schema.type === 'string' && schema.enum === undefined)
        assert.ok(schema.maxLength !== undefined, path);
    });
  });

  test(`patterns of ${kind} are in the syntax of Go: no look-around, no back references`, () => {
    walk(structuralSchema(spec), kind, (schema, path) => {
      assert.doesNotMatch(schema.pattern ?? '', /\(\?[=!<]|\\[1-9]/, path);
    });
  });

  test(`every field of ${kind} is described`, () => {
    walk(structuralSchema(spec), kind, (schema, path) => {
      for (const [name, child] of Object.entries(schema.properties ?? {})) {
        assert.match(child.description ?? '', /^[A-Za-z].*[.]$/, `${path}.${name}`);
      }
    });
  });

  test(`defaults of ${kind} are of the type of their field, and required fields are fields`, () => {
    walk(structuralSchema(spec), kind, (schema, path) => {
      if (schema.default !== undefined) {
        const type = typeof schema.default === 'number' ? 'integer' : typeof schema.default;
        assert.equal(type, schema.type, path);
      }
      for (const name of schema.required ?? []) assert.ok(schema.properties?.[name] !== undefined, path);
    });
  });
}

test('ports and durations are integers or strings, with the limits of both', () => {
  const ingressRoute = ownKinds.find(({ kind }) => kind === 'IngressRoute');
  assert.ok(ingressRoute !== undefined);
  const services = structuralSchema(ingressRoute.spec).properties?.routes?.items?.properties?.services;
  const port = services?.items?.properties?.port;
  assert.ok(port !== undefined);
  const { description, ...rest } = port;
  assert.deepEqual(rest, {
    'x-kubernetes-int-or-string': true,
    minimum: 1,
    maximum: 65_535,
    minLength: 1,
    maxLength: 63,
  });
});

test('a Middleware of a kind that is not known yet keeps its fields in the API server', () => {
  const spec = ownKinds.find(({ kind }) => kind === 'Middleware')?.spec;
  assert.ok(spec !== undefined);
  assert.equal(structuralSchema(spec).properties?.rateLimit?.['x-kubernetes-preserve-unknown-fields'], true);
});

test('the one CEL rule of a Middleware names every kind of middleware', () => {
  const middleware = ownKinds.find(({ kind }) => kind === 'Middleware');
  assert.ok(middleware !== undefined);
  const [rule] = middleware.validations;
  const named = [...(rule?.rule.matchAll(/has\(self\.(\w+)\)/g) ?? [])].map((match) => match[1]);
  assert.deepEqual(named, Object.keys(structuralSchema(middleware.spec).properties ?? {}));
});

test('conditions are a map by type, as Kubernetes wants them', () => {
  assert.equal(statusSchema.properties?.conditions?.['x-kubernetes-list-type'], 'map');
  assert.deepEqual(statusSchema.properties?.conditions?.['x-kubernetes-list-map-keys'], ['type']);
});

test('names, short names and categories of the CRDs do not collide', () => {
  const names = ownKinds.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]);
  assert.equal(new Set(names).size, names.length);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownKinds } from '../../../src/api/crds.ts';
import { effectTables } from '../../../src/api/effects.ts';
import { type StructuralSchema, structuralSchema } from '../../../src/api/structural-schema.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from './memory-view.ts';
import {
  ingressRoute,
  middleware,
  ownObject,
  options as plainOptions,
  referenceGrant,
  referenceTo,
  service,
} from './objects.ts';

const options = {
  ...plainOptions,
  entryPoints: [...plainOptions.entryPoints, { name: 'dns', host: '', port: 53, tls: false, udp: true }],
};

/** A place in a schema where an object of another namespace can be named: it has a name beside a namespace. */
interface Position {
  readonly kind: string;
  /** `routes[].services[]`, as in the table of effects. */
  readonly field: string;
}

function positionsIn(kind: string, schema: StructuralSchema, field = ''): readonly Position[] {
  const { properties = {}, items, additionalProperties } = schema;
  const here = 'name' in properties && 'namespace' in properties ? [{ kind, field }] : [];
  const below = Object.entries(properties).flatMap(([name, child]) =>
    positionsIn(kind, child, field === '' ? name : `${field}.${name}`),
  );
  const inList = items === undefined ? [] : positionsIn(kind, items, `${field}[]`);
  const inMap =
    additionalProperties === undefined ? [] : positionsIn(kind, additionalProperties, `${field}{}`);
  return [...here, ...below, ...inList, ...inMap];
}

const positions = ownKinds.flatMap(({ kind, spec }) => positionsIn(kind, structuralSchema(spec)));

/** What stands around a position, so that the reference is all that can be wrong. A new position needs a line here. */
const surroundings: Readonly<Record<string, (reference: object) => KubeObject>> = {
  'IngressRoute parentRefs[]': (reference) =>
    ingressRoute('referrer', { parentRefs: [reference], routes: [{ match, services: [ownService] }] }),
  'IngressRoute routes[].services[]': (reference) =>
    ingressRoute('referrer', { routes: [{ match, services: [{ ...reference, port: 80 }] }] }),
  'IngressRoute routes[].middlewares[]': (reference) =>
    ingressRoute('referrer', { routes: [{ match, services: [ownService], middlewares: [reference] }] }),
  'IngressRoute tls.options': (reference) =>
    ingressRoute('referrer', {
      routes: [{ match: 'Host(`a.example.com`)', services: [ownService] }],
      tls: { options: reference },
    }),
  'IngressRouteTCP tls.options': (reference) =>
    tcpReferrer({
      routes: [{ match: 'HostSNI(`a.example.com`)', services: [ownService] }],
      tls: { options: reference },
    }),
  'IngressRouteTCP routes[].services[]': (reference) =>
    tcpReferrer({ routes: [{ match: anyHost, services: [{ ...reference, port: 80 }] }] }),
  'IngressRouteTCP routes[].middlewares[]': (reference) =>
    tcpReferrer({ routes: [{ match: anyHost, services: [ownService], middlewares: [reference] }] }),
  'IngressRouteUDP routes[].services[]': (reference) =>
    ownObject('IngressRouteUDP', 'referrer', { routes: [{ services: [{ ...reference, port: 53 }] }] }),
};

function tcpReferrer(spec: object): KubeObject {
  return ownObject('IngressRouteTCP', 'referrer', { entryPoints: ['internal'], ...spec });
}

const anyHost = 'HostSNI(`*`)';
const match = 'PathPrefix(`/`)';
const ownService = { name: 'own', port: 80 };

/** The kinds that references lead to, each as `there` of the namespace `other`. */
const elsewhere = { namespace: 'other' };
const targets: readonly KubeObject[] = [
  service('there', [{ port: 80 }, { port: 53, protocol: 'UDP' }], elsewhere),
  ownObject('MiddlewareTCP', 'there', { inFlightConn: { amount: 1 } }, elsewhere),
  middleware('there', { addPrefix: { prefix: '/x' } }, elsewhere),
  ingressRoute('there', { routes: [{ match: 'Host(`a.example.com`)' }] }, elsewhere),
  ownObject('TLSOption', 'there', {}, elsewhere),
];

const toAnything = ['Service', 'Middleware', 'IngressRoute', 'MiddlewareTCP', 'TLSOption'].map((kind) => ({
  group: kind === 'Service' ? '' : 'fairlead.dev',
  kind,
}));

function grantFor(namespace: string, to: readonly object[]): KubeObject {
  const kinds = ['IngressRoute', 'IngressRouteTCP', 'IngressRouteUDP'];
  const from = kinds.map((kind) => ({ group: 'fairlead.dev', kind, namespace }));
  return referenceGrant('grant', { from, to }, elsewhere);
}

/** A cluster that notes what of the other namespace is looked at. */
class WatchfulView extends MemoryView {
  readonly read: string[] = [];

  override get(kind: string, namespace: string, name: string): KubeObject | undefined {
    if (namespace === 'other') this.read.push(`${kind}/${name}`);
    return super.get(kind, namespace, name);
  }
}

function codesOf(
  referrer: KubeObject,
  more: readonly KubeObject[] = [],
  allowCrossNamespace = false,
): readonly string[] {
  const translator = new Translator({ ...options, allowCrossNamespace });
  translator.update(new MemoryView([referrer, service('own'), ...targets, ...more]), 'everything');
  return translator
    .diagnostics()
    .filter(({ object }) => object.name === 'referrer')
    .map(({ code, path }) => `${code} ${path}`);
}

function actionsOf(translator: Translator): readonly string[] {
  const { routes, tcpRoutes = [], udpRoutes = [] } = translator.plan();
  return [...routes, ...tcpRoutes, ...udpRoutes].map(({ action }) => action.kind);
}

function pathOf(field: string): string {
  return `spec.${field.replaceAll('[]', '[0]')}`;
}

/** Whether a field does something, or a field that it stands in does not. */
function works({ kind, field }: Position): boolean {
  const table = effectTables[kind as keyof typeof effectTables];
  return table[field.replace(/\[\]$/, '')]?.kind === 'now' && table[`${field}.name`]?.kind === 'now';
}

test('the schemas have positions for references, some of which work and some of which do not yet', () => {
  assert.ok(positions.length > Object.keys(surroundings).length);
  assert.deepEqual(
    positions
      .filter(works)
      .map(({ kind, field }) => `${kind} ${field}`)
      .toSorted(),
    Object.keys(surroundings).toSorted(),
    'each position that works has surroundings in this test',
  );
});

for (const { kind, field } of positions.filter(works)) {
  const build = surroundings[`${kind} ${field}`];
  const referrer = build?.({ name: 'there', namespace: 'other' });
  test(`${kind} ${field} names another namespace only where that is allowed`, () => {
    assert.ok(referrer !== undefined);
    const refusal = [`CrossNamespaceReference ${pathOf(field)}.namespace`];
    assert.deepEqual(codesOf(referrer), refusal, 'without a grant');
    assert.deepEqual(codesOf(referrer, [grantFor('default', toAnything)]), [], 'with a grant');
    assert.deepEqual(codesOf(referrer, [], true), [], 'with the flag');
    assert.deepEqual(codesOf(referrer, [grantFor('third', toAnything)]), refusal, 'with a grant to another');
    const named = toAnything.map((to) => ({ ...to, name: 'elsewhere' }));
    assert.deepEqual(codesOf(referrer, [grantFor('default', named)]), refusal, 'with one for another name');
    const secrets = [{ group: '', kind: 'Secret' }];
    assert.deepEqual(codesOf(referrer, [grantFor('default', secrets)]), refusal, 'with one for another kind');
  });

  test(`${kind} ${field}: a grant that comes and goes takes effect with the update`, () => {
    assert.ok(referrer !== undefined);
    const view = new MemoryView([referrer, service('own'), ...targets]);
    const translator = new Translator(options);
    translator.update(view, 'everything');
    const grant = grantFor('default', toAnything);
    const refused = (): boolean =>
      translator.diagnostics().some(({ code }) => code === 'CrossNamespaceReference');
    assert.equal(refused(), true);
    view.set(grant);
    translator.update(view, [referenceTo(grant)]);
    assert.equal(refused(), false);
    assert.ok(actionsOf(translator).some((kind) => kind === 'forward'));
    view.delete('ReferenceGrant', 'other', 'grant');
    translator.update(view, [referenceTo(grant)]);
    assert.equal(refused(), true);
    assert.ok(actionsOf(translator).every((kind) => kind === 'fail'));
  });
}

test('a reference that is refused leads to no look at the other namespace', () => {
  for (const build of Object.values(surroundings)) {
    const referrer = build({ name: 'there', namespace: 'other' });
    const view = new WatchfulView([referrer, service('own')]);
    const translator = new Translator(options);
    translator.update(view, 'everything');
    assert.deepEqual(view.read, []);
  }
});

test('a position that does not work yet is refused or harmless whatever it names', () => {
  for (const { kind, field } of positions.filter((position) => !works(position))) {
    const table = effectTables[kind as keyof typeof effectTables];
    const parts = field.split('.');
    const outer = parts.map((_, at) =>
      parts
        .slice(0, at + 1)
        .join('.')
        .replace(/\[\]$/, ''),
    );
    assert.ok(
      outer.some((one) => table[one] !== undefined && table[one].kind !== 'now'),
      `${kind} ${field}`,
    );
  }
});

/** Fields of text that name an object of the own namespace, whatever they hold. A new one that works needs a line here. */
const ownNamespaceOnly: readonly string[] = [
  'tls.secretName',
  'defaultCertificate.secretName',
  'certificates[].secretName',
  'rootCAs[].secret',
  'tls.rootCAs[].secret',
];

/** Fields of text that can name another namespace; servers-transport.test.ts holds that it takes a grant. */
const withNamespace: readonly string[] = ['routes[].services[].serversTransport'];

function textsIn(schema: StructuralSchema, field = ''): readonly string[] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    textsIn(child, field === '' ? name : `${field}.${name}`),
  );
  const inList = schema.items === undefined ? [] : textsIn(schema.items, `${field}[]`);
  return schema.type === 'string' ? [field] : [...below, ...inList];
}

test('a field of text that names an object does nothing yet, or names one of the own namespace', () => {
  for (const { kind, spec } of ownKinds) {
    const table = effectTables[kind as keyof typeof effectTables];
    const naming = textsIn(structuralSchema(spec)).filter((field) =>
      /(secret(Name)?|serversTransport|certResolver|Ref)$/i.test(field),
    );
    const working = naming.filter((field) => table[field]?.kind === 'now' && !withNamespace.includes(field));
    assert.deepEqual(
      working,
      ownNamespaceOnly.filter((field) => working.includes(field)),
      kind,
    );
  }
});

test('a grant of any shape grants nothing that it does not say, and throws nothing', () => {
  const referrer = surroundings['IngressRoute routes[].services[]']?.({ name: 'there', namespace: 'other' });
  assert.ok(referrer !== undefined);
  const from = [{ group: 'fairlead.dev', kind: 'IngressRoute', namespace: 'default' }];
  const shapes: readonly unknown[] = [
    undefined,
    null,
    'all',
    { from },
    { from: 'any', to: 'any' },
    { from: [null], to: [{}] },
    { from: [{}], to: toAnything },
    { from, to: [{ kind: 'Service' }] },
    { from, to: [{ group: '', kind: 'Service', name: '' }] },
    { from, to: [{ group: '', kind: 'Service', name: 7 }] },
  ];
  for (const shape of shapes) {
    const codes = codesOf(referrer, [referenceGrant('odd', shape, elsewhere)]);
    assert.equal(codes.length, 1, JSON.stringify(shape));
  }
});

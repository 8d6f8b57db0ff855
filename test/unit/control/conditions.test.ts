import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionsOf } from '../../../src/control/conditions.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from '../translate/memory-view.ts';
import { ingressRoute, middleware, options, service } from '../translate/objects.ts';

/** `TYPE STATUS REASON` of each condition of the first object, and the messages. */
function judged(objects: readonly KubeObject[], isLive = true) {
  const [fragment] = new Translator(options).update(new MemoryView(objects), 'everything').fragments;
  assert.ok(fragment);
  const conditions = conditionsOf(fragment, isLive);
  return {
    verdicts: conditions.map((one) => `${one.type} ${one.status} ${one.reason}`),
    messages: conditions.map((one) => one.message),
  };
}

function routes(...matches: readonly string[]): KubeObject {
  const list = matches.map((match) => ({ match, services: [{ name: 'whoami', port: 80 }] }));
  return ingressRoute('r', { routes: list });
}

test('an object that is served is True in everything', () => {
  assert.deepEqual(judged([routes('Host(`a`)'), service('whoami')]).verdicts, [
    'Accepted True Accepted',
    'ResolvedRefs True ResolvedRefs',
    'Programmed True Programmed',
  ]);
});

test('an object that is not live yet is not said to be programmed', () => {
  assert.equal(
    judged([routes('Host(`a`)'), service('whoami')], false).verdicts[2],
    'Programmed Unknown Pending',
  );
});

test('a bad rule makes Accepted False, and names field and remedy; its siblings are served', () => {
  const { verdicts, messages } = judged([routes('Hosst(`a`)', 'Host(`b`)', 'Hots(`c`)'), service('whoami')]);
  assert.deepEqual(verdicts, [
    'Accepted False InvalidRule',
    'ResolvedRefs True ResolvedRefs',
    'Programmed True Programmed',
  ]);
  assert.match(messages[0] ?? '', /^spec\.routes\[0\]\.match: .*Did you mean Host\? \(and 1 more\)$/);
});

test('an object of which no route is left is not programmed', () => {
  assert.equal(
    judged([routes('Hosst(`a`)'), service('whoami')]).verdicts[2],
    'Programmed False NothingServed',
  );
});

test('a reference that leads nowhere makes ResolvedRefs False', () => {
  assert.deepEqual(judged([routes('Host(`a`)')]).verdicts, [
    'Accepted True Accepted',
    'ResolvedRefs False ServiceNotFound',
    'Programmed False NothingServed',
  ]);
});

test('routes that answer with an error beside others are counted', () => {
  const mixed = ingressRoute('r', {
    routes: [
      { match: 'Host(`a`)', services: [{ name: 'whoami', port: 80 }] },
      { match: 'Host(`b`)', services: [{ name: 'gone', port: 80 }] },
    ],
  });
  const { messages, verdicts } = judged([mixed, service('whoami')]);
  assert.equal(verdicts[2], 'Programmed True Programmed');
  assert.equal(messages[2], 'Every proxy thread serves it, but 1 of 2 routes answer with an error.');
});

test('a warning changes no condition', () => {
  const warned = ingressRoute('r', {
    routes: [{ match: 'Host(`a`)', services: [{ name: 'whoami', port: 80, passiveHealthCheck: {} }] }],
  });
  assert.equal(judged([warned, service('whoami')]).verdicts[0], 'Accepted True Accepted');
});

test('a Middleware is judged by itself', () => {
  assert.equal(
    judged([middleware('m', { addPrefix: { prefix: '/x' } })]).verdicts[2],
    'Programmed True Programmed',
  );
  assert.deepEqual(judged([middleware('m', { basicAuth: { secret: 's' } })]).verdicts, [
    'Accepted False NotSupported',
    'ResolvedRefs True ResolvedRefs',
    'Programmed False NothingServed',
  ]);
});

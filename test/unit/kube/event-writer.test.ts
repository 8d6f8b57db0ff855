import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventBody, eventName } from '../../../src/kube/event-body.ts';
import { createEventWriter } from '../../../src/kube/event-writer.ts';
import { localError } from '../../../src/kube/kube-error.ts';
import type { ApiRequest, ApiResult } from '../../../src/kube/transport.ts';
import type { ObjectReference } from '../../../src/model/object-reference.ts';
import type { WantedEvent } from '../../../src/model/wanted-event.ts';
import { FakeClock } from './fake-clock.ts';
import { notingLog } from './notes.ts';

const subject = { uid: 'u', generation: 3 };

function route(name: string): ObjectReference {
  return { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', namespace: 'n', name };
}

function problem(name: string, reason = 'InvalidRule', note = 'spec.routes[0].match: bad'): WantedEvent {
  return { object: route(name), reason, field: 'spec.routes[0].match', note };
}

function started(eventsOf = (object: ObjectReference): readonly WantedEvent[] => [problem(object.name)]) {
  const clock = new FakeClock();
  const log = notingLog();
  const asked: ApiRequest[] = [];
  let answer: ApiResult = { ok: true, code: 201, body: {} };
  const writer = createEventWriter({
    transport: {
      request: async (request) => {
        asked.push(request);
        return answer;
      },
      stream: async () => null,
      close: () => {},
    },
    eventsOf,
    subjectOf: () => subject,
    instance: 'pod_1',
    clock,
    random: () => 0.5,
    log,
  });
  return {
    asked,
    clock,
    log,
    writer,
    answers(now: ApiResult): void {
      answer = now;
    },
    /** Lets so many seconds go by. */
    async pass(seconds: number): Promise<void> {
      for (let index = 0; index < seconds * 4; index += 1) {
        clock.advance(250);
        for (let turn = 0; turn < 400; turn += 1) await Promise.resolve();
      }
    },
  };
}

test('an Event waits until a problem has settled, and is not written where it went away', async () => {
  let events: readonly WantedEvent[] = [problem('a')];
  const { asked, pass, writer } = started(() => events);
  writer.look([route('a')]);
  await pass(1);
  events = [];
  await pass(5);
  assert.equal(asked.length, 0);
  events = [problem('a')];
  writer.look([route('a')]);
  await pass(3);
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.path, '/apis/events.k8s.io/v1/namespaces/n/events');
});

test('the same problem of the same edit is told once, also where the server knew it already', async () => {
  const { answers, asked, pass, writer } = started();
  answers({ ok: false, error: { code: 409, reason: 'AlreadyExists', message: '', retryAfterMs: null } });
  for (let index = 0; index < 3; index += 1) {
    writer.look([route('a')]);
    await pass(3);
  }
  assert.equal(asked.length, 1);
});

test('ten thousand broken objects make a few Events, one line in the log, and then one a second', async () => {
  const { asked, log, pass, writer } = started();
  writer.look(Array.from({ length: 10_000 }, (_, index) => route(`r${index}`)));
  await pass(3);
  assert.ok(asked.length <= 54, String(asked.length));
  await pass(300);
  assert.equal(asked.length, 200);
  assert.equal(log.notes.length, 1);
  assert.deepEqual(log.notes[0]?.fields, { dropped: 9800 });
});

test('one object that changes all the time gets ten Events and then one in five minutes', async () => {
  let count = 0;
  const { asked, pass, writer } = started(() => [problem('a', `Code${count++}`)]);
  for (let index = 0; index < 20; index += 1) {
    writer.look([route('a')]);
    await pass(3);
  }
  assert.equal(asked.length, 10);
});

test('nothing is written any more once it is cleared, and a timer is not left', async () => {
  const { asked, clock, pass, writer } = started();
  writer.look([route('a'), route('b')]);
  writer.clear();
  assert.equal(writer.pending, 0);
  assert.equal(clock.pending, 0);
  await pass(5);
  assert.equal(asked.length, 0);
});

test('a server that fails is asked again, and one that forbids it is told of once', async () => {
  const { answers, asked, log, pass, writer } = started();
  answers({ ok: false, error: localError('Timeout', 'no answer') });
  writer.look([route('a')]);
  await pass(3);
  answers({ ok: true, code: 201, body: {} });
  await pass(5);
  assert.ok(asked.length >= 2);
  assert.equal(writer.pending, 0);
  answers({ ok: false, error: { code: 403, reason: 'Forbidden', message: '', retryAfterMs: null } });
  writer.look([route('b'), route('c')]);
  await pass(200);
  assert.equal(log.notes.filter(({ message }) => message.includes('events are off')).length, 1);
});

test('an Event fits the limits of the API server, whatever is in the problem', () => {
  const long = 'x'.repeat(253);
  const body = eventBody(problem(long, 'R', 'ü€'.repeat(1000)), subject, 'i'.repeat(300), 0) as {
    note: string;
    metadata: { name: string };
    reportingInstance: string;
  };
  assert.ok(Buffer.byteLength(body.note) <= 1024);
  assert.ok(!body.note.includes('\uFFFD'));
  assert.equal(body.metadata.name.length, 253);
  assert.equal(body.reportingInstance.length, 128);
  assert.notEqual(eventName(problem('a'), subject), eventName(problem('a'), { ...subject, generation: 4 }));
});

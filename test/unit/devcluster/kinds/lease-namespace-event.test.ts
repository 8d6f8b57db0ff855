import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ApiObject, JsonObject } from '../../../../src/devcluster/json.ts';
import { toCoreEvent, toNewEvent } from '../../../../src/devcluster/kinds/event.ts';
import { Bench, now } from './support.ts';

describe('a Lease', () => {
  const bench = new Bench();
  const type = bench.type('Lease');
  const spec = (content: JsonObject) => bench.create(type, { spec: content }).object.spec;

  it('keeps times in microseconds of UTC', () => {
    assert.deepEqual(spec({ renewTime: '2001-02-03T06:05:06.123456+02:00' }), {
      renewTime: '2001-02-03T04:05:06.123456Z',
    });
  });

  it('refuses times of any other form', () => {
    for (const renewTime of [
      '2001-02-03T04:05:06Z',
      '2001-02-03T04:05:06.789Z',
      '2001-02-03T04:05:06.123456789Z',
      'now',
    ]) {
      assert.throws(() => spec({ renewTime }), {
        code: 400,
        message: /^Lease in version "v1" cannot be handled/,
      });
    }
  });

  it('may have a holder without a name, and drops alpha fields', () => {
    assert.deepEqual(spec({ holderIdentity: '', strategy: 'OldestEmulationVersion' }), {
      holderIdentity: '',
    });
  });

  it('refuses durations and transitions that make no sense', () => {
    const problems = (content: JsonObject) => bench.create(type, { spec: content }).problems;
    assert.match(
      problems({ leaseDurationSeconds: 0 }).join(),
      /leaseDurationSeconds: .*must be greater than 0/,
    );
    assert.match(problems({ leaseTransitions: -1 }).join(), /must be greater than or equal to 0/);
    assert.deepEqual(problems({ leaseTransitions: 0 }), []);
  });
});

describe('a Namespace', () => {
  it('begins as active, with a finalizer and a label of its name that stay', () => {
    const bench = new Bench();
    const type = bench.type('Namespace');
    const { object } = bench.create(type, { status: { phase: 'Odd' } });
    assert.deepEqual(object.spec, { finalizers: ['kubernetes'] });
    assert.deepEqual(object.status, { phase: 'Active' });
    const label = { 'kubernetes.io/metadata.name': 'thing' };
    assert.deepEqual(object.metadata.labels, label);
    const { object: updated } = bench.update(type, object, {
      metadata: { labels: { a: 'b' } },
      spec: { finalizers: [] },
    });
    assert.deepEqual(updated.metadata.labels, { a: 'b', ...label });
    assert.deepEqual(updated.spec, object.spec);
    assert.deepEqual(updated.status, object.status);
  });
});

describe('an Event', () => {
  const bench = new Bench();
  const core = bench.type('Event', '');
  const latest = bench.type('Event', 'events.k8s.io');
  const involvedObject = { kind: 'Ingress', name: 'site', namespace: 'default' };
  const complete = {
    eventTime: '2001-02-03T04:05:06.789012Z',
    action: 'Look',
    reason: 'Fine',
    reportingController: 'example.com/tool',
    reportingInstance: 'tool-1',
    type: 'Normal',
    note: 'It is fine.',
    regarding: involvedObject,
  };

  it('shows in its core form what is not set', () => {
    const { object, problems } = bench.create(core, { involvedObject: {} });
    assert.deepEqual(problems, []);
    const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = object;
    assert.deepEqual(rest, {
      eventTime: null,
      firstTimestamp: null,
      lastTimestamp: null,
      involvedObject: {},
      reportingComponent: '',
      reportingInstance: '',
      source: {},
    });
  });

  it('must be in the namespace of its object', () => {
    const elsewhere = { ...involvedObject, namespace: 'other' };
    assert.match(
      bench.create(core, { involvedObject: elsewhere }).problems.join(),
      /does not match event\.namespace/,
    );
    const nowhere = { metadata: { namespace: 'other' }, involvedObject: { kind: 'Node', name: 'n' } };
    assert.match(bench.create(core, nowhere).problems.join(), /does not match event\.namespace/);
  });

  it('must be complete if it has an eventTime', () => {
    const { problems } = bench.create(core, {
      involvedObject,
      eventTime: complete.eventTime,
      reason: 'Fine',
    });
    const fields = problems.map((problem) => problem.slice(0, problem.indexOf(':')));
    const reporter = 'reportingComponent';
    assert.deepEqual(fields, [reporter, reporter, reporter, 'reportingInstance', 'action']);
  });

  it('of the new form must be complete, and is fixed but for its series', () => {
    const { object, problems } = bench.create(latest, complete);
    assert.deepEqual(problems, []);
    for (const field of ['eventTime', 'reason', 'action', 'reportingInstance', 'type']) {
      const { [field as 'reason']: _left, ...rest } = complete;
      assert.equal(bench.create(latest, rest).problems.length, 1, field);
    }
    assert.match(
      bench.create(latest, { ...complete, deprecatedCount: 3 }).problems.join(),
      /count: .*needs to be unset/,
    );
    assert.match(
      bench.create(latest, { ...complete, note: 'x'.repeat(1_025) }).problems.join(),
      /at most 1024/,
    );
    const series = { count: 2, lastObservedTime: '2001-02-03T04:06:06.000000Z' };
    assert.deepEqual(bench.update(latest, object, { ...complete, series }).problems, []);
    const once = { ...complete, series: { ...series, count: 1 } };
    assert.match(bench.update(latest, object, once).problems.join(), /series\.count: .*at least 2/);
    // Kubernetes says so twice.
    const immutable = 'reason: Invalid value: "Other": field is immutable';
    assert.deepEqual(bench.update(latest, object, { ...complete, reason: 'Other' }).problems, [
      immutable,
      immutable,
    ]);
  });

  it('says the same in both forms, there and back', () => {
    const text = fc.string({ minLength: 1 });
    const event = fc.record(
      {
        message: text,
        reason: text,
        count: fc.integer({ min: 1 }),
        reportingComponent: text,
        reportingInstance: text,
        firstTimestamp: fc.constant('2001-02-03T04:05:06Z'),
        source: fc.constant({ component: 'tool' }),
        involvedObject: fc.constant(involvedObject),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(
      fc.property(event, (content) => {
        const stored: ApiObject = bench.create(core, content as JsonObject).object;
        assert.deepEqual(toCoreEvent(toNewEvent(stored)), stored);
      }),
    );
  });

  it('does not show an empty reporter in its new form', () => {
    const event = toNewEvent(bench.create(core, { involvedObject }).object);
    assert.equal(event.reportingController, undefined);
    assert.equal(event.reportingInstance, undefined);
    assert.deepEqual([event.deprecatedSource, event.deprecatedFirstTimestamp], [{}, null]);
  });

  it('is kept in the core form', () => {
    assert.equal(latest.storage?.plural, 'events');
    const stored = latest.storage?.toStored(bench.create(latest, complete).object);
    assert.equal(stored?.apiVersion, 'v1');
    assert.equal(stored?.message, 'It is fine.');
    assert.deepEqual(stored?.involvedObject, involvedObject);
    assert.equal(stored?.reportingComponent, 'example.com/tool');
  });

  it('looks the same in the tables of both forms', () => {
    const { object } = bench.create(latest, complete);
    const cells = latest.table.cells(object, now);
    assert.deepEqual(core.table.cells(toCoreEvent(object), now), cells);
    assert.deepEqual(cells.slice(1, 7), [
      'Normal',
      'Fine',
      'ingress/site',
      '',
      'example.com/tool, tool-1',
      'It is fine.',
    ]);
    assert.equal(cells[8], 1);
  });
});

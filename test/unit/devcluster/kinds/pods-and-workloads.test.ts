import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../../src/devcluster/json.ts';
import { at, Bench, now } from './support.ts';

const container = { name: 'web', image: 'web:1' };

describe('a Pod', () => {
  const bench = new Bench();
  const type = bench.type('Pod');
  const create = (spec: JsonObject) => bench.create(type, { spec });

  it('gets all that a scheduler and a node would want to know', () => {
    const { object, problems } = create({ containers: [{ ...container, ports: [{ containerPort: 80 }] }] });
    assert.deepEqual(problems, []);
    assert.deepEqual(at(object, 'spec', 'containers', 0), {
      ...container,
      imagePullPolicy: 'IfNotPresent',
      ports: [{ containerPort: 80, protocol: 'TCP' }],
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    });
    assert.equal((at(object, 'spec', 'tolerations') as unknown[]).length, 2);
    assert.deepEqual(object.status, { phase: 'Pending', qosClass: 'BestEffort' });
  });

  it('pulls images without a tag every time', () => {
    const policy = (image: string) =>
      at(create({ containers: [{ name: 'web', image }] }).object, 'spec', 'containers', 0, 'imagePullPolicy');
    assert.equal(policy('web'), 'Always');
    assert.equal(policy('registry:5000/web'), 'Always');
    assert.equal(policy('web:latest'), 'Always');
    assert.equal(policy('registry:5000/web:1'), 'IfNotPresent');
    assert.equal(policy('web@sha256:0123'), 'IfNotPresent');
  });

  it('takes limits for requests, and numbers for amounts', () => {
    const resources = { limits: { cpu: 2, memory: '1Gi' } };
    const { object } = create({ containers: [{ ...container, resources }] });
    const amounts = { cpu: '2', memory: '1Gi' };
    assert.deepEqual(at(object, 'spec', 'containers', 0, 'resources'), {
      limits: amounts,
      requests: amounts,
    });
    assert.equal(at(object, 'status', 'qosClass'), 'Guaranteed');
  });

  it('makes a volume of no kind an empty directory', () => {
    const { object } = create({
      containers: [container],
      volumes: [{ name: 'v' }, { name: 's', secret: { secretName: 'x' } }],
    });
    assert.deepEqual(at(object, 'spec', 'volumes'), [
      { name: 'v', emptyDir: {} },
      { name: 's', secret: { secretName: 'x', defaultMode: 420 } },
    ]);
  });

  it('is refused where its containers make no sense', () => {
    const problems = (spec: JsonObject) => create(spec).problems.join();
    assert.equal(problems({}), 'spec.containers: Required value');
    assert.match(
      problems({ containers: [{ name: 'Web', image: 'i' }] }),
      /containers\[0\]\.name: Invalid value: "Web"/,
    );
    assert.match(
      problems({ containers: [container, container] }),
      /containers\[1\]\.name: Duplicate value: "web"/,
    );
    assert.match(problems({ containers: [{ name: 'web' }] }), /image: Required value/);
    const mount = { volumeMounts: [{ name: 'v', mountPath: '/v' }] };
    assert.match(
      problems({ containers: [{ ...container, ...mount }] }),
      /volumeMounts\[0\]\.name: Not found: "v"/,
    );
    const probe = { readinessProbe: { periodSeconds: 2 } };
    assert.match(problems({ containers: [{ ...container, ...probe }] }), /must specify a handler type/);
    assert.match(
      problems({ containers: [container], restartPolicy: 'Maybe' }),
      /restartPolicy: Unsupported value/,
    );
  });

  it('may change its image, but little else', () => {
    const { object } = create({ containers: [container] });
    const image = bench.update(type, object, { spec: { containers: [{ ...container, image: 'web:2' }] } });
    assert.deepEqual(image.problems, []);
    assert.equal(image.object.metadata.generation, 2);
    assert.deepEqual(at(image.object, 'spec', 'tolerations'), at(object, 'spec', 'tolerations'));
    const host = bench.update(type, object, { spec: { containers: [container], hostNetwork: true } });
    assert.match(host.problems.join(), /^spec: Forbidden: pod updates may not change fields other than/);
  });

  it('shows its containers in a table', () => {
    const { object } = create({ containers: [container, { ...container, name: 'log' }] });
    assert.deepEqual(type.table.cells(object, now).slice(1, 4), ['0/2', 'Pending', '0']);
    const waiting = { state: { waiting: { reason: 'CrashLoopBackOff' } }, ready: true, restartCount: 3 };
    const status = { phase: 'Running', containerStatuses: [{ name: 'web', ...waiting }] };
    const running = bench.update(type, object, { status }, 'status').object;
    assert.deepEqual(type.table.cells(running, now).slice(1, 4), ['1/2', 'CrashLoopBackOff', '3']);
  });
});

describe('a Deployment', () => {
  const bench = new Bench();
  const type = bench.type('Deployment');
  const labels = { app: 'web' };
  const spec = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
  };

  it('gets a replica, a strategy and a template in full', () => {
    const { object, problems } = bench.create(type, { spec });
    assert.deepEqual(problems, []);
    assert.equal(at(object, 'spec', 'replicas'), 1);
    assert.deepEqual(at(object, 'spec', 'strategy'), {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
    });
    assert.equal(at(object, 'spec', 'template', 'spec', 'restartPolicy'), 'Always');
    assert.equal(at(object, 'spec', 'template', 'spec', 'enableServiceLinks'), undefined);
    assert.deepEqual(object.status, {});
  });

  it('may have no replicas, and counts generations', () => {
    const { object } = bench.create(type, { spec: { ...spec, replicas: 0 } });
    assert.equal(at(object, 'spec', 'replicas'), 0);
    const scaled = bench.update(type, object, { spec: { ...spec, replicas: 2 } }).object;
    assert.equal(scaled.metadata.generation, 2);
    assert.deepEqual(type.table.cells(scaled, now), ['thing', '0/2', 0, 0, '0s']);
  });

  it('must select the Pods that it makes', () => {
    const problems = (change: JsonObject) =>
      bench.create(type, { spec: { ...spec, ...change } }).problems.join();
    assert.match(
      problems({ selector: { matchLabels: { app: 'x' } } }),
      /`selector` does not match template `labels`/,
    );
    const { selector: _selector, ...unselected } = spec;
    assert.match(bench.create(type, { spec: unselected }).problems.join(), /^spec\.selector: Required value/);
    assert.match(problems({ replicas: -1 }), /must be greater than or equal to 0/);
    const { object } = bench.create(type, { spec });
    const other = { app: 'other' };
    const template = { ...spec.template, metadata: { labels: other } };
    const changed = bench.update(type, object, { spec: { selector: { matchLabels: other }, template } });
    assert.match(changed.problems.join(), /^spec\.selector: .*field is immutable/);
  });
});

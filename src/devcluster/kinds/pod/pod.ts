import type { ApiObject, JsonObject } from '../../json.ts';
import type { ResourceType, TableLayout } from '../../resource-type.ts';
import { areEqual } from '../../schema/values.ts';
import { behaviour } from '../behaviour.ts';
import { defineKind, statusSubresource } from '../define.ts';
import { markGiven } from '../given.ts';
import { ensureRecord, numberAt, recordAt, recordsAt, textAt } from '../reading.ts';
import { column, table, wideColumn } from '../table-columns.ts';
import { admitPod, defaultPod, defaultPodSpec, qosClass } from './pod-defaults.ts';
import { podSchema } from './pod-schema.ts';
import { podChangeErrors, podSpecErrors } from './pod-validation.ts';

/** core/v1 Pod. Nothing runs it: it stays Pending until a client writes another status. */
export function podType(): ResourceType {
  const schema = podSchema();
  return defineKind({
    group: '',
    kind: 'Pod',
    plural: 'pods',
    shortNames: ['po'],
    categories: ['all'],
    subresources: [
      { name: 'binding', kind: 'Binding', verbs: ['create'] },
      { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
      { name: 'log', verbs: ['get'] },
      statusSubresource,
    ],
    schema,
    behaviour: behaviour(schema, {
      status: true,
      generation: true,
      normalize(object) {
        const spec = ensureRecord(object, 'spec');
        defaultPodSpec(spec);
        defaultPod(spec);
      },
      prepareCreate(object) {
        const spec = ensureRecord(object, 'spec');
        for (const field of admitPod(spec)) markGiven(object, ['f:spec', `f:${field}`]);
        object.status = { phase: 'Pending', qosClass: qosClass(spec) };
      },
      prepareUpdate: (object, existing) =>
        keepAdmitted(ensureRecord(object, 'spec'), recordAt(existing, 'spec')),
      validate(object, existing) {
        const spec = recordAt(object, 'spec');
        const errors = podSpecErrors(spec, 'spec');
        return existing === null ? errors : [...errors, ...podChangeErrors(spec, recordAt(existing, 'spec'))];
      },
    }),
    table: podTable(),
  });
}

/** What admission added stays if an update leaves it out. */
function keepAdmitted(spec: JsonObject, old: JsonObject): void {
  for (const field of ['priority', 'preemptionPolicy', 'nodeName']) {
    if (spec[field] === undefined && old[field] !== undefined) spec[field] = old[field];
  }
  const missing = recordsAt(old, 'tolerations').filter(
    (one) =>
      one.tolerationSeconds === 300 && !recordsAt(spec, 'tolerations').some((other) => areEqual(one, other)),
  );
  if (missing.length > 0) spec.tolerations = [...recordsAt(spec, 'tolerations'), ...structuredClone(missing)];
}

function podTable(): TableLayout {
  const columns = [
    column('Ready', 'Containers that are ready, of all.'),
    column('Status', 'The state in one word.'),
    column('Restarts', 'How often containers were restarted.'),
  ];
  const wide = [
    wideColumn('IP', 'Its address.'),
    wideColumn('Node', 'The node it is on.'),
    wideColumn('Nominated Node', 'The node it may get.'),
    wideColumn('Readiness Gates', 'Conditions for its readiness that hold, of all.'),
  ];
  const cells = (object: ApiObject) => {
    const status = recordAt(object, 'status');
    const all = recordsAt(recordAt(object, 'spec'), 'containers').length;
    const running = recordsAt(status, 'containerStatuses');
    const ready = running.filter((one) => one.ready === true).length;
    const restarts = running.reduce((sum, one) => sum + (numberAt(one, 'restartCount') ?? 0), 0);
    return [`${ready}/${all}`, stateOf(object), String(restarts)];
  };
  return table(columns, cells, {
    columns: wide,
    cells: (object) => {
      const status = recordAt(object, 'status');
      const spec = recordAt(object, 'spec');
      const or = (value: string) => value || '<none>';
      return [
        or(textAt(status, 'podIP')),
        or(textAt(spec, 'nodeName')),
        or(textAt(status, 'nominatedNodeName')),
        gatesCell(spec, status),
      ];
    },
  });
}

function stateOf(object: ApiObject): string {
  const status = recordAt(object, 'status');
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const one of recordsAt(status, 'containerStatuses')) {
    const state = recordAt(one, 'state');
    const reason =
      textAt(recordAt(state, 'waiting'), 'reason') || textAt(recordAt(state, 'terminated'), 'reason');
    if (reason !== '') return reason;
  }
  return textAt(status, 'reason') || textAt(status, 'phase');
}

function gatesCell(spec: JsonObject, status: JsonObject): string {
  const gates = recordsAt(spec, 'readinessGates').map((gate) => textAt(gate, 'conditionType'));
  if (gates.length === 0) return '<none>';
  const fulfilled = recordsAt(status, 'conditions')
    .filter((condition) => condition.status === 'True')
    .map((condition) => textAt(condition, 'type'));
  return `${gates.filter((gate) => fulfilled.includes(gate)).length}/${gates.length}`;
}

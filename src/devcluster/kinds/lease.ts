import type { ApiObject } from '../json.ts';
import type { FieldError, ResourceType } from '../resource-type.ts';
import { invalidValue } from '../schema/field-errors.ts';
import { behaviour } from './behaviour.ts';
import { defineKind } from './define.ts';
import { numberAt, recordAt, textAt } from './reading.ts';
import { always, exactText, int, kindSchema, microTime, record } from './schema-dsl.ts';
import { column, table } from './table-columns.ts';

/** coordination.k8s.io/v1 Lease. Like Kubernetes without its alpha features it drops `strategy` and `preferredHolder`. */
export function leaseType(): ResourceType {
  const schema = kindSchema('Who holds something for a while, as a leader holds the leadership.', {
    spec: always(
      record('The lease.', {
        acquireTime: microTime('When the holder got it.'),
        holderIdentity: exactText('Who holds it; nobody if empty.'),
        leaseDurationSeconds: int('How long after renewTime others must wait before they take it.'),
        leaseTransitions: int('How often it went from one holder to another.'),
        preferredHolder: exactText('Who should get it next, with coordinated leader election.'),
        renewTime: microTime('When the holder last said that it is still there.'),
        strategy: exactText('How the holder is chosen, with coordinated leader election.'),
      }),
    ),
  });
  return defineKind({
    group: 'coordination.k8s.io',
    kind: 'Lease',
    plural: 'leases',
    schema,
    behaviour: behaviour(schema, { normalize: dropAlphaFields, validate }),
    table: table([column('Holder', 'Who holds it.')], (object) => [
      textAt(recordAt(object, 'spec'), 'holderIdentity'),
    ]),
  });
}

function dropAlphaFields(object: ApiObject): void {
  const spec = recordAt(object, 'spec');
  delete spec.strategy;
  delete spec.preferredHolder;
}

function validate(object: ApiObject): readonly FieldError[] {
  const spec = recordAt(object, 'spec');
  const duration = numberAt(spec, 'leaseDurationSeconds');
  const transitions = numberAt(spec, 'leaseTransitions');
  const errors: FieldError[] = [];
  if (duration !== undefined && duration <= 0) {
    errors.push(invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
  }
  if (transitions !== undefined && transitions < 0) {
    errors.push(invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
  }
  return errors;
}

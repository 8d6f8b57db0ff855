import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { FailAction } from '../model/plan.ts';

/** What a route does whose reference leads nowhere: it answers with an error and the code of the diagnostic. */
export function failing(reason: DiagnosticCode): FailAction {
  return Object.freeze({ kind: 'fail', status: 500, reason });
}

/** What a parent does with requests that none of its children takes: it has no route for them. */
export const noChildRoute: FailAction = Object.freeze({ kind: 'fail', status: 404, reason: 'NoChildRoute' });

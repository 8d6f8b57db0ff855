import { type DiagnosticCondition, diagnosticKinds } from '../model/diagnostic.ts';
import type { WantedCondition } from '../model/object-status.ts';
import type { Fragment } from '../translate/fragment.ts';
import { describedDiagnostic } from './route-details.ts';

type Verdict = Pick<WantedCondition, 'status' | 'reason' | 'message'>;

/**
 * The conditions of an object, from what its translation came to. Errors turn Accepted or ResolvedRefs to False, with the
 * first one's code as the reason; warnings change none. `isLive` is whether every proxy thread serves it.
 */
export function conditionsOf(fragment: Fragment, isLive: boolean): readonly WantedCondition[] {
  const { observedGeneration } = fragment;
  const accepted = judged(fragment, 'Accepted', 'The object is understood.');
  const resolved = judged(fragment, 'ResolvedRefs', 'All references lead to what can be used.');
  return [
    { type: 'Accepted', ...accepted, observedGeneration },
    { type: 'ResolvedRefs', ...resolved, observedGeneration },
    { type: 'Programmed', ...programmed(fragment, accepted, isLive), observedGeneration },
  ];
}

function judged(fragment: Fragment, condition: DiagnosticCondition, good: string): Verdict {
  const errors = fragment.diagnostics.filter(
    ({ severity, code }) => severity === 'error' && diagnosticKinds[code].condition === condition,
  );
  const [first] = errors;
  if (first === undefined) return { status: 'True', reason: condition, message: good };
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return { status: 'False', reason: first.code, message: shortened(`${describedDiagnostic(first)}${more}`) };
}

/** The API server refuses messages of more than 32768 characters (metav1.Condition); nobody reads a tenth of that. */
function shortened(message: string): string {
  return message.length > 1024 ? `${message.slice(0, 1023)}…` : message;
}

function programmed(fragment: Fragment, accepted: Verdict, isLive: boolean): Verdict {
  if (!isLive) {
    return { status: 'Unknown', reason: 'Pending', message: 'Not every proxy thread serves it yet.' };
  }
  const { routes, tcpRoutes, udpRoutes } = fragment;
  const streams = [...tcpRoutes, ...udpRoutes];
  const failing =
    routes.filter(({ action }) => action.kind === 'fail' && action.status === 500).length +
    streams.filter(({ action }) => action.kind === 'fail').length;
  const count = routes.length + streams.length;
  if (count === 0 && accepted.status === 'False') {
    return { status: 'False', reason: 'NothingServed', message: 'Nothing of the object is served.' };
  }
  if (failing > 0 && failing === count) {
    const message = streams.length > 0 ? 'Every route is closed.' : 'Every route answers with an error.';
    return { status: 'False', reason: 'NothingServed', message };
  }
  const how = streams.length > 0 ? 'are closed' : 'answer with an error';
  const but = failing === 0 ? '' : `, but ${failing} of ${count} routes ${how}`;
  return { status: 'True', reason: 'Programmed', message: `Every proxy thread serves it${but}.` };
}

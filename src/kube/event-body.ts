import { createHash } from 'node:crypto';
import { controllerName } from '../api/kubernetes.ts';
import type { WantedEvent } from '../model/wanted-event.ts';
import { microTime } from './lease-record.ts';

/** What makes two objects of one name, or two edits of one object, different. */
export interface EventSubject {
  readonly uid: string;
  readonly generation: number;
}

/** The longest note and the longest name (Kubernetes events.k8s.io/v1 Event, RFC 1123 subdomain). */
const longestNote = 1024;
const longestName = 253;

/**
 * The name of an Event: the same for the same object, generation, code and field, whichever replica writes it, so that the
 * API server itself refuses to take it twice (409).
 */
export function eventName({ object, reason, field }: WantedEvent, subject: EventSubject): string {
  const told = JSON.stringify([object.kind, subject.uid, subject.generation, reason, field]);
  const hash = createHash('sha256').update(told).digest('hex').slice(0, 16);
  return `${object.name.slice(0, longestName - hash.length - 1)}.${hash}`;
}

/** The Event as it goes to the API server (events.k8s.io/v1). `instance` is who writes it, at most 128 characters. */
export function eventBody(
  event: WantedEvent,
  subject: EventSubject,
  instance: string,
  epochMs: number,
): object {
  const { object, reason, field, note } = event;
  const { apiVersion, kind, namespace, name } = object;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: eventName(event, subject), namespace },
    eventTime: microTime(epochMs),
    reportingController: controllerName,
    reportingInstance: instance.slice(0, 128),
    action: 'Translate',
    reason,
    regarding: { apiVersion, kind, namespace, name, uid: subject.uid, fieldPath: field },
    note: clipped(note),
    type: 'Warning',
  };
}

/** Counted in bytes, as the API server does. */
function clipped(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= longestNote) return note;
  const kept = bytes
    .subarray(0, longestNote - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return `${kept}…`;
}

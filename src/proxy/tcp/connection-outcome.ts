import { type Outcome, refusalReasons } from '../../model/outcome.ts';

/** What there is to tell of a connection of TCP or a session of UDP. What is left out did not come to be. */
export type ConnectionFacts = Pick<Outcome, 'entryPoint' | 'protocol' | 'clientIp' | 'reason'> &
  Partial<Omit<Outcome, 'status'>>;

/** The record of a connection of TCP, or a session of UDP, that is over. */
export function connectionOutcome(facts: ConnectionFacts): Outcome {
  const { reason } = facts;
  return {
    ...unknown,
    startedAt: Date.now(),
    ...facts,
    status: reason === null ? 0 : refusalReasons[reason],
  };
}

const unknown = Object.freeze({
  method: '',
  host: '',
  target: '',
  userAgent: '',
  route: null,
  service: null,
  endpoint: null,
  requestBytes: 0,
  responseBytes: 0,
  durationMs: 0,
  upstreamMs: null,
  retries: 0,
});

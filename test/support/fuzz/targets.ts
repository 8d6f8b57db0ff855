import { defaultLimits, type Limits } from '../../../src/proxy/limits.ts';
import { readChunked } from '../oracle/chunked.ts';
import { Cursor, NeedsMore, Refused } from '../oracle/cursor.ts';
import { documentedLimits, type OracleLimits, tinyLimits } from '../oracle/limits.ts';
import { Reading } from '../oracle/reading.ts';
import { readRequests } from '../oracle/requests.ts';
import { readResponse } from '../oracle/responses.ts';
import { ChunkSubject, RequestSubject, ResponseSubject, type Subject } from './subjects.ts';

/** Under which circumstances bytes are read. */
export interface Setting {
  readonly limits: 'documented' | 'tiny';
  /** Of the request, for answers. */
  readonly method: 'GET' | 'HEAD';
}

export const targetNames = ['request-head', 'chunks', 'response'] as const;
export type TargetName = (typeof targetNames)[number];

function oracleLimits(setting: Setting): OracleLimits {
  return setting.limits === 'tiny' ? tinyLimits : documentedLimits;
}

function subjectLimits(setting: Setting): Limits {
  return setting.limits === 'tiny' ? { ...defaultLimits, ...tinyLimits } : defaultLimits;
}

/** What the oracle makes of an input. */
export function readByOracle(target: TargetName, setting: Setting, input: string): Reading {
  const limits = oracleLimits(setting);
  if (target === 'request-head') return readRequests(input, limits);
  if (target === 'response') return readResponse(input, setting.method, limits);
  return readChunks(input, limits);
}

function readChunks(input: string, limits: OracleLimits): Reading {
  const reading = new Reading(input);
  const cursor = new Cursor(input);
  try {
    readChunked(cursor, reading, limits);
    reading.say(cursor.at, `end after ${cursor.at} bytes`);
  } catch (cause) {
    if (cause instanceof Refused) reading.say(cause.needs, 'refused with 400');
    else if (!(cause instanceof NeedsMore)) throw cause;
  }
  return reading;
}

/** A fresh reader of the proxy. */
export function subjectOf(target: TargetName, setting: Setting): Subject {
  const limits = subjectLimits(setting);
  if (target === 'request-head') return new RequestSubject(limits);
  return target === 'response' ? new ResponseSubject(limits, setting.method) : new ChunkSubject(limits);
}

import { test } from 'node:test';
import { connectionCases } from '../support/http2/cases-connection.ts';
import { messageCases } from '../support/http2/cases-messages.ts';
import { runCase } from '../support/http2/spec.ts';

for (const one of [...connectionCases, ...messageCases]) {
  test(`${one.id} ${one.does}`, (t) => runCase(t, one));
}

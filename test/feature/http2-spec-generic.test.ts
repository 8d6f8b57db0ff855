import { test } from 'node:test';
import { framesOfEveryKind, representations } from '../support/http2/cases-generic.ts';
import { hpackCases } from '../support/http2/cases-hpack.ts';
import { runCase } from '../support/http2/spec.ts';

for (const one of [...framesOfEveryKind, ...representations, ...hpackCases]) {
  test(`${one.id} ${one.does}`, (t) => runCase(t, one));
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DiagnosticBook } from '../../../src/control/diagnostic-book.ts';
import { diagnostic } from '../../../src/model/diagnostic.ts';
import { FakeLog } from './fakes.ts';

function problem(name: string, path = 'spec') {
  const object = { apiVersion: 'v1', kind: 'Service', namespace: 'default', name };
  return diagnostic(object, path, 'NoEndpoints', 'none');
}

test('the book holds what appeared and is not gone, by object and path', () => {
  const book = new DiagnosticBook(new FakeLog());
  const [b, a2, a1] = [problem('b'), problem('a', 'y'), problem('a', 'x')];
  book.apply({ appeared: [b, a2, a1], gone: [] });
  assert.deepEqual(book.list(), [a1, a2, b]);
  book.apply({ appeared: [], gone: [a2] });
  assert.deepEqual(book.list(), [a1, b]);
  assert.deepEqual(book.counts(), [{ kind: 'Service', code: 'NoEndpoints', count: 2 }]);
});

test('one change that breaks very many objects does not flood the log', () => {
  const log = new FakeLog();
  const book = new DiagnosticBook(log);
  book.apply({ appeared: Array.from({ length: 5000 }, (_, index) => problem(`s${index}`)), gone: [] });
  assert.equal(log.lines.length, 101);
  assert.equal(book.list().length, 5000);
});

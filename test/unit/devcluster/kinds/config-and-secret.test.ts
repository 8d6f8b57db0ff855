import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../../src/devcluster/json.ts';
import { Bench, now } from './support.ts';

describe('a ConfigMap', () => {
  const bench = new Bench();
  const type = bench.type('ConfigMap');
  const problems = (content: JsonObject) => bench.create(type, content).problems;

  it('holds texts and bytes under keys of their own', () => {
    assert.deepEqual(problems({ data: { 'a.txt': '1' }, binaryData: { b: 'AQID' } }), []);
    assert.match(
      problems({ data: { a: '1' }, binaryData: { a: 'AQID' } }).join(),
      /duplicate of key present in binaryData/,
    );
    assert.match(
      problems({ data: { 'a b': '1' } }).join(),
      /^data\[a b\]: Invalid value: "a b": a valid config key must/,
    );
    for (const key of ['.', '..', '..a', '']) assert.equal(problems({ data: { [key]: '1' } }).length, 1, key);
  });

  it('refuses bytes that are not base64', () => {
    assert.throws(() => problems({ binaryData: { a: '*' } }), {
      code: 400,
      message:
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: illegal base64 data at input byte 0',
    });
  });

  it('holds 1 MiB at most', () => {
    assert.deepEqual(problems({ data: { a: 'x'.repeat(1024 * 1024) } }), []);
    assert.match(
      problems({ data: { a: 'x'.repeat(1024 * 1024 + 1) } }).join(),
      /Too long: may not be more than 1048576/,
    );
  });

  it('cannot be changed once it is immutable, but for its metadata', () => {
    const { object } = bench.create(type, { data: { a: '1' }, immutable: true });
    const changed = bench.update(type, object, { data: { a: '2' }, immutable: true });
    assert.deepEqual(changed.problems, ['data: Forbidden: field is immutable when `immutable` is set']);
    assert.match(bench.update(type, object, { data: { a: '1' } }).problems.join(), /^immutable: Forbidden/);
    const labelled = { data: { a: '1' }, immutable: true, metadata: { labels: { a: 'b' } } };
    assert.deepEqual(bench.update(type, object, labelled).problems, []);
  });

  it('has no generation, and counts its keys in a table', () => {
    const { object } = bench.create(type, { data: { a: '1', b: '2' }, binaryData: { c: 'AQID' } });
    assert.equal(object.metadata.generation, undefined);
    assert.deepEqual(type.table.cells(object, now), ['thing', 3, '0s']);
  });
});

describe('a Secret', () => {
  const bench = new Bench();
  const type = bench.type('Secret');
  const problems = (content: JsonObject) => bench.create(type, content).problems;

  it('takes texts into its data, where they win', () => {
    const { object } = bench.create(type, {
      data: { a: 'MQ==', b: 'Mg==' },
      stringData: { b: 'two', c: 'three' },
    });
    assert.deepEqual(object.data, { a: 'MQ==', b: 'dHdv', c: 'dGhyZWU=' });
    assert.equal(object.stringData, undefined);
    assert.equal(object.type, 'Opaque');
  });

  it('keeps values that are empty', () => {
    assert.deepEqual(bench.create(type, { data: { a: '' } }).object.data, { a: '' });
  });

  it('must have the keys of its type', () => {
    assert.deepEqual(problems({ type: 'kubernetes.io/tls' }), [
      'data[tls.crt]: Required value',
      'data[tls.key]: Required value',
    ]);
    assert.equal(problems({ type: 'kubernetes.io/basic-auth' }).length, 2);
    assert.deepEqual(problems({ type: 'kubernetes.io/basic-auth', stringData: { username: 'u' } }), []);
    assert.equal(problems({ type: 'kubernetes.io/ssh-auth' }).length, 1);
    const notJson = { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': 'no' } };
    assert.match(problems(notJson).join(), /"<secret contents redacted>"/);
    assert.match(problems({ type: 'kubernetes.io/service-account-token' }).join(), /service-account\.name/);
    assert.deepEqual(problems({ type: 'example.com/own' }), []);
  });

  it('never shows its contents in a refusal', () => {
    const text = problems({
      type: 'kubernetes.io/dockercfg',
      stringData: { '.dockercfg': 'hunter2{' },
    }).join();
    assert.doesNotMatch(text, /hunter2/);
  });

  it('is warned of without a certificate, and keeps its type', () => {
    const tls = { type: 'kubernetes.io/tls', stringData: { 'tls.crt': 'x', 'tls.key': 'y' } };
    const { object, warnings } = bench.create(type, tls);
    assert.deepEqual(warnings, ['tls: failed to find any PEM data in certificate input']);
    const other = bench.update(type, object, { ...tls, type: 'Opaque' });
    assert.deepEqual(other.problems, ['type: Invalid value: "Opaque": field is immutable']);
  });
});

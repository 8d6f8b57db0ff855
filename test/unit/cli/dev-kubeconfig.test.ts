import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writeKubeconfig } from '../../../src/cli/dev-kubeconfig.ts';

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'fairlead-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('the kubeconfig is its owner’s alone and is gone at the end', (context) => {
  const file = join(folder(context), 'a/b/kubeconfig');
  const remove = writeKubeconfig(file, 'one');
  assert.deepEqual([readFileSync(file, 'utf8'), statSync(file).mode & 0o777], ['one', 0o600]);
  remove();
  remove();
  assert.equal(existsSync(file), false);
});

test('a kubeconfig that another process has written meanwhile stays', (context) => {
  const file = join(folder(context), 'kubeconfig');
  const remove = writeKubeconfig(file, 'one');
  writeKubeconfig(file, 'two');
  remove();
  assert.equal(readFileSync(file, 'utf8'), 'two');
});

test('a kubeconfig that cannot be written is one sentence that says what to do', (context) => {
  const path = folder(context);
  assert.throws(() => writeKubeconfig(path, 'one'), {
    message: `the kubeconfig cannot be written (EISDIR: illegal operation on a directory, open '${path}'); name another file with --write-kubeconfig`,
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { followFiles } from '../../../src/cli/follow.ts';

const deadline = { timeout: 20_000 };

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'fairlead-'));
  mkdirSync(join(path, 'below'));
  writeFileSync(join(path, 'a.yaml'), '');
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** Resolves at the first call back after `act`. */
async function toldOf(context: TestContext, path: string, act: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = followFiles([path], resolve, (reason) => reject(new Error(reason)));
  context.after(stop);
  act();
  await promise;
}

test('a change below a folder is told of', deadline, async (context) => {
  const path = folder(context);
  await toldOf(context, path, () => writeFileSync(join(path, 'below/b.yaml'), 'x'));
});

test('a named file that is replaced is told of', deadline, async (context) => {
  const path = folder(context);
  writeFileSync(join(path, 'new'), 'x');
  await toldOf(context, join(path, 'a.yaml'), () => renameSync(join(path, 'new'), join(path, 'a.yaml')));
});

test('what lies below the folder of a named file is not looked at', deadline, async (context) => {
  const path = folder(context);
  let count = 0;
  const stop = followFiles(
    [join(path, 'a.yaml')],
    () => {
      count += 1;
    },
    () => {},
  );
  context.after(stop);
  writeFileSync(join(path, 'below/b.yaml'), 'x');
  // The folder itself is followed too, through a watcher of its own that hears of the same change.
  await toldOf(context, path, () => writeFileSync(join(path, 'below/c.yaml'), 'x'));
  assert.equal(count, 0);
});

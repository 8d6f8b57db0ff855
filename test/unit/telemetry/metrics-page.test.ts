import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { metricsPage } from '../../../src/telemetry/metrics-page.ts';

describe('docs/metrics.md', () => {
  it('says what the table of metrics says', () => {
    const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    assert.equal(page, metricsPage());
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import type { Condition } from '../../../src/viewer/query/query.ts';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';

/** What stands between words: ASCII, no-break spaces, thin ones, those of Chinese, ends of lines, marks. */
const BETWEEN = [
  ' ',
  '\t',
  '\n',
  '\u00a0',
  '\u202f',
  '\u2009',
  '\u3000',
  '\u2028',
  '\ufeff',
  '\u0085',
  '—',
  ', ',
];

test('words are found whatever stands between them', async (t) => {
  const store = await openStore({ directory: tempDir(t) });
  t.after(() => store.close());
  const logRecords = BETWEEN.map((between) => ({
    timeUnixNano: '1764288000000000000',
    body: { stringValue: `card${between}declined` },
  }));
  await store.ingest(OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
  for (const text of ['card', 'declined', 'card declined', 'card\u00a0declined']) {
    const where: Condition = { kind: 'text', text };
    assert.equal((await store.count({ where, range: {} })).value, BETWEEN.length, JSON.stringify(text));
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { packedText } from '../../../src/viewer/store/block/column.ts';
import { answerQuestion } from '../../../src/viewer/store/read/answer-question.ts';
import { ReadStore } from '../../../src/viewer/store/read/read-store.ts';
import { StoreWriter } from '../../../src/viewer/store/write/store-writer.ts';
import { tempDir } from '../../harness/temp-dir.ts';

/** Texts that JSON, as columns have them, writes in another way than they are. */
const TEXTS = [
  'plain words',
  'he said "no", and left',
  'C:\\logs\\app',
  'first\nsecond\tthird',
  'naïve 漢字 text',
  'a 😀 face',
  '\u0001 control',
];

const PARTS = [
  ...['plain', '"no"', '\\logs', '\n', 'second\tthird', '漢字', '😀', '\u0001', 'absent', '","', 'n'],
  // Half of the face.
  '\ud83d',
];

test('parts of texts are found in columns that are not in memory, and in those that are', (t) => {
  const directory = tempDir(t);
  fill(directory);
  for (const part of PARTS) {
    for (const field of [{ of: 'row', name: 'body' } as const, { of: 'attribute', path: 'said' } as const]) {
      const where = { kind: 'compare', field, is: 'like', value: `*${part}*` } as const;
      const store = new ReadStore({ directory, cacheBytes: 1e6 });
      const count = (): number =>
        answerQuestion(store, 'count', { query: { where, range: {} }, options: {} }).value;
      const wanted = 2 * TEXTS.filter((text) => text.includes(part)).length;
      assert.equal(count(), wanted, JSON.stringify(part));
      // What was found is in memory now.
      assert.equal(count(), wanted, JSON.stringify(part));
      store.close();
    }
  }
});

test('a column whose texts have no such part is not kept in memory', (t) => {
  const directory = tempDir(t);
  fill(directory);
  const store = new ReadStore({ directory, cacheBytes: 1e6 });
  t.after(() => store.close());
  const [block] = store.blocks;
  const values = (part: string): number | undefined =>
    block?.column('@body', 'text', packedText(part))?.values?.length;
  assert.equal(values('absent'), 0);
  assert.equal(values('plain'), TEXTS.length);
  assert.equal(values('absent'), TEXTS.length);
});

/** Each text as a body and as an attribute, twice, in one block that is ended. */
function fill(directory: string): void {
  const writer = new StoreWriter({
    directory,
    blockRows: 2 * TEXTS.length,
    fileRows: 100,
    synchronous: 'normal',
  });
  const logRecords = [...TEXTS, ...TEXTS].map((text, at) => ({
    timeUnixNano: `176428800000${at + 10}00000`,
    eventName: 'said',
    body: { stringValue: text },
    attributes: [{ key: 'said', value: { stringValue: text } }],
  }));
  const request = OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  writer.ingest([
    { signal: 'logs', encoding: 'protobuf', bytes: request.protobuf(), count: logRecords.length },
  ]);
  writer.close();
}

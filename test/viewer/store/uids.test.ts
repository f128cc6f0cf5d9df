import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { parseQuery } from '../../../src/viewer/query/parse-query.ts';
import { answerQuestion } from '../../../src/viewer/store/read/answer-question.ts';
import { indexedId, squashedId } from '../../../src/viewer/store/record/words.ts';
import { storeUnderTest, wired } from './store-under-test.ts';

const uid = (last: number) => `019ac000-0000-7000-8000-00000000000${last}`;
const text = (stringValue: string) => ({ stringValue });
const record = (value: OtlpObject, key = 'log.record.uid') => ({ attributes: [{ key, value }] });
const nested = (value: OtlpObject) =>
  record({ kvlistValue: { values: [{ key: 'uid', value }] } }, 'log.record');
const list = (...uids: string[]) => ({ arrayValue: { values: uids.map(text) } });

const LOGS = {
  resourceLogs: [
    {
      scopeLogs: [
        {
          logRecords: [
            record(text(uid(0))),
            nested(text(uid(1))),
            record(list(uid(2), uid(3), uid(4))),
            nested(list(uid(5))),
            record(text('order-17')),
          ],
        },
      ],
    },
  ],
};

/** The row of each text. */
const ROW_OF = [
  [uid(0), '0'],
  [uid(1), '1'],
  [uid(2), '2'],
  [uid(3), '2'],
  [uid(4), '2'],
  [uid(5), '3'],
  ['order-17', '4'],
] as const;

for (const blockRows of [5, 64]) {
  test(`a uid is found wherever it stands, by its field and by words (blocks of ${blockRows})`, (t) => {
    const { writer, reader } = storeUnderTest(t, { blockRows });
    writer.ingest([wired(OtlpRequest.from('logs', LOGS))]);
    reader.refreshFiles();
    for (const [wanted, row] of ROW_OF) {
      for (const q of [`uid:${wanted}`, `log.record.uid:${wanted}`, wanted, `"${wanted}"`]) {
        const { rows } = answerQuestion(reader, 'page', { query: parseQuery(q, 0), options: {} });
        assert.deepEqual(
          rows.map(({ id }) => id),
          [row],
          q,
        );
      }
    }
  });
}

test('the uid that a record is told by is in no index of words', (t) => {
  const { writer, reader } = storeUnderTest(t);
  writer.ingest([wired(OtlpRequest.from('logs', LOGS))]);
  reader.refreshFiles();
  const find = reader.files[0]?.prepare('select rowid from words where words match ?');
  const rowsOf = (one: string) => find?.all(`"${indexedId(squashedId(one))}"`).map(({ rowid }) => rowid);
  assert.deepEqual([uid(0), uid(1), uid(2), uid(4)].map(rowsOf), [[], [1], [2], []]);
});

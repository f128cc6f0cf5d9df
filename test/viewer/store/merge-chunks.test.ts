import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventFile } from '../../../src/viewer/store/file/event-file.ts';
import { storeFiles } from '../../../src/viewer/store/file/store-files.ts';
import { answerQuestion } from '../../../src/viewer/store/read/answer-question.ts';
import { Dice, makeRows, requestOf } from './made-rows.ts';
import { storeUnderTest, wired } from './store-under-test.ts';

test('rows that came one by one lie together when their block is full, and are the same', (t) => {
  const { directory, writer, reader } = storeUnderTest(t);
  const rows = makeRows(new Dice(21), 200);
  const page = (): string[] => {
    reader.refreshFiles();
    const options = { limit: 1000, order: 'oldest' } as const;
    const { rows: found } = answerQuestion(reader, 'page', {
      query: { where: undefined, range: {} },
      options,
    });
    return [...found]
      .sort((one, other) => Number(one.id) - Number(other.id))
      .map(({ timeUnixNano }) => timeUnixNano);
  };
  for (const [at, row] of rows.entries()) {
    writer.ingest([wired(requestOf([row]))]);
    // What a reader holds of small chunks must not stand in for the large ones.
    if (at === 60) page();
  }
  assert.deepEqual(
    page(),
    rows.map(({ nanos }) => String(nanos)),
  );
  const file = EventFile.open(storeFiles(directory)[0] as string, 'read');
  t.after(() => file.close());
  const sizes = file.prepare('select n from chunk order by seq').all();
  assert.deepEqual(
    sizes.map(({ n }) => n),
    [63, 1, 63, 1, 63, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  );
});

/**
 * Fills a store of the viewer until it is killed, or told on standard input to end: prints the number of each request that was
 * acknowledged. `node viewer-ingest.ts DIRECTORY FROM uids|timeless`
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { numberedRequest } from '../../viewer/store/numbered-request.ts';

const [directory = '', from = '0', kind = 'uids'] = process.argv.slice(2);
const store = await openStore({ directory, blockRows: 64, fileRows: 512 });
let isEnding = false;
process.stdin.once('data', () => {
  isEnding = true;
  process.stdin.unref();
});
let next = Number(from);
while (!isEnding) {
  const batch = Array.from({ length: 4 }, () => next++);
  await Promise.all(
    batch.map(async (number) => {
      await store.ingest(
        numberedRequest(number, kind === 'timeless' ? { isTimeless: true } : { hasUids: true }),
      );
      writeSync(1, `${number}\n`);
    }),
  );
}
await store.close();

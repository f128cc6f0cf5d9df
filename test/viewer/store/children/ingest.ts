/** Fills a store until it is killed: prints the number of each request that was acknowledged. `node ingest.ts DIRECTORY FROM` */
import { writeSync } from 'node:fs';
import { openStore } from '../../../../src/viewer/store/threads/open-store.ts';
import { numberedRequest } from '../numbered-request.ts';

const [directory = '', from = '0'] = process.argv.slice(2);
const store = await openStore({ directory, blockRows: 64, fileRows: 512 });
let next = Number(from);
for (;;) {
  const batch = Array.from({ length: 4 }, () => next++);
  await Promise.all(
    batch.map(async (number) => {
      await store.ingest(numberedRequest(number));
      writeSync(1, `${number}\n`);
    }),
  );
}

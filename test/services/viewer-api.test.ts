// The viewer's API, as Schemathesis makes requests of its description: hostile values of every parameter, and answers checked.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pythonOf } from '../../scripts/fixtures-originals/python-of.ts';
import { QuarantineDesk } from '../../src/quarantine/quarantine-desk.ts';
import { startViewer } from '../../src/viewer/api/start-viewer.ts';
import { DeclaredSchemas } from '../../src/viewer/schemas/declared-schemas.ts';
import { openStore } from '../../src/viewer/store/threads/open-store.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { events } from '../viewer/api/viewer-under-test.ts';

/** As with `test:fuzz`: a change is judged by the same requests, who tries it at home has new ones each time. */
const SEED = process.env.CI === 'true' ? ' --seed 1' : '';

/** That a query can be read is more than a schema can say. */
const NOT_CHECKED = 'positive_data_acceptance,negative_data_rejection';

test('no request that its description allows, or forbids, breaks the API or gets another answer', async (t) => {
  const python = pythonOf({ name: 'schemathesis', packages: ['schemathesis==4.32.5'] });
  const store = await openStore({ directory: tempDir(t), blockRows: 64, fileRows: 256 });
  await store.ingest(
    events(Array.from({ length: 300 }, (_, at) => ({ name: `n${at % 7}`, user: `u${at % 5}` }))),
  );
  const declared = tempDir(t);
  writeFileSync(path.join(declared, 'n1.json'), '{ "$id": "n1", "version": 1, "properties": { "a": {} } }');
  const schemas = new DeclaredSchemas(declared);
  const errors: unknown[] = [];
  const viewer = await startViewer({
    store,
    address: { host: 'localhost', port: 0 },
    about: { version: '1.2.3', endpoints: {}, links: {} },
    schemas,
    quarantine: new QuarantineDesk({
      directory: path.join(tempDir(t), 'quarantine'),
      checked: () => schemas.read().checked,
      send: async () => {},
    }),
    onError: (error) => errors.push(error),
  });
  t.after(async () => {
    await viewer.close(100);
    await store.close();
  });
  // Node ends the connection of an address that is too long while it still comes: no answer is read for certain.
  const described = await (await fetch(`${viewer.url}/api/openapi.json`)).text();
  const file = path.join(tempDir(t), 'openapi.json');
  writeFileSync(file, described.replace(/"maxLength":\d{4,}/g, '"maxLength":400'));
  const args = `run ${file} --url ${viewer.url} --exclude-path /api/live --exclude-checks ${NOT_CHECKED} --max-examples 30 --no-color${SEED}`;
  const child = spawn(path.join(path.dirname(python), 'schemathesis'), args.split(' '), { cwd: tempDir(t) });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => {
      said += part;
    });
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(status, 0, said);
  assert.match(said, /Tested: 2[0-4]/);
  assert.deepEqual(errors, []);
});

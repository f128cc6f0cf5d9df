import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EventLogger } from '../../src/index.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { until } from './sending.ts';

test('a file in place of the spool is named, and told as one; the option is not asked for', async (t) => {
  const spool = path.join(tempDir(t), 'file');
  writeFileSync(spool, '');
  const said: string[] = [];
  const onError = ({ code, message }: Error & { code?: string }): void =>
    void said.push(`${code} ${message}`);
  const events = new EventLogger({ spool, endpoint: 'http://127.0.0.1:9', logLevel: 'none', onError });
  events.log('a');
  // Else it could be given up before the answer that nobody listens there.
  await until(() => said.some((line) => line.startsWith('EXPORT_FAILED')));
  await events.close({ timeoutMs: 300 });
  const about = (code: string): string => said.find((line) => line.startsWith(code)) ?? '';
  assert.ok(about('SPOOL_UNWRITABLE').includes(`in ${spool}: `), said.join());
  assert.match(about('SPOOL_UNWRITABLE'), /it is a file, or lies in one/);
  assert.doesNotMatch(said.join(), /chown/);
  assert.match(said.at(-1) ?? '', /is lost: .*make .*file writable, the directory of the option spool/);
});

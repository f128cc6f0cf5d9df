import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { constants, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { readLines } from '../../../src/viewer/files/read-lines.ts';
import { tempDir } from '../../harness/temp-dir.ts';

test('of a packed file that is cut off all that can be unpacked is read, however slowly, half a line too', async (t) => {
  const file = path.join(tempDir(t), 'lines.gz');
  // Longer than what is read at once: the last piece waits when the end is met.
  const text = Array.from({ length: 20_000 }, () => `${randomBytes(20).toString('hex')}\n`).join('');
  const cut = gzipSync(text).subarray(0, -300);
  writeFileSync(file, cut);
  const whole = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  let read = '';
  let isBrokenOff = false;
  let lines = 0;
  for await (const line of readLines(file)) {
    read += `${line.bytes ?? ''}${line.isEnded ? '\n' : ''}`;
    isBrokenOff = line.isBrokenOff === true;
    if (++lines % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(read.length, whole.length);
  assert.deepEqual([read === whole, isBrokenOff], [true, true]);
});

test('of a packed file that is damaged all that stands before the damage is read', async (t) => {
  const file = path.join(tempDir(t), 'lines');
  for (const pack of [gzipSync, zstdCompressSync]) {
    const [whole, damaged] = [pack('one\ntwo\nhalf'), pack('three\n'.repeat(100))];
    damaged.fill(0xff, 5, 20);
    writeFileSync(file, Buffer.concat([whole, damaged, whole]));
    const read: string[] = [];
    for await (const { bytes, isBrokenOff = false } of readLines(file)) read.push(`${bytes} ${isBrokenOff}`);
    assert.deepEqual(read, ['one false', 'two false', 'half true']);
  }
});

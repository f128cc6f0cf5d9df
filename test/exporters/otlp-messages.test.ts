import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import type { BatchExporter } from '../../src/exporters/batch-exporter.ts';
import { type OtlpFileOptions, openOtlpFile } from '../../src/exporters/otlp-file.ts';
import { batchOf } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { messagesIn, namesWritten, type Written } from './messages-in.ts';

const FORMATS: readonly Written[] = [
  { format: 'proto' },
  { format: 'json', compression: 'zstd' },
  { format: 'proto', compression: 'zstd' },
];

const ROTATION = { maxBytes: 1024, maxDays: 0, maxBackups: 0, localTime: false };
const NAMES = Array.from({ length: 200 }, (_, index) => `n${index}`);

async function open(t: TestContext, options: OtlpFileOptions): Promise<BatchExporter> {
  const exporter = await openOtlpFile(options);
  t.after(() => exporter.close(0));
  return exporter;
}

for (const written of FORMATS) {
  const as = `${written.format}${written.compression === undefined ? '' : ' in zstd'}`;

  test(`${as}: a batch is one message behind its length, in the file when consume resolves`, async (t) => {
    const file = path.join(tempDir(t), 'events');
    const exporter = await open(t, { path: file, ...written });
    await exporter.consume(batchOf('a', 'b'));
    const [message, ...more] = messagesIn(file);
    assert.deepEqual(more, []);
    const bytes = written.compression === undefined ? message : zstdDecompressSync(message as Buffer);
    const { bytes: protobuf } = batchOf('a', 'b');
    if (written.format === 'proto') assert.deepEqual(bytes, Buffer.from(protobuf));
    else assert.match(`${bytes}`, /^\{"resourceLogs":.*\}$/);
    assert.deepEqual(namesWritten(file, written), ['a', 'b']);
  });

  test(`${as}: batches that come together are written in order, and before close resolves`, async (t) => {
    const file = path.join(tempDir(t), 'events');
    const exporter = await openOtlpFile({ path: file, ...written });
    const writes = NAMES.map((name) => exporter.consume(batchOf(name)));
    await exporter.close(1_000);
    assert.deepEqual(namesWritten(file, written), NAMES);
    await Promise.all(writes);
  });

  test(`${as}: what a crash has left of a message is cut off at the next start, wherever it ends`, async (t) => {
    const file = path.join(tempDir(t), 'events');
    const first = await openOtlpFile({ path: file, ...written });
    await first.consume(batchOf('whole'));
    const { size } = statSync(file);
    await first.consume(batchOf('torn'));
    await first.close(0);
    const both = readFileSync(file);
    for (let length = size; length < both.length; length++) {
      writeFileSync(file, both.subarray(0, length));
      const exporter = await openOtlpFile({ path: file, append: true, ...written });
      await exporter.consume(batchOf('next'));
      await exporter.close(0);
      assert.deepEqual(namesWritten(file, written), ['whole', 'next'], `${length}`);
    }
  });

  test(`${as}: a file of something else is refused and stays as it is`, async (t) => {
    const file = path.join(tempDir(t), 'events');
    for (const found of ['{"resourceLogs":[]}\n', '\0\0\0\x03abc', '\0\0\0\0\0\0\0\x09x']) {
      writeFileSync(file, found);
      await assert.rejects(openOtlpFile({ path: file, append: true, ...written }), {
        code: 'EXPORT_FAILED',
        message: /it holds something else than messages; rename it, or change the path$/,
      });
      assert.equal(readFileSync(file, 'latin1'), found);
    }
  });

  test(`${as}: a file that would grow too large is set aside first, none lost`, async (t) => {
    const dir = tempDir(t);
    const exporter = await open(t, { path: path.join(dir, 'events'), rotation: ROTATION, ...written });
    await Promise.all(NAMES.map((name) => exporter.consume(batchOf(name))));
    const files = [
      ...readdirSync(dir)
        .filter((name) => name !== 'events')
        .sort(),
      'events',
    ];
    assert.ok(files.length > 3, `${files}`);
    assert.deepEqual(
      files.flatMap((name) => namesWritten(path.join(dir, name), written)),
      NAMES,
    );
    assert.ok(files.every((name) => statSync(path.join(dir, name)).size <= ROTATION.maxBytes));
  });

  test(`${as}: a file that others cut short goes on at its new end`, async (t) => {
    const file = path.join(tempDir(t), 'events');
    const exporter = await open(t, { path: file, ...written });
    await exporter.consume(batchOf('before'));
    truncateSync(file);
    await exporter.consume(batchOf('after'));
    assert.deepEqual(namesWritten(file, written), ['after']);
  });
}

test('messages longer than what is read at once, and empty ones, are found again', async (t) => {
  const file = path.join(tempDir(t), 'events');
  const long = 'x'.repeat(100_000);
  const first = await openOtlpFile({ path: file, format: 'proto' });
  for (const name of ['a', long, 'b']) await first.consume(batchOf(name));
  await first.close(0);
  appendFileSync(file, Buffer.from([0, 0, 0, 0, 0, 0, 0, 9, 0x0a]));
  const exporter = await open(t, { path: file, append: true, format: 'proto' });
  await exporter.consume(batchOf('c'));
  assert.deepEqual(namesWritten(file, { format: 'proto' }), ['a', long, 'b', 'c']);
});

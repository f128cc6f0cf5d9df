// What is no regular file cannot keep lines: it is refused, before and after it is opened.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startCollector } from '../../src/collector/index.ts';
import { setAside } from '../../src/exporters/backups.ts';
import { fileExporter } from '../../src/exporters/file.ts';
import { openOtlpFile } from '../../src/exporters/otlp-file.ts';
import { batchOf, namesInFile } from '../collector/samples.ts';
import { runNode } from '../harness/run-node.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';

const KINDS: Readonly<Record<string, (t: TestContext, file: string) => Promise<string> | string>> = {
  'a FIFO': (_t, file) => {
    execFileSync('mkfifo', [file]);
    return file;
  },
  'a directory': (_t, file) => {
    mkdirSync(file);
    return file;
  },
  'a socket': async (t, file) => {
    const server = createServer().listen(file);
    await new Promise((resolve) => server.once('listening', resolve));
    t.after(() => server.close());
    return file;
  },
  'a device that takes all': () => '/dev/null',
  'a device that takes nothing': () => '/dev/full',
};

for (const [kind, make] of Object.entries(KINDS)) {
  test(`${kind} is refused: by fileExporter, by the collector at its start, and by a file that was opened before`, async (t) => {
    const dir = tempDir(t);
    const file = await make(t, path.join(dir, 'odd'));
    assert.throws(() => fileExporter({ path: file }), { code: 'OPTION_INVALID' });
    const config = {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      exporters: { file: { path: file } },
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['file'] } } },
    };
    await assert.rejects(startCollector({ config }), { code: 'COLLECTOR_START_FAILED' });
  });
}

for (const kind of ['a FIFO', 'a directory', 'a socket']) {
  test(`a file that is replaced by ${kind}: nothing is taken until it is a file again`, async (t) => {
    const file = path.join(tempDir(t), 'events.jsonl');
    const exporter = await openOtlpFile({ path: file });
    t.after(() => exporter.close(100));
    await exporter.consume(batchOf('a'));
    rmSync(file);
    await KINDS[kind]?.(t, file);
    for (let times = 0; times < 3; times++) {
      await assert.rejects(exporter.consume(batchOf('b')), { code: 'EXPORT_FAILED', retry: {} });
    }
    rmSync(file, { recursive: true, force: true });
    await exporter.consume(batchOf('b'));
    assert.deepEqual(namesInFile(file), ['b']);
  });
}

const src = pathToFileURL(path.join(import.meta.dirname, '../../src')).href;

test('a logger whose file has become a FIFO ends, and says what was lost', async (t) => {
  const file = path.join(tempDir(t), 'events.jsonl');
  const code = `
    import { execFileSync } from 'node:child_process';
    import { EventLogger } from '${src}/index.ts';
    import { setAside } from '../../src/exporters/backups.ts';
import { fileExporter } from '${src}/exporters/file.ts';
    const exporters = [fileExporter({ path: process.env.TEST_FILE })];
    execFileSync('mkfifo', [process.env.TEST_FILE]);
    const events = new EventLogger({ delivery: 'none', logLevel: 'none', exporters });
    for (let n = 0; n < 300; n++) events.log('x', { text: 'x'.repeat(1000) });
    console.log(JSON.stringify(await events.close({ timeoutMs: 500 })));
  `;
  const run = await runNode(code, { env: { TEST_FILE: file } });
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(JSON.parse(run.stdout), {
    acked: 0,
    pending: 0,
    rejected: 0,
    dropped: 300,
  });
});

test('/dev/stdout and /dev/stderr are files, whatever is behind them', async () => {
  const code = `
    import { openOtlpFile } from '${src}/exporters/otlp-file.ts';
    import { OtlpRequest } from '${src}/otlp/wire/otlp-request.ts';
    const exporter = await openOtlpFile({ path: process.env.TEST_FILE });
    await exporter.consume(OtlpRequest.read('logs', 'json', Buffer.from('{"resourceLogs":[]}')));
    await exporter.close(100);
  `;
  const program = `cat <<'END' | TEST_FILE=$1 "$2" --no-warnings --input-type=module-typescript - 2>&1 | cat\n${code}\nEND`;
  for (const file of ['/dev/stdout', '/dev/stderr']) {
    const out = execFileSync('sh', ['-c', program, 'sh', file, process.execPath], { encoding: 'utf8' });
    assert.equal(out, '{}\n');
  }
});

test('a file that is deleted to make room on a full disk gives the room back', async (t) => {
  const disk = smallDisk(t, '256k');
  if (disk === undefined) return;
  const file = path.join(disk, 'events.jsonl');
  const exporter = await openOtlpFile({ path: file });
  const long = 'x'.repeat(20_000);
  await assert.rejects(async () => {
    for (;;) await exporter.consume(batchOf(long));
  }, /ENOSPC/);
  rmSync(file);
  await exporter.consume(batchOf(long)).catch(() => exporter.consume(batchOf(long)));
  assert.deepEqual(namesInFile(file), [long]);
  await exporter.close(100);
});

test('one backup never replaces another one, whoever makes it', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'events.jsonl');
  writeFileSync(file, '0');
  await Promise.all([1, 2, 3].map(() => setAside(file, false, 0)));
  writeFileSync(file, '1');
  await setAside(file, false, 0);
  const names = readdirSync(dir);
  assert.deepEqual(names.map((name) => readFileSync(path.join(dir, name), 'utf8')).sort(), ['0', '1']);
});

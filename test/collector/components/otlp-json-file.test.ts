import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Collector, startCollector } from '../../../src/collector/index.ts';
import { OtelEventsError } from '../../../src/errors.ts';
import type { Batch } from '../../../src/otlp/wire/batch.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { eventually, logsOf, namesIn } from '../samples.ts';
import { startFor } from '../start-for.ts';
import { withoutTime } from '../without-time.ts';

interface Reading {
  readonly collector: Collector;
  /** Names of the records that were taken, in order. */
  readonly names: string[];
  readonly log: string[];
  /** Asked for each batch; what it throws refuses it. */
  judge: (batch: Batch) => void;
}

/** Starts a collector whose receiver reads files of a directory, quickly and from their beginning unless told otherwise. */
async function read(
  t: TestContext,
  dir: string,
  settings: object = {},
  extensions?: object,
): Promise<Reading> {
  const reading: { -readonly [K in keyof Reading]?: Reading[K] } & Pick<Reading, 'names' | 'log' | 'judge'> =
    {
      names: [],
      log: [],
      judge: () => {},
    };
  const file = { include: [path.join(dir, '*.jsonl*')], start_at: 'beginning', poll_interval: '10ms' };
  const pipeline = { receivers: ['otlp_json_file'], exporters: ['mine'] };
  reading.collector = await startCollector({
    config: {
      receivers: { otlp_json_file: { ...file, ...settings } },
      ...(extensions && { extensions }),
      service: {
        ...(extensions && { extensions: Object.keys(extensions) }),
        pipelines: { logs: pipeline },
      },
    },
    exporters: {
      mine: async (batch) => {
        reading.judge(batch);
        reading.names.push(...namesIn(Buffer.from(batch.bytes).toString()));
      },
    },
    write: (line) => void reading.log.push(withoutTime(line)),
  });
  t.after(() => reading.collector?.stop());
  return reading as Reading;
}

const lineOf = (...names: readonly string[]): string => `${JSON.stringify(logsOf(...names))}\n`;

/** Longer than what a file is told from others by. */
const LONG = 'x'.repeat(1_500);

test('lines are read as they come, and half of one waits for its other half', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  writeFileSync(file, lineOf('a', 'b') + lineOf('c').slice(0, 30));
  const { names, collector } = await read(t, dir);
  await eventually(() => names.length === 2);
  appendFileSync(file, lineOf('c').slice(30) + lineOf('d'));
  await eventually(() => names.length === 4);
  writeFileSync(path.join(dir, 'b.jsonl'), lineOf('e'));
  await eventually(() => names.length === 5);
  assert.deepEqual(names, ['a', 'b', 'c', 'd', 'e']);
  assert.deepEqual(collector.stats().receivers.otlp_json_file, {
    accepted: { logs: 5, traces: 0, metrics: 0 },
    refused: { logs: 0, traces: 0, metrics: 0 },
    invalidRequests: 0,
  });
  assert.equal(collector.endpoint, '');
});

test('by default only what comes after the start is read', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  writeFileSync(file, lineOf('old') + lineOf('half').slice(0, 30));
  const { names } = await read(t, dir, { start_at: 'end' });
  appendFileSync(file, lineOf('half').slice(30) + lineOf('new'));
  writeFileSync(path.join(dir, 'b.jsonl'), lineOf('other'));
  await eventually(() => names.length === 3);
  assert.deepEqual(names.sort(), ['half', 'new', 'other']);
});

test('a line that is refused for now is tried again, and nothing behind it comes first', async (t) => {
  const dir = tempDir(t);
  writeFileSync(path.join(dir, 'a.jsonl'), lineOf('a') + lineOf('b'));
  const reading = await read(t, dir, { poll_interval: '5s' });
  let refusals = 0;
  reading.judge = () => {
    if (refusals++ < 3) throw new OtelEventsError('EXPORT_FAILED', 'not now', { retry: { afterMs: 5 } });
  };
  await eventually(() => reading.names.length === 2);
  assert.deepEqual(reading.names, ['a', 'b']);
});

test('with storage, reloads that change the receiver, or fail, take each line once', async (t) => {
  const [dir, directory] = [tempDir(t), tempDir(t)];
  const all = Array.from({ length: 4 }, (_, file) => Array.from({ length: 300 }, (_, at) => `${file} ${at}`));
  for (const [file, names] of all.entries())
    writeFileSync(path.join(dir, `${file}.jsonl`), names.map((name) => lineOf(name)).join(''));
  const file = { include: [path.join(dir, '*.jsonl')], start_at: 'beginning', storage: 'file_storage' };
  const taken = { protocols: { http: { endpoint: '127.0.0.1:0' } } };
  const config = (interval: number, more: object = {}) => ({
    receivers: { otlp: taken, otlp_json_file: { ...file, poll_interval: `${interval}ms` }, ...more },
    extensions: { file_storage: { directory } },
    service: {
      extensions: ['file_storage'],
      pipelines: {
        logs: { receivers: ['otlp', 'otlp_json_file', ...Object.keys(more)], exporters: ['mine'] },
      },
    },
  });
  const names: string[] = [];
  const { collector } = await startFor(t, config(10), {
    exporters: {
      mine: async ({ bytes }) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        names.push(...namesIn(Buffer.from(bytes).toString()));
      },
    },
  });
  const endpoint = new URL(collector.endpoint).host;
  for (let interval = 11; names.length < 1_000; interval++) {
    await collector.reload(config(interval));
    const inTheWay = { 'otlp/other': { protocols: { http: { endpoint } } } };
    await assert.rejects(collector.reload(config(interval + 100, inTheWay)), {
      code: 'COLLECTOR_START_FAILED',
    });
    const before = names.length;
    await eventually(() => names.length > before + 50);
  }
  await eventually(() => new Set(names).size === 1_200);
  assert.equal(names.length, 1_200);
});

test('a line that waits for a pipeline that a reload takes away lets those behind it go on', async (t) => {
  const dir = tempDir(t);
  const span = { traceId: '1'.repeat(32), spanId: '1'.repeat(16), name: 'waits' };
  const traces = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  writeFileSync(path.join(dir, 'a.jsonl'), `${traces}\n${lineOf('behind it')}`);
  const names: string[] = [];
  const attempted = Promise.withResolvers<void>();
  const file = { include: [path.join(dir, '*.jsonl')], start_at: 'beginning', poll_interval: '10ms' };
  const logs = { receivers: ['otlp_json_file'], exporters: ['mine'] };
  const config = (pipelines: object) => ({ receivers: { otlp_json_file: file }, service: { pipelines } });
  const { collector, lines } = await startFor(t, config({ logs, traces: { ...logs, exporters: ['away'] } }), {
    exporters: {
      mine: async ({ bytes }) => void names.push(...namesIn(Buffer.from(bytes).toString())),
      away: async () => {
        attempted.resolve();
        throw new OtelEventsError('EXPORT_FAILED', 'away', { retry: { afterMs: 5 } });
      },
    },
  });
  await attempted.promise;
  await collector.reload(config({ logs }));
  await eventually(() => names.length === 1);
  assert.deepEqual(names, ['behind it']);
  assert.ok(lines.some((line) => line.includes('lines of a signal that no pipeline takes')));
});

test('a line that is refused for good is counted and said, and costs no other', async (t) => {
  const dir = tempDir(t);
  writeFileSync(path.join(dir, 'a.jsonl'), lineOf('a') + lineOf('b') + lineOf('c'));
  const reading = await read(t, dir);
  reading.judge = ({ bytes }) => {
    if (Buffer.from(bytes).includes('"b"')) throw new OtelEventsError('EXPORT_FAILED', 'never');
  };
  await eventually(() => reading.names.length === 2);
  assert.deepEqual(reading.names, ['a', 'c']);
  assert.equal(reading.collector.stats().receivers.otlp_json_file?.refused.logs, 1);
  assert.equal(
    reading.log.filter((line) => /ERROR a line is refused for good .*byte=\d+/.test(line)).length,
    1,
  );
});

test('broken lines are counted and said, blanks are nothing, and a request behind half a line is found', async (t) => {
  const dir = tempDir(t);
  const lines = [
    '',
    '   ',
    'not json',
    '{"resourceLogs":[{"resource":',
    '{"resourceSpans":[]}',
    '[]',
    `{"resourceLogs":[{"resource":{},"scopeL${lineOf('a')}`,
    `  ${lineOf('b').trim()}   \r`,
    'x'.repeat(3_000),
  ];
  writeFileSync(path.join(dir, 'a.jsonl'), `${lines.join('\n')}\n${lineOf('c')}`);
  const { names, collector, log } = await read(t, dir, { max_log_size: '2KiB' });
  await eventually(() => names.length === 3);
  assert.deepEqual(names, ['a', 'b', 'c']);
  assert.equal(collector.stats().receivers.otlp_json_file?.invalidRequests, 5);
  await collector.stop();
  assert.deepEqual(
    log.map((line) => line.replace(/ file=\S+/, '').replace(/ error=.*/, '')),
    [
      'WARN a broken line; others of this file are only counted receiver=otlp_json_file byte=5',
      'WARN lines of a signal that no pipeline takes receiver=otlp_json_file signal=traces',
      'ERROR lines not taken since the start receiver=otlp_json_file broken=5 refused=0',
    ],
  );
});

test('a file that is renamed is read to its end, and the new one from its beginning', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  const include = [file];
  writeFileSync(file, lineOf('a'));
  const reading = await read(t, dir, { include });
  await eventually(() => reading.names.length === 1);
  let isAway = true;
  reading.judge = () => {
    if (isAway) throw new OtelEventsError('EXPORT_FAILED', 'not now', { retry: { afterMs: 5 } });
  };
  appendFileSync(file, lineOf('b'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  // While the line is refused: what is written behind it is in a file of another name then.
  appendFileSync(file, lineOf('c'));
  renameSync(file, path.join(dir, 'rotated'));
  writeFileSync(file, lineOf('d'));
  isAway = false;
  await eventually(() => reading.names.length === 4);
  assert.deepEqual(reading.names, ['a', 'b', 'c', 'd']);
});

test('a file that is moved away between two looks is read to its end, and let go of', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  writeFileSync(file, lineOf('a'));
  const { names } = await read(t, dir, { include: [file], poll_interval: '300ms' });
  await eventually(() => names.length === 1);
  appendFileSync(file, lineOf('b'));
  const moved = path.join(dir, 'moved');
  renameSync(file, moved);
  await eventually(() => names.length === 2);
  await eventually(() => !openFiles().includes(moved));
  assert.deepEqual(names, ['a', 'b']);
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

test('a renamed file that is still included is not read again', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  writeFileSync(file, lineOf('a'));
  const { names } = await read(t, dir);
  await eventually(() => names.length === 1);
  renameSync(file, path.join(dir, 'a.jsonl.1'));
  writeFileSync(file, lineOf('b'));
  await eventually(() => names.length === 2);
  appendFileSync(file, lineOf('c'));
  await eventually(() => names.length === 3);
  assert.deepEqual(names, ['a', 'b', 'c']);
});

test('a file that is cut short, or written anew, is read from its beginning', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  writeFileSync(file, lineOf('a') + lineOf('b'));
  const { names } = await read(t, dir);
  await eventually(() => names.length === 2);
  truncateSync(file);
  appendFileSync(file, lineOf('c'));
  await eventually(() => names.length === 3);
  writeFileSync(file, lineOf(`d${LONG}`) + lineOf('e') + lineOf('f'));
  // What is written anew while it is read may be read twice; nothing is passed over.
  const seen = (): string => [...new Set(names.map((name) => name.slice(0, 1)))].sort().join('');
  await eventually(() => seen() === 'abcdef');
});

test('a file that is copied and then cut short is read once', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  writeFileSync(file, lineOf(LONG) + lineOf('a'));
  const { names } = await read(t, dir, { poll_interval: '200ms' });
  await eventually(() => names.length === 2);
  appendFileSync(file, lineOf('b'));
  copyFileSync(file, path.join(dir, 'a.jsonl.1'));
  truncateSync(file);
  appendFileSync(file, lineOf('c'));
  await eventually(() => names.length === 4);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(names.slice(1).sort(), ['a', 'b', 'c']);
});

test('excluded files are left alone, and directories are no files', async (t) => {
  const dir = tempDir(t);
  mkdirSync(path.join(dir, 'x', 'y'), { recursive: true });
  mkdirSync(path.join(dir, 'dir.jsonl'));
  for (const name of ['a.jsonl', 'x/b.jsonl', 'x/y/c.jsonl', 'x/y/no.jsonl']) {
    writeFileSync(path.join(dir, name), lineOf(name));
  }
  const { names } = await read(t, dir, {
    include: [path.join(dir, '**', '*.jsonl')],
    exclude: [path.join(dir, '**', 'no.*')],
  });
  await eventually(() => names.length === 3);
  writeFileSync(path.join(dir, 'x', 'z.jsonl'), lineOf('z'));
  await eventually(() => names.length === 4);
  assert.deepEqual(names.sort(), ['a.jsonl', 'x/b.jsonl', 'x/y/c.jsonl', 'z']);
});

for (const compression of ['gzip', 'auto']) {
  test(`gzip is unpacked, also when it grows: ${compression}`, async (t) => {
    const dir = tempDir(t);
    const file = path.join(dir, 'a.jsonl');
    const first = gzipSync(lineOf('a') + lineOf('b'));
    const second = gzipSync(lineOf('c'));
    writeFileSync(file, Buffer.concat([first, second.subarray(0, 15)]));
    const { names } = await read(t, dir, { compression });
    await eventually(() => names.length === 2);
    appendFileSync(file, second.subarray(15));
    await eventually(() => names.length === 3);
    assert.deepEqual(names, ['a', 'b', 'c']);
  });
}

test('a file that is packed when it was read is not read again', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  const lines = lineOf(LONG) + lineOf('a');
  writeFileSync(file, lines);
  const { names } = await read(t, dir, { compression: 'auto' });
  await eventually(() => names.length === 2);
  writeFileSync(path.join(dir, 'packing'), gzipSync(lines + lineOf('b')));
  rmSync(file);
  renameSync(path.join(dir, 'packing'), `${file}.gz`);
  await eventually(() => names.length === 3);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(names.slice(1), ['a', 'b']);
});

test('files are deleted when they are read, and not before', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  writeFileSync(file, lineOf('a') + lineOf('b').slice(0, 20));
  const { names } = await read(t, dir, { delete_after_read: true });
  await eventually(() => names.length === 1);
  assert.ok(existsSync(file));
  appendFileSync(file, lineOf('b').slice(20));
  await eventually(() => !existsSync(file));
  assert.deepEqual(names, ['a', 'b']);
});

test('with replay_file all is read again and again', async (t) => {
  const dir = tempDir(t);
  writeFileSync(path.join(dir, 'a.jsonl'), lineOf('a') + lineOf('b'));
  const { names } = await read(t, dir, { replay_file: true });
  await eventually(() => names.length >= 6);
  assert.deepEqual(names.slice(0, 6), ['a', 'b', 'a', 'b', 'a', 'b']);
});

test('more files than may be open are read, and go on', async (t) => {
  const dir = tempDir(t);
  const files = Array.from({ length: 30 }, (_, index) => path.join(dir, `${index}.jsonl`));
  for (const file of files) writeFileSync(file, lineOf(path.basename(file)));
  const { names } = await read(t, dir, { max_concurrent_files: 2 });
  await eventually(() => names.length === 30);
  for (const file of files) appendFileSync(file, lineOf(`more ${path.basename(file)}`));
  await eventually(() => names.length === 60);
  assert.equal(new Set(names).size, 60);
});

test('with storage the next one goes on where the last one stopped, whatever the files are called then', async (t) => {
  const dir = tempDir(t);
  const storage = { storage: 'file_storage' };
  const extensions = { file_storage: { directory: path.join(dir, 'storage') } };
  const file = path.join(dir, 'a.jsonl');
  writeFileSync(file, lineOf(LONG) + lineOf('a'));
  const first = await read(t, dir, { ...storage, start_at: 'beginning' }, extensions);
  await eventually(() => first.names.length === 2);
  await first.collector.stop();
  appendFileSync(file, lineOf('b'));
  renameSync(file, path.join(dir, 'a.jsonl.1'));
  writeFileSync(file, lineOf('c'));
  // Who has read here before reads what is new from its beginning.
  const second = await read(t, dir, { ...storage, start_at: 'end' }, extensions);
  await eventually(() => second.names.length === 2);
  assert.deepEqual(second.names.sort(), ['b', 'c']);
});

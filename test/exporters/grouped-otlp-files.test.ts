import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { BatchExporter } from '../../src/exporters/batch-exporter.ts';
import {
  type GroupedOtlpFilesOptions,
  openGroupedOtlpFiles,
} from '../../src/exporters/grouped-otlp-files.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { logsOf } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { namesWritten } from './messages-in.ts';

type Options = Partial<GroupedOtlpFilesOptions>;

function open(t: TestContext, dir: string, options: Options = {}): BatchExporter {
  const exporter = openGroupedOtlpFiles({
    path: path.join(dir, '*.out'),
    resourceAttribute: 'group',
    maxOpenFiles: 100,
    onDropped: (count, reason) => assert.fail(`${count} dropped: ${reason}`),
    ...options,
  });
  t.after(() => exporter.close(0));
  return exporter;
}

/** One record in each resource: `group:name`; no group without a colon. */
function batchOf(...pairs: readonly string[]): OtlpRequest {
  const resourceLogs = pairs.map((pair) => {
    const [group = '', name = group] = pair.split(':');
    const [resource] = logsOf(name).resourceLogs as OtlpObject[];
    const value: OtlpObject = group === '7' ? { intValue: '7' } : { stringValue: group };
    const attributes = pair.includes(':') ? [{ key: 'group', value }] : [];
    return { ...resource, resource: { attributes } };
  });
  return OtlpRequest.from('logs', { resourceLogs });
}

/** Names by file. */
function writtenIn(dir: string, format: 'json' | 'proto' = 'json'): Record<string, string[]> {
  const files = (readdirSync(dir, { recursive: true }) as string[]).filter((name) => name.endsWith('.out'));
  return Object.fromEntries(
    files.sort().map((name) => [name, namesWritten(path.join(dir, name), { format })]),
  );
}

for (const format of ['json', 'proto'] as const) {
  test(`resources go to files by their attribute: ${format}`, async (t) => {
    const dir = tempDir(t);
    const exporter = open(t, dir, { format });
    await exporter.consume(batchOf('a:1', 'b:2', 'a:3', 'c/d:4', './a:5'));
    await exporter.consume(batchOf('b:6'));
    assert.deepEqual(writtenIn(dir, format), {
      'a.out': ['1', '3', '5'],
      'b.out': ['2', '6'],
      'c/d.out': ['4'],
    });
  });
}

test('what has no such attribute, or none that can be a name, is counted and costs no other', async (t) => {
  const dir = tempDir(t);
  const lost: [number, string][] = [];
  const exporter = open(t, dir, { onDropped: (...one) => lost.push(one) });
  await exporter.consume(batchOf('none', 'a:1', '7:2', `${'x'.repeat(300)}:3`, '\0:4'));
  assert.deepEqual(writtenIn(dir), { 'a.out': ['1'] });
  assert.deepEqual(lost, [[4, 'no group that a file can be named by']]);
  assert.deepEqual(exporter.taken?.(), { sent: 1, queued: 0, dropped: 4 });
});

test('only so many files are open, and those that were closed go on', async (t) => {
  const dir = tempDir(t);
  const groups = Array.from({ length: 40 }, (_, index) => `g${index}`);
  const exporter = open(t, dir, { maxOpenFiles: 3 });
  const rounds = ['x', 'y', 'z'].map((name) =>
    exporter.consume(batchOf(...groups.map((one) => `${one}:${name}`))),
  );
  await Promise.all(rounds);
  assert.deepEqual(
    writtenIn(dir),
    Object.fromEntries(groups.map((one) => [`${one}.out`, ['x', 'y', 'z']]).sort()),
  );
  // Each has two descriptors.
  const open3 = readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith(dir));
  assert.equal(open3.length, 6);
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

test('files are emptied at their first write, and kept with append or rotation', async (t) => {
  const rotation = { maxBytes: 10_000, maxDays: 0, maxBackups: 0, localTime: false };
  for (const [options, wanted] of [
    [{}, ['new', 'more']],
    [{ append: true }, ['old', 'new', 'more']],
    [{ rotation }, ['old', 'new', 'more']],
  ] as const) {
    const dir = tempDir(t);
    writeFileSync(path.join(dir, 'a.out'), batchOf('a:old').jsonLine().bytes);
    const exporter = open(t, dir, { maxOpenFiles: 1, ...options });
    for (const pair of ['a:new', 'b:x', 'a:more']) await exporter.consume(batchOf(pair));
    assert.deepEqual(writtenIn(dir)['a.out'], wanted);
  }
});

test('what is in the way of a file is refused for good; what follows is written', async (t) => {
  const dir = tempDir(t);
  mkdirSync(path.join(dir, 'a.out'));
  writeFileSync(path.join(dir, 'file'), '');
  const exporter = open(t, dir);
  for (const pair of ['a:1', 'file/x:1']) {
    await assert.rejects(exporter.consume(batchOf(pair)), (error: { code?: string; retry?: unknown }) => {
      assert.deepEqual([error.code, error.retry], ['EXPORT_FAILED', undefined]);
      return true;
    });
  }
  await exporter.consume(batchOf('b:2'));
  assert.match(readFileSync(path.join(dir, 'b.out'), 'utf8'), /"eventName":"2"/);
  assert.deepEqual(exporter.taken?.(), { sent: 1, queued: 0, dropped: 0 });
});

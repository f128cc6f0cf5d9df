import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Collector, startCollector } from '../../../src/collector/index.ts';
import { namesWritten } from '../../exporters/messages-in.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { logsOf } from '../samples.ts';
import { withoutTime } from '../without-time.ts';

async function start(t: TestContext, file: object, lines: string[] = []): Promise<Collector> {
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      exporters: { file },
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['file'] } } },
    },
    write: (line) => void lines.push(withoutTime(line)),
  });
  t.after(() => collector.stop());
  return collector;
}

async function send({ endpoint }: Collector, request: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(request);
  return (await fetch(`${endpoint}/v1/logs`, { method: 'POST', headers, body })).status;
}

test('directories are made with the permissions that are given, and the file in its format', async (t) => {
  const dir = path.join(tempDir(t), 'a', 'b');
  const file = { path: path.join(dir, 'out'), create_directory: true, directory_permissions: '0710' };
  const collector = await start(t, { ...file, format: 'proto', compression: 'zstd' });
  assert.equal(await send(collector, logsOf('x')), 200);
  for (const made of [dir, path.dirname(dir)]) {
    assert.equal(statSync(made).mode & 0o777, 0o710 & ~process.umask());
  }
  assert.deepEqual(namesWritten(file.path, { format: 'proto', compression: 'zstd' }), ['x']);
});

test('with group_by resources go to their files, and what has no file is counted and said', async (t) => {
  const dir = tempDir(t);
  const lines: string[] = [];
  const collector = await start(
    t,
    { path: path.join(dir, '*.jsonl'), group_by: { enabled: true, resource_attribute: 'service.name' } },
    lines,
  );
  const [resource] = logsOf('x').resourceLogs as object[];
  const attributes = [{ key: 'service.name', value: { stringValue: '../shop' } }];
  const resourceLogs = [{ ...resource, resource: { attributes } }, resource];
  assert.equal(await send(collector, { resourceLogs }), 200);
  assert.deepEqual(namesWritten(path.join(dir, 'shop.jsonl'), {}), ['x']);
  const { sent, dropped, dropReasons } = collector.stats().exporters.file ?? {};
  const reason = 'no service.name that a file can be named by';
  assert.deepEqual([sent, dropped, dropReasons], [1, 1, { [reason]: 1 }]);
  assert.deepEqual(
    lines.filter((line) => line.includes('dropped')),
    [`ERROR dropped exporter=file count=1 reason="${reason}"`],
  );
});

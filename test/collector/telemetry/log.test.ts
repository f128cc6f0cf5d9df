import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { COMPONENTS } from '../../../src/collector/components.ts';
import { startCollector } from '../../../src/collector/index.ts';
import { runCollector } from '../../../src/collector/run-collector.ts';
import { VERSION } from '../../../src/version.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { logsOf, protobufOf } from '../samples.ts';
import { post } from './own-metrics.ts';

const configOf = (logs: object, resource: object = {}) => ({
  receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
  exporters: { debug: { verbosity: 'basic' } },
  service: {
    telemetry: { logs, resource },
    pipelines: { logs: { receivers: ['otlp'], exporters: ['debug'] } },
  },
});

async function linesOf(t: TestContext, logs: object, resource?: object) {
  const lines: string[] = [];
  const config = configOf(logs, resource);
  const collector = await runCollector(COMPONENTS, { config, write: (line) => lines.push(line) });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  return { collector, lines };
}

test('a line has a time, and what is in every line', async (t) => {
  const { collector, lines } = await linesOf(t, { initial_fields: { team: 'a b', deep: { list: [1] } } });
  const before = Date.now();
  collector.log('info', 'hello', { count: 2 });
  const [, time = '', rest] = /^(\S+) (.*)$/.exec(lines.at(-1) ?? '') ?? [];
  assert.equal(rest, 'INFO hello team="a b" deep={"list":[1]} count=2');
  assert.equal(time, new Date(time).toISOString());
  assert.ok(Math.abs(new Date(time).getTime() - before) < 5_000);
});

test('a log of JSON has the keys of zap, in their order, and says who writes it', async (t) => {
  const logs = { encoding: 'json', initial_fields: { team: 'a', level: 'mine' } };
  const { collector, lines } = await linesOf(t, logs, {
    'service.name': 'edge',
    'service.instance.id': null,
  });
  collector.log('warn', 'a "line"\n', { exporter: 'x' });
  const line = JSON.parse(lines.at(-1) ?? '');
  assert.deepEqual(Object.keys(line), ['level', 'ts', 'msg', 'team', 'resource', 'exporter']);
  const { ts, ...rest } = line;
  assert.equal(ts, new Date(ts).toISOString());
  assert.deepEqual(rest, {
    level: 'warn',
    msg: 'a "line"\n',
    team: 'a',
    resource: { 'service.name': 'edge', 'service.version': VERSION },
    exporter: 'x',
  });
});

test('lines of JSON need not say who writes them', async (t) => {
  const { collector, lines } = await linesOf(t, { encoding: 'json', disable_zap_resource: true });
  collector.log('info', 'hello');
  assert.deepEqual(Object.keys(JSON.parse(lines.at(-1) ?? '')), ['level', 'ts', 'msg']);
});

test('in a log of JSON what debug shows is JSON too', async (t) => {
  const { collector, lines } = await linesOf(t, { encoding: 'json' });
  assert.equal(await post(`${collector.endpoint}/v1/logs`, protobufOf(logsOf('a'))), 200);
  assert.equal(JSON.parse(lines.at(-1) ?? '').msg, 'debug: logs items=1 resources=1');
});

test('lines go to the files that the configuration names, behind what is there', async (t) => {
  const dir = tempDir(t);
  const [one, two] = [path.join(dir, 'one.log'), path.join(dir, 'two.log')];
  const config = configOf({ output_paths: [one, pathToFileURL(two).href, one] });
  for (let at = 0; at < 2; at++) {
    const collector = await startCollector({ config });
    await collector.stop({ timeoutMs: 0 });
  }
  const lines = readFileSync(one, 'utf8').split('\n');
  assert.equal(lines.filter((line) => line.includes('WARN nothing is kept')).length, 2);
  assert.equal(readFileSync(two, 'utf8'), readFileSync(one, 'utf8'));
});

test('who gives a function gets the lines, and no file is made', async (t) => {
  const file = path.join(tempDir(t), 'a.log');
  const { lines } = await linesOf(t, { output_paths: [file] });
  assert.equal(lines.length, 1);
  assert.equal(existsSync(file), false);
});

test('a log that cannot be opened ends the start', async (t) => {
  const file = path.join(tempDir(t), 'missing', 'a.log');
  await assert.rejects(startCollector({ config: configOf({ output_paths: [file] }) }), {
    code: 'COLLECTOR_START_FAILED',
    message: `service.telemetry.logs: cannot write to ${file}: ENOENT`,
  });
});

test('a log that cannot be written stops nothing', { skip: !existsSync('/dev/full') }, async (t) => {
  const collector = await startCollector({ config: configOf({ output_paths: ['/dev/full'] }) });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  assert.equal(await post(`${collector.endpoint}/v1/logs`, protobufOf(logsOf('a'))), 200);
});

import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ExporterComponent, type ExporterHost, known } from '../../src/collector/component.ts';
import { COMPONENTS } from '../../src/collector/components.ts';
import { mapping, type Read } from '../../src/collector/config/shape.ts';
import { runCollector } from '../../src/collector/run-collector.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { logsOf, namesInFile } from './samples.ts';

const http = { protocols: { http: { endpoint: 'localhost:0' } } };
const shape = mapping({});

/** A collector with an exporter `again` that sends what the test gives it. */
async function start(t: TestContext, config: object) {
  let host: ExporterHost | undefined;
  const taken: number[] = [];
  const again: ExporterComponent<Read<typeof shape>> = {
    type: 'again',
    shape,
    create: (_, given) => {
      host = given;
      return { consume: async ({ count }) => void taken.push(count), close: async () => {} };
    },
  };
  const components = {
    ...COMPONENTS,
    exporters: [...COMPONENTS.exporters, known(['again'], async () => again)],
  };
  const collector = await runCollector(components, { config, write: () => {} });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  const replay = (...names: string[]) => host?.replay(OtlpRequest.from('logs', logsOf(...names)));
  return { collector, replay, taken };
}

test('an exporter can send something to wherever the receivers before it lead, once each', async (t) => {
  const dir = tempDir(t);
  const file = (name: string): string => path.join(dir, name);
  const { replay, taken } = await start(t, {
    receivers: { otlp: http, 'otlp/other': http },
    processors: { 'filter/a': { logs: { log_record: ['log.event_name == "a"'] } } },
    exporters: {
      again: null,
      'file/same': { path: file('same') },
      'file/beside': { path: file('beside') },
      'file/behind': { path: file('behind') },
      'file/other': { path: file('other') },
    },
    connectors: { forward: null },
    service: {
      pipelines: {
        'logs/same': { receivers: ['otlp'], processors: ['filter/a'], exporters: ['again', 'file/same'] },
        'logs/beside': { receivers: ['otlp'], exporters: ['file/beside', 'forward'] },
        'logs/behind': { receivers: ['forward'], exporters: ['file/behind'] },
        'logs/other': { receivers: ['otlp/other'], exporters: ['file/other'] },
      },
    },
  });
  await replay('a', 'b');
  assert.deepEqual(taken, [1]);
  assert.deepEqual(namesInFile(file('same')), ['b']);
  assert.deepEqual(namesInFile(file('beside')), ['a', 'b']);
  assert.deepEqual(namesInFile(file('behind')), ['a', 'b']);
  assert.deepEqual(namesInFile(file('other')), []);
});

test('behind a connector alone it goes in behind the connector, and after a reload where that leads then', async (t) => {
  const dir = tempDir(t);
  const file = (name: string): string => path.join(dir, name);
  const config = (behind: object) => ({
    receivers: { otlp: http },
    exporters: { again: null, 'file/1': { path: file('1') }, 'file/2': { path: file('2') } },
    connectors: { forward: null },
    service: {
      pipelines: {
        'logs/before': { receivers: ['otlp'], exporters: ['file/1', 'forward'] },
        'logs/behind': behind,
      },
    },
  });
  const { replay, collector, taken } = await start(
    t,
    config({ receivers: ['forward'], exporters: ['again'] }),
  );
  await replay('a');
  assert.deepEqual([taken, namesInFile(file('1'))], [[1], []]);
  await collector.reload(config({ receivers: ['forward', 'otlp'], exporters: ['again', 'file/2'] }));
  await replay('b');
  assert.deepEqual([namesInFile(file('1')), namesInFile(file('2'))], [['b'], ['b', 'b']]);
});

test('what a pipeline refuses, or no pipeline takes, rejects for who sends it', async (t) => {
  const { replay } = await start(t, {
    receivers: { otlp: http },
    exporters: {
      again: null,
      otlp_http: { endpoint: 'http://localhost:9', sending_queue: { queue_size: 1 } },
    },
    service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['again', 'otlp_http'] } } },
  });
  await replay('a');
  await assert.rejects(async () => replay('b'), {
    code: 'EXPORT_FAILED',
    message: /not every exporter took/,
  });
  const traces = await start(t, {
    receivers: { otlp: http },
    exporters: { again: null },
    service: { pipelines: { traces: { receivers: ['otlp'], exporters: ['again'] } } },
  });
  await assert.rejects(async () => traces.replay('a'), { code: 'EXPORT_FAILED' });
});

import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type KnownComponents, known, type ProcessorComponent } from '../../src/collector/component.ts';
import { COMPONENTS } from '../../src/collector/components.ts';
import { mapping, type Read, required, text } from '../../src/collector/config/shape.ts';
import { runCollector } from '../../src/collector/run-collector.ts';
import { OtelEventsError } from '../../src/errors.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { logsOf, namesIn, namesInFile, protobufOf } from './samples.ts';

// A component is one file like this, and one line in components.ts.
const shape = mapping({ suffix: required(text()) });
const toy: ProcessorComponent<Read<typeof shape>> = {
  type: 'toy',
  shape,
  check: ({ suffix }, { add }) => {
    if (suffix === '') add('suffix', 'says nothing');
  },
  create: ({ suffix }) => ({
    process: (request) => {
      if (suffix === 'drop') return undefined;
      if (suffix === 'refuse') throw new OtelEventsError('EXPORT_FAILED', 'too much', { retry: {} });
      const names = namesIn(Buffer.from(request.json()).toString());
      return OtlpRequest.from('logs', logsOf(...names.map((name) => `${name}${suffix}`)));
    },
  }),
};
const WITH_TOY: KnownComponents = { ...COMPONENTS, processors: [known(['toy'], async () => toy)] };

const http = { protocols: { http: { endpoint: 'localhost:0' } } };

async function start(t: TestContext, config: object) {
  const lines: string[] = [];
  const collector = await runCollector(WITH_TOY, { config, write: (line) => lines.push(line) });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  const send = async (...names: readonly string[]): Promise<number> => {
    const response = await fetch(`${collector.endpoint}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.from(protobufOf(logsOf(...names))),
    });
    await response.arrayBuffer();
    return response.status;
  };
  return { collector, lines, send };
}

test('a request passes the processors of each pipeline in their order, and other pipelines have it as it came', async (t) => {
  const dir = tempDir(t);
  const file = (name: string): string => path.join(dir, name);
  const { collector, send } = await start(t, {
    receivers: { otlp: http },
    processors: { 'toy/a': { suffix: '-a' }, 'toy/b': { suffix: '-b' }, 'toy/drop': { suffix: 'drop' } },
    exporters: {
      'file/plain': { path: file('plain') },
      'file/both': { path: file('both') },
      'file/none': { path: file('none') },
    },
    service: {
      pipelines: {
        'logs/both': { receivers: ['otlp'], processors: ['toy/b', 'toy/a'], exporters: ['file/both'] },
        'logs/plain': { receivers: ['otlp'], exporters: ['file/plain'] },
        'logs/none': { receivers: ['otlp'], processors: ['toy/drop'], exporters: ['file/none'] },
      },
    },
  });
  assert.equal(await send('x', 'y'), 200);
  assert.deepEqual(namesInFile(file('both')), ['x-b-a', 'y-b-a']);
  assert.deepEqual(namesInFile(file('plain')), ['x', 'y']);
  assert.deepEqual(namesInFile(file('none')), []);
  assert.deepEqual(collector.config.service.pipelines[0]?.processors, ['toy/b', 'toy/a']);
  assert.deepEqual(collector.config.processors.get('toy/a'), {
    ...collector.config.processors.get('toy/a'),
    type: 'toy',
    settings: { suffix: '-a' },
  });
});

test('a processor that refuses a request has the sender come again, and no exporter has it', async (t) => {
  const file = path.join(tempDir(t), 'a');
  const { send, collector } = await start(t, {
    receivers: { otlp: http },
    processors: { toy: { suffix: 'refuse' } },
    exporters: { file: { path: file } },
    service: {
      pipelines: {
        logs: { receivers: ['otlp'], exporters: ['file'] },
        'logs/refused': { receivers: ['otlp'], processors: ['toy'], exporters: ['file'] },
      },
    },
  });
  assert.equal(await send('x'), 503);
  assert.deepEqual(namesInFile(file), []);
  assert.deepEqual(collector.stats().receivers.otlp?.refused, { logs: 1, traces: 0, metrics: 0 });
});

test('settings of a processor, and what names it, are checked like any other', async () => {
  const config = {
    receivers: { otlp: http },
    processors: { toy: { suffix: '' }, toi: {}, batch: {} },
    exporters: { nop: {} },
    service: { pipelines: { logs: { receivers: ['otlp'], processors: ['toy', 'toz'], exporters: ['nop'] } } },
  };
  await assert.rejects(runCollector(WITH_TOY, { config }), (error: Error) => {
    assert.deepEqual(
      error.message.split('\n').map((line) => line.replace(/^config:? ?/, '')),
      [
        'processors.toi: unknown processor; did you mean toy?',
        'processors.batch: only the OpenTelemetry Collector has this; run that one with the same file',
        'service.pipelines.logs.processors[1]: processor toz is not defined under processors; did you mean toy?',
        'processors.toy.suffix: says nothing',
      ],
    );
    return true;
  });
});

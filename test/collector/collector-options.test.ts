import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';

const config = {
  receivers: { otlp: { protocols: { http: { endpoint: '127.0.0.1:0' } } } },
  exporters: { nop: {} },
  service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['nop'] } } },
};

const WRONG: readonly [options: unknown, code: string, message: string][] = [
  [{ confg: 'x' }, 'OPTION_UNKNOWN', 'startCollector: there is no option confg (did you mean config?)'],
  [{}, 'OPTION_INVALID', 'config: wanted the path of a configuration, or one as an object, got nothing'],
  [
    { config: 1 },
    'OPTION_INVALID',
    'config: wanted the path of a configuration, or one as an object, got the number 1',
  ],
  [{ config, write: 'x' }, 'OPTION_INVALID', 'write: wanted a function, got a string'],
  [{ config, exporters: { mine: {} } }, 'OPTION_INVALID', 'exporters.mine: wanted a function, got an object'],
  [undefined, 'OPTION_INVALID', 'options: wanted an object, got nothing'],
];

test('options of startCollector that do not exist or cannot be are told by name', async () => {
  for (const [options, code, told] of WRONG) {
    const message = code === 'OPTION_UNKNOWN' ? told : `startCollector: option ${told}`;
    await assert.rejects(startCollector(options as never), { code, message });
  }
});

test('stop() refuses what is no object of options, and stops when it is asked well', async () => {
  const collector = await startCollector({ config, write: () => {} });
  await assert.rejects(collector.stop(5 as never), {
    code: 'OPTION_INVALID',
    message: 'stop: option options: wanted an object, got the number 5',
  });
  assert.equal((await fetch(`${collector.endpoint}/v1/logs`, { method: 'POST' })).status, 415);
  await collector.stop({ timeoutMs: 100 });
  await assert.rejects(fetch(collector.endpoint));
});

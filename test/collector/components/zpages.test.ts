import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCollector } from '../../../src/collector/index.ts';
import { logsOf } from '../samples.ts';
import { withoutTime } from '../without-time.ts';

test('zpages show pipelines and counts, and pprof says that it does nothing', async (t) => {
  const lines: string[] = [];
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      processors: { batch: null },
      extensions: { zpages: { endpoint: 'localhost:0' }, pprof: { endpoint: 'localhost:1777' } },
      service: {
        extensions: ['zpages', 'pprof'],
        pipelines: { 'logs/<b>': { receivers: ['otlp'], processors: ['batch'], exporters: ['mine'] } },
      },
    },
    exporters: { mine: async () => {} },
    write: (line) => void lines.push(withoutTime(line)),
  });
  t.after(() => collector.stop());
  assert.equal(lines.filter((line) => /WARN this engine has no pprof/.test(line)).length, 1);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(logsOf('a', 'b'));
  await fetch(`${collector.endpoint}/v1/logs`, { method: 'POST', headers, body });

  const url = collector.endpoints.zpages ?? '';
  const service = await fetch(url);
  assert.equal(service.status, 200);
  const text = await service.text();
  assert.match(text, /<td>otlp<\/td><td>logs<\/td><td>2<\/td><td>0<\/td><td>0<\/td>/);
  assert.match(text, /<td>mine<\/td><td>2<\/td>/);
  const pipelines = await (await fetch(new URL('/debug/pipelinez', url))).text();
  assert.match(pipelines, /<td>logs\/&#60;b&#62;<\/td><td>otlp<\/td><td>batch<\/td><td>mine<\/td>/);
  assert.equal((await fetch(url, { method: 'POST' })).status, 405);
  assert.equal((await fetch(new URL('/debug/tracez', url))).status, 404);
});

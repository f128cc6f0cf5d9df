// The embedded collector and the routes for events in every framework, as one process that the fuzzer asks how it is.
import path from 'node:path';
import { startCollector } from '../../../src/collector/index.ts';
import { fileExporter } from '../../../src/exporters/file.ts';
import { EventLogger } from '../../../src/index.ts';
import type { TestLogger } from '../../../src/testing.ts';
import { startEventsApi } from '../../middleware/start-events-api.ts';
import { SCHEMA } from './event-body.ts';
import { DOORS, type Door } from './request.ts';

const directory = process.argv[2] ?? '';

const collector = await startCollector({
  config: {
    receivers: {
      otlp: { protocols: { http: { endpoint: '127.0.0.1:0', max_request_body_size: 4 * 1024 * 1024 } } },
    },
    exporters: {
      'file/logs': { path: path.join(directory, 'logs.jsonl') },
      'file/traces': { path: path.join(directory, 'traces.jsonl') },
      'file/metrics': { path: path.join(directory, 'metrics.jsonl') },
    },
    service: {
      pipelines: {
        logs: { receivers: ['otlp'], exporters: ['file/logs'] },
        traces: { receivers: ['otlp'], exporters: ['file/traces'] },
        metrics: { receivers: ['otlp'], exporters: ['file/metrics'] },
      },
    },
  },
});

const events = new EventLogger({
  delivery: 'none',
  exporters: [fileExporter({ path: path.join(directory, 'events.jsonl') })],
});
events.registerSchema(SCHEMA);

const ports: Partial<Record<Door, number>> = { collector: Number(new URL(collector.endpoint).port) };
const closers: (() => Promise<void>)[] = [];
for (const framework of DOORS) {
  if (framework === 'collector') continue;
  // They ask only for what every logger has.
  const api = await startEventsApi(framework, events as TestLogger, { rate: false });
  ports[framework] = api.port;
  closers.push(async () => {
    await api.close();
    // Fastify leaves a server that it has not started.
    if (api.server.listening) await new Promise((resolve) => api.server.close(resolve));
  });
}

let blockedMs = 0;
let before = process.threadCpuUsage();
const watch = setInterval(() => {
  const { user, system } = process.threadCpuUsage(before);
  blockedMs = Math.max(blockedMs, (user + system) / 1000);
  before = process.threadCpuUsage();
}, 10);

process.on('message', () => {
  process.send?.({ blockedMs });
  blockedMs = 0;
});

process.once('SIGTERM', async () => {
  await Promise.all([collector.stop(), ...closers.map((close) => close())]);
  await events.close();
  clearInterval(watch);
  process.removeAllListeners('disconnect');
  process.disconnect();
});

// Never longer than the fuzzer, whatever becomes of that.
process.once('disconnect', () => process.exit());

process.send?.({ ports });

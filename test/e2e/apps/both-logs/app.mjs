// Logs APIs of both generations: that of api-logs has a provider from the start, that of api 1.10 gets one later.
import { logs } from '@opentelemetry/api';
import { logs as logsOfSdk2 } from '@opentelemetry/api-logs';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { EventLogger } from 'otel-events';

const old = [];
logsOfSdk2.setGlobalLoggerProvider({
  getLogger: () => ({ emit: ({ eventName }) => old.push(eventName), enabled: () => true }),
});
const problems = [];
const events = new EventLogger({ onError: ({ code }) => problems.push(code) });
events.log('for.api-logs');
const exporter = new InMemoryLogRecordExporter();
logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] }));
events.log('for.api');
await events.close();
const now = exporter.getFinishedLogRecords().map(({ eventName }) => eventName);
console.log(JSON.stringify({ old, now, problems, total: events.stats().total }));

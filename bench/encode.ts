// `node bench/encode.ts`: what making and encoding one event costs, beside JSON.stringify of its data and the
// SDK's serialiser.
import os from 'node:os';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { Event } from '../src/event.ts';
import { NO_CONTEXT } from '../src/logger/context/context-frame.ts';
import { Diagnostics } from '../src/logger/diagnostics.ts';
import { draftEvent, type EventCall } from '../src/logger/draft-event.ts';
import { encodeEvent } from '../src/otlp/event/encode-event.ts';
import { encodeRecord } from '../src/otlp/sdk/encode-readable.ts';
import { DATA, NAME } from './event.ts';

const BATCH = 256;
const BATCHES_A_TURN = 8;
const WARM_UP_TURNS = 100;
const TURNS = 500;

const events: readonly Event[] = Array.from({ length: BATCH }, (_, index) => ({
  id: `01a2019f-2da5-7000-8031-af25af2a${(0x1000 + index).toString(16)}`,
  name: NAME,
  time: [1_752_000_000, 123_456_789 + index],
  observedTime: [1_752_000_000, 123_456_999 + index],
  severity: 9,
  message: undefined,
  category: undefined,
  tags: [],
  userId: undefined,
  projectId: undefined,
  session: {},
  sessionId: undefined,
  previousSessionId: undefined,
  context: {},
  data: DATA,
  schema: undefined,
  scope: undefined,
  failure: undefined,
  incomplete: false,
  span: undefined,
  exporters: undefined,
  outputPath: undefined,
}));
const records = recordsOfSdk();

/** What `log()` is told: time and id are yet to be found. */
const call: EventCall = {
  name: NAME,
  data: DATA,
  options: undefined,
  defaults: { session: {}, tags: [], userId: undefined, projectId: undefined, context: NO_CONTEXT },
  scopeSession: {},
  context: NO_CONTEXT,
  span: undefined,
  diagnostics: new Diagnostics({ logger: undefined, level: 'warn', onError: undefined }),
};

/** Each returns bytes or characters, so that nothing is optimised away. */
const SUBJECTS: Readonly<Record<string, () => number>> = {
  'JSON.stringify of the data': () => sum(events, ({ data }) => JSON.stringify(data).length),
  'encodeEvent, id and two times': () => sum(events, (event) => encodeEvent(event).length),
  'draftEvent and encodeEvent': () => sum(events, () => encodeEvent(draftEvent(call)).length),
  'encodeRecord, the SDK’s record': () => sum(records, (record) => encodeRecord(record).length),
  'ProtobufLogsSerializer, batches of 256': () =>
    ProtobufLogsSerializer.serializeRequest(records)?.length ?? 0,
};

/** Turn by turn, so that what else the machine does falls on all alike. */
const times = new Map<string, number[]>(Object.keys(SUBJECTS).map((name) => [name, []]));
let written = 0;
for (let turn = -WARM_UP_TURNS; turn < TURNS; turn++) {
  for (const [name, run] of Object.entries(SUBJECTS)) {
    const start = performance.now();
    for (let batch = 0; batch < BATCHES_A_TURN; batch++) written += run();
    const microseconds = ((performance.now() - start) * 1000) / (BATCH * BATCHES_A_TURN);
    if (turn >= 0) times.get(name)?.push(microseconds);
  }
}

const json = median('JSON.stringify of the data');
const sdk = median('ProtobufLogsSerializer, batches of 256');
console.log(
  `Node ${process.version}, ${os.cpus()[0]?.model}, ${os.cpus().length} cores; ` +
    `${JSON.stringify(DATA).length} characters of data, ${encodeEvent(events[0] as Event).length} bytes encoded, ` +
    `${(written / 1e6).toFixed(0)} MB in all\n`,
);
console.table(
  Object.fromEntries(
    Object.keys(SUBJECTS).map((name) => [
      name,
      {
        'µs an event (median)': median(name).toFixed(2),
        'x JSON.stringify': (median(name) / json).toFixed(2),
        'x SDK': (median(name) / sdk).toFixed(2),
      },
    ]),
  ),
);

function median(name: string): number {
  const sorted = (times.get(name) ?? []).toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

function sum<T>(items: readonly T[], measure: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += measure(item);
  return total;
}

function recordsOfSdk() {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  for (const { id, time, observedTime, name, severity, data } of events) {
    provider.getLogger('bench').emit({
      eventName: name,
      timestamp: time as [number, number],
      observedTimestamp: observedTime as [number, number],
      severityNumber: severity,
      body: name,
      attributes: { 'log.record.uid': id, ...(data as typeof DATA) },
      context: ROOT_CONTEXT,
    });
  }
  return exporter.getFinishedLogRecords();
}

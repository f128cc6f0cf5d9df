/** A shop's events and spans in a file that the embedded collector wrote. */
import path from 'node:path';
import { startCollector } from '../../../src/collector/index.ts';
import { Dice } from '../../viewer/store/made-rows.ts';

/** When the first session begins. Two sessions begin in a second. */
export const SHOP_START_MS = Date.UTC(2026, 10, 30, 8);

const RECORDS_A_REQUEST = 500;

type Plain = string | number | boolean | readonly { readonly [key: string]: Plain }[];

/** @param count - about so many events and spans; u42 has the first session */
export async function writeShopFile(directory: string, count: number): Promise<string> {
  const file = path.join(directory, 'events.jsonl');
  const collector = await startCollector({
    config: [
      `yaml:{receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}},
      exporters: {file: {path: ${JSON.stringify(file)}}},
      service: {telemetry: {logs: {level: error}}, pipelines: {logs: {receivers: [otlp], exporters: [file]},
      traces: {receivers: [otlp], exporters: [file]}}}}`,
    ],
  });
  const [url = ''] = Object.values(collector.endpoints);
  for (const { signal, body } of requests(count)) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1/${signal}`, { method: 'POST', headers, body });
    if (answer.status !== 200) throw new Error(await answer.text());
  }
  await collector.stop();
  return file;
}

function* requests(count: number): Generator<{ readonly signal: 'logs' | 'traces'; readonly body: string }> {
  const dice = new Dice(42);
  let [logs, spans]: [object[], object[]] = [[], []];
  let made = 0;
  for (let session = 0; made < count; session++) {
    const { events, span } = shopSession(dice, session);
    logs.push(...events);
    spans.push(span);
    made += events.length + 1;
    if (logs.length < RECORDS_A_REQUEST && made < count) continue;
    yield {
      signal: 'logs',
      body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: logs }] }] }),
    };
    yield {
      signal: 'traces',
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
    };
    [logs, spans] = [[], []];
  }
}

const resource = { attributes: keyValues({ 'service.name': 'shop', 'host.name': 'web-1' }) };

/** From the page to the payment, as far as somebody goes. */
function shopSession(dice: Dice, session: number): { readonly events: object[]; readonly span: object } {
  const isFirst = session === 0;
  const user = isFirst ? 42 : 100 + dice.below(5000);
  const [traceId, spanId] = [isFirst ? '0af7651916cd43dd8448eb211c80319c' : dice.hex(32), dice.hex(16)];
  const startMs = SHOP_START_MS + session * 500;
  const total = 5 + dice.below(20_000) / 100;
  const items = [{ sku: `A${dice.below(50)}`, price: total }];
  const steps: [string, number, Record<string, Plain>][] = [
    ['page.viewed', 9, { path: '/' }],
    ['cart.item_added', 9, { items }],
    ['checkout.started', 9, { total }],
    dice.chance(0.1) || isFirst
      ? ['payment.failed', 17, { total, 'error.type': 'card_declined' }]
      : ['checkout.completed', 9, { total }],
  ];
  const far = isFirst ? 4 : 1 + dice.below(4);
  const events = steps.slice(0, far).map(([name, severityNumber, more], step) => ({
    timeUnixNano: `${startMs + step * 1500}000000`,
    severityNumber,
    eventName: name,
    body: { stringValue: name === 'payment.failed' ? 'card declined' : name },
    attributes: keyValues({
      'log.record.uid': uid(dice, startMs),
      'user.id': `u${user}`,
      'session.id': `s${session}`,
      ...more,
    }),
    traceId,
    spanId,
  }));
  const endTimeUnixNano = `${startMs + far * 1500}000000`;
  const span = {
    traceId,
    spanId,
    name: 'GET /shop',
    kind: 2,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano,
  };
  return { events, span };
}

function uid(dice: Dice, ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${dice.hex(3)}-8${dice.hex(3)}-${dice.hex(12)}`;
}

function keyValues(attributes: Readonly<Record<string, Plain>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Plain): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { doubleValue: value };
  return { arrayValue: { values: value.map((one) => ({ kvlistValue: { values: keyValues(one) } })) } };
}

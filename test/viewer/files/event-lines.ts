/** Lines as a collector's file exporter writes them. */

export const START_MS = Date.UTC(2026, 10, 30, 9);

export interface LineEvent {
  readonly name: string;
  readonly at?: number;
  readonly severity?: number;
  readonly traceId?: string;
  readonly attributes?: Attributes;
}

/** One request with these events, without a line break. @param at - seconds behind {@link START_MS} */
export function line(...events: readonly LineEvent[]): string {
  const logRecords = events.map(({ name, at = 0, severity = 9, traceId, attributes = {} }) => ({
    timeUnixNano: `${START_MS + at * 1000}000000`,
    severityNumber: severity,
    eventName: name,
    attributes: keyValues(attributes),
    ...(traceId !== undefined && { traceId, spanId: traceId.slice(0, 16) }),
  }));
  return JSON.stringify({ resourceLogs: [{ resource: SHOP, scopeLogs: [{ scope: {}, logRecords }] }] });
}

/** One request with a span. @param ms - how long it took */
export function spanLine(
  traceId: string,
  spanId: string,
  parentSpanId: string,
  name: string,
  ms: number,
): string {
  const span = {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind: 2,
    startTimeUnixNano: `${START_MS}000000`,
    endTimeUnixNano: `${START_MS + ms}000000`,
    status: name.startsWith('POST') ? { code: 2, message: 'declined' } : {},
  };
  return JSON.stringify({ resourceSpans: [{ resource: SHOP, scopeSpans: [{ scope: {}, spans: [span] }] }] });
}

export const POINTS =
  '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"n","gauge":{"dataPoints":[{"timeUnixNano":"1","asInt":"1"},{"timeUnixNano":"2","asInt":"2"}]}}]}]}]}';

const SHOP = { attributes: keyValues({ 'service.name': 'shop' }) };

interface Attributes {
  readonly [key: string]: string | number | Attributes;
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: string | number | Attributes): object {
  if (typeof value === 'string') return { stringValue: value };
  return typeof value === 'number' ? { doubleValue: value } : { kvlistValue: { values: keyValues(value) } };
}

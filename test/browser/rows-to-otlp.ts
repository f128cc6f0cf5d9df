/** Rows as the OTLP that they would have come from. */
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import type { Row } from '../../src/viewer/store/event-store.ts';
import { toAttributes, toValue } from '../collector/attributes-json.ts';

type Json = Parameters<typeof OtlpRequest.from>[1];

/** A request for each run of rows of one signal and one resource: in their order, so that a store gives them their places as ids. */
export function toOtlp(rows: readonly Row[]): OtlpRequest[] {
  const runs: Row[][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && sourceOf(last[0]) === sourceOf(row)) last.push(row);
    else runs.push([row]);
  }
  return runs.map((run) => {
    const [{ kind, resource, scope }] = run as [Row];
    const origin = { resource: { attributes: toAttributes(resource) } };
    if (kind === 'span') {
      const scopeSpans = [{ scope: { name: scope }, spans: run.map(spanOf) }];
      return OtlpRequest.from('traces', { resourceSpans: [{ ...origin, scopeSpans }] } as Json);
    }
    const scopeLogs = [{ scope: { name: scope }, logRecords: run.map(recordOf) }];
    return OtlpRequest.from('logs', { resourceLogs: [{ ...origin, scopeLogs }] } as Json);
  });
}

function sourceOf({ kind, resource, scope }: Row): string {
  return JSON.stringify([kind === 'span', resource, scope]);
}

function recordOf(row: Row): object {
  return {
    timeUnixNano: row.timeUnixNano,
    severityNumber: row.severity,
    eventName: row.name,
    ...(row.body === undefined ? {} : { body: toValue(row.body) }),
    ...(row.traceId === undefined ? {} : { traceId: row.traceId, spanId: row.spanId }),
    attributes: toAttributes(row.attributes),
  };
}

function spanOf(row: Row): object {
  const end = BigInt(row.timeUnixNano) + BigInt(Math.round((row.durationMs ?? 0) * 1e6));
  return {
    traceId: row.traceId,
    spanId: row.spanId,
    ...(row.parentSpanId === undefined ? {} : { parentSpanId: row.parentSpanId }),
    name: row.name,
    kind: 2,
    startTimeUnixNano: row.timeUnixNano,
    endTimeUnixNano: String(end),
    attributes: toAttributes(row.attributes),
    status: { code: row.status === 'error' ? 2 : row.status === 'ok' ? 1 : 0 },
  };
}

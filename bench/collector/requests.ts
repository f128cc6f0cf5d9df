import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import type { Message } from '../../src/otlp/wire/message.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';

const attribute = (key: string, value: OtlpObject): OtlpObject => ({ key, value });

/** A log record of about 300 bytes in protobuf, as the logger makes them of an event of a shop. */
function record(index: number) {
  const ms = 1_700_000_000_000 + index;
  return {
    timeUnixNano: `${ms}123456`,
    observedTimeUnixNano: `${ms}123999`,
    severityNumber: 9,
    severityText: 'INFO',
    body: { stringValue: 'the order was paid and is on its way' },
    attributes: [
      attribute('event.category', { stringValue: 'shop' }),
      attribute('user.id', { stringValue: `u${index % 97}` }),
      attribute('session.id', { stringValue: 's-1c0ffee' }),
      attribute('data.total', { doubleValue: 12.5 + index }),
      attribute('data.items', { intValue: String(index) }),
      attribute('data.gift', { boolValue: index % 2 === 0 }),
      attribute('log.record.uid', {
        stringValue: `01a2019f-2da5-7000-8031-${index.toString(16).padStart(12, '0')}`,
      }),
    ],
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: '0123456789abcdef',
    eventName: 'checkout.completed',
  };
}

/** A request in both encodings. */
export interface Bodies {
  readonly protobuf: Buffer;
  readonly json: Buffer;
}

/** A logs request of so many records. */
export function logsRequest(records: number): Bodies {
  return encoded(REQUEST.logs, {
    resourceLogs: [
      {
        resource: { attributes: [attribute('service.name', { stringValue: 'shop' })] },
        scopeLogs: [
          {
            scope: { name: 'otel-events' },
            logRecords: Array.from({ length: records }, (_, index) => record(index)),
          },
        ],
      },
    ],
  });
}

/** A data point as SDKs make them of a counter, or of a gauge, which has more digits. */
function point(index: number, isCounter: boolean): OtlpObject {
  return {
    attributes: [
      attribute('http.request.method', { stringValue: index % 3 === 0 ? 'POST' : 'GET' }),
      attribute('http.route', { stringValue: `/products/{id}/${index % 31}` }),
      attribute('http.response.status_code', { intValue: index % 7 === 0 ? '404' : '200' }),
      attribute('server.address', { stringValue: 'shop-1.example.com' }),
    ],
    startTimeUnixNano: '1700000000000000000',
    timeUnixNano: `${1_700_000_000_000 + index}123456`,
    ...(isCounter ? { asInt: String(1_000 * index) } : { asDouble: Math.sin(index) }),
  };
}

/** A metrics request of so many data points: counters and gauges of ten points each. */
export function metricsRequest(points: number): Bodies {
  const metrics = Array.from({ length: Math.ceil(points / 10) }, (_, index) => {
    const isCounter = index % 2 === 0;
    const from = 10 * index;
    const dataPoints = Array.from({ length: Math.min(10, points - from) }, (_, at) =>
      point(from + at, isCounter),
    );
    const name = { name: `shop.http.${isCounter ? 'requests' : 'load'}.${index}`, unit: '1' };
    if (!isCounter) return { ...name, gauge: { dataPoints } };
    return { ...name, sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } };
  });
  return encoded(REQUEST.metrics, {
    resourceMetrics: [
      {
        resource: { attributes: [attribute('service.name', { stringValue: 'shop' })] },
        scopeMetrics: [{ scope: { name: 'otel-events' }, metrics }],
      },
    ],
  });
}

function encoded(message: Message, request: OtlpObject): Bodies {
  return {
    protobuf: Buffer.from(encodeProtobuf(message, request)),
    json: Buffer.from(JSON.stringify(request)),
  };
}

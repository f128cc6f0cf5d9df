import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
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

/** A logs request of so many records, in both encodings. */
export function logsRequest(records: number): { readonly protobuf: Buffer; readonly json: Buffer } {
  const request = {
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
  };
  return {
    protobuf: Buffer.from(encodeProtobuf(REQUEST.logs, request)),
    json: Buffer.from(JSON.stringify(request)),
  };
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EmittedReport } from '../../../src/otlp/emitted/emitted-report.ts';
import { encodeEmittedReport } from '../../../src/otlp/emitted/encode-emitted-report.ts';
import { readEmittedReport } from '../../../src/otlp/emitted/read-emitted-report.ts';
import { madeCell, madeReport } from './made-report.ts';

test('a report is the same when it was sent', () => {
  const given = madeReport({
    sequence: 12,
    isLast: true,
    cells: [
      madeCell('order.paid', 9, { sampled: 2, 'dropped:queue_full': 1 }),
      madeCell('all gone', 2, { filtered: 2 }),
    ],
    underWay: new Map([['order.paid', 3]]),
  });
  const scope = { name: 'otel-events', version: '1.0.0' };
  assert.deepEqual(readEmittedReport('protobuf', encodeEmittedReport(given, scope)), given);
});

test('what is no report is refused, and says what is wanted', () => {
  const scope = { name: 'otel-events', version: '1.0.0' };
  const cases: [Partial<EmittedReport>, RegExp][] = [
    [{ logger: '' }, /otel_events.logger/],
    [{ sequence: 0 }, /otel_events.sequence/],
    [{ service: 's'.repeat(2000) }, /service.name/],
    [{ cells: Array.from({ length: 10_001 }, (_, at) => madeCell('n', 1, {}, at)) }, /at most 10000/],
  ];
  for (const [wrong, message] of cases) {
    const bytes = encodeEmittedReport(madeReport(wrong), scope);
    assert.throws(() => readEmittedReport('protobuf', bytes), { code: 'OTLP_INVALID', message });
  }
  assert.throws(() => readEmittedReport('protobuf', new Uint8Array()), { code: 'OTLP_INVALID' });
  assert.throws(() => readEmittedReport('json', Buffer.from('no')), { code: 'OTLP_INVALID' });
});

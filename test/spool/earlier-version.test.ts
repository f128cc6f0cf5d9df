import assert from 'node:assert/strict';
import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EventLogger } from '../../src/index.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

/** Left by the commit before rooms were moved: 20 events, and a scope with its span. The format is docs/spool-format.md. */
const LEFT = path.join(import.meta.dirname, '..', 'fixtures', 'spool-0.1.0');

test('a spool that an earlier version has left is read and delivered, all of it as it was logged', async (t) => {
  const spool = path.join(tempDir(t), 'spool');
  cpSync(LEFT, spool, { recursive: true });
  const sink = await httpSink();
  t.after(() => sink.close());
  const events = new EventLogger({ app: { name: 'heir' }, endpoint: sink.url, spool });
  const result = await events.flush();
  assert.deepEqual(result, { acked: 21, pending: 0, rejected: 0, dropped: 0 });
  const logs = sink.requests.filter(({ path: at }) => at === '/v1/logs');
  const read = logs
    .flatMap(({ body }) => recordsOf(OtlpRequest.read('logs', 'protobuf', body)))
    .map((record) => ({ ...readEvent(record), app: record.resource.attributes['service.name'] }));
  assert.deepEqual(
    read.map(({ name, data, userId, tags, session, app }) => ({ name, data, userId, tags, session, app })),
    [
      ...Array.from({ length: 20 }, (_, index) => ({
        name: 'order.placed',
        data: {
          n: index + 1,
          total: (index + 1) / 4,
          note: `größe ${index + 1}`,
          items: [{ sku: 'A1' }],
        },
        userId: 'u1',
        tags: ['web'],
        session: { run: 7 },
        app: 'shop',
      })),
      {
        name: 'checkout',
        data: { cart: 7, ok: true },
        userId: undefined,
        tags: [],
        session: {},
        app: 'shop',
      },
    ],
  );
  const spans = sink.requests.filter(({ path: at }) => at === '/v1/traces');
  assert.equal(
    spans.reduce((sum, { body }) => sum + OtlpRequest.read('traces', 'protobuf', body).count, 0),
    1,
  );
  await events.close();
  assert.deepEqual(readdirSync(spool), []);
});

import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { OtelEventsError } from '../../src/errors.ts';
import { consoleExporter } from '../../src/exporters/console.ts';
import { renderBatch } from '../../src/exporters/render-batch.ts';
import { EventLogger } from '../../src/index.ts';
import type { EventRecord } from '../../src/otlp/event/event-record.ts';

const records = [1, 2, 3].map((n) => ({ eventName: `${n}` }) as EventRecord);

test('whatever a format throws is final for that record: alone it is refused, among others it is looked for', () => {
  for (const thrown of [new RangeError('secret'), 'secret', undefined, null]) {
    const render = ({ eventName }: EventRecord): string[] => {
      if (eventName === '2') throw thrown;
      return [eventName];
    };
    const codeOf = (list: readonly EventRecord[]): unknown[] => {
      try {
        return renderBatch(list, render).flat();
      } catch (error) {
        assert.ok(error instanceof OtelEventsError);
        return [error.reason, error.split, error.retry, error.message];
      }
    };
    const said = 'a format threw an error';
    assert.deepEqual(codeOf(records), ['format_failed', 'invalid', undefined, said]);
    assert.deepEqual(codeOf(records.slice(1, 2)), ['format_failed', undefined, undefined, said]);
    assert.deepEqual(codeOf(records.slice(2)), ['3']);
  }
});

test('a stream is given all events but the one that its lines cannot be made of', async (t) => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const format = ({ eventName }: EventRecord): unknown => ({
    toJSON: () => (eventName === 'odd' ? assert.fail('odd') : eventName),
  });
  const events = new EventLogger({
    delivery: 'none',
    logLevel: 'none',
    exporters: [consoleExporter({ stream, format })],
  });
  t.after(() => events.close());
  for (const name of ['a', 'odd', 'b']) events.log(name);
  const { acked, rejected, pending } = await events.flush({ timeoutMs: 5000 });
  assert.deepEqual([acked, rejected, pending], [2, 1, 0]);
  assert.equal(lines.join(''), '"a"\n"b"\n');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparedFields } from '../../../src/viewer/api/compared-fields.ts';
import { fieldName, readField } from '../../../src/viewer/query/read-field.ts';
import type { FieldSeen } from '../../../src/viewer/store/event-store.ts';

function seen(name: string, rows: number): FieldSeen {
  const [field] = readField(name);
  assert.ok(field !== undefined);
  return { field, rows, types: ['text'] };
}

function compared(fields: readonly FieldSeen[], chosenBy: readonly string[] = []): string[] {
  return comparedFields(fields, new Set(chosenBy)).map(fieldName);
}

test('what few rows say themselves is compared before what the resource of all says', () => {
  const resource = Array.from({ length: 100 }, (_, i) => seen(`resource.r${i}`, 1000));
  const all = compared([...resource, seen('reason', 3), seen('total', 40)]);
  assert.deepEqual(all.slice(0, 3), ['total', 'reason', 'resource.r0']);
  assert.equal(all.length, 80);
});

test('ids, what stands elsewhere too, and what tells the sides apart are not compared', () => {
  const nothing = ['trace', 'span', 'parent', 'log.record.uid', 'http.request.id', 'event.context.ip'];
  const fields = [
    ...nothing,
    'event.context.plan',
    'resource.process.pid',
    'resource.telemetry.sdk.name',
    'plan',
  ];
  assert.deepEqual(
    compared(
      fields.map((name) => seen(name, 10)),
      ['plan'],
    ),
    ['event.context.plan'],
  );
});

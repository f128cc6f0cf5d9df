import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeKeys } from '../../src/exporters/escape-keys.ts';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import { bigintText } from '../../src/otlp/values/bigint-text.ts';
import { plainData } from '../../src/otlp/values/plain-data.ts';
import { ValueCopier } from '../../src/otlp/values/value-copier.ts';
import { compileRedact } from '../../src/redact/redact.ts';
import { cpuClock } from '../harness/cpu-clock.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';
import { decodeField } from './oracle-record.ts';

/** Its digits take more than a second. */
const HUGE = 1n << (1n << 24n);

const STAND_IN = '[BigInt of more than 4096 bits]';

test('a bigint is written in digits up to 4096 bits, and as what it is beyond', () => {
  const most = (1n << 4095n) - 1n;
  for (const value of [0n, -1n, most, -most - 1n]) assert.equal(bigintText(value), String(value));
  for (const value of [most + 1n, -most - 2n, HUGE, -HUGE]) assert.equal(bigintText(value), STAND_IN);
});

const { session, context, message, failure } = PLAIN_EVENT;

const PLACES: Readonly<Record<string, () => unknown>> = {
  'in a copy': () => new ValueCopier().copy(HUGE),
  'as a key of a map in a copy': () => Object.keys(new ValueCopier().copy(new Map([[HUGE, 1]])) as object)[0],
  'in an encoded event': () =>
    JSON.stringify(decodeField(encodeEvent({ ...PLAIN_EVENT, data: { HUGE } }))).match(
      /\[BigInt[^\]]*\]/,
    )?.[0],
  'in an event through an SDK': () => new ValueCopier({ reader: 'sdk' }).copy(HUGE),
  'in data that are checked': () => (plainData(HUGE) as { value: unknown }).value,
  'in data that are looked through for patterns': () => {
    const redact = compileRedact({ patterns: [/BigInt/g] });
    return redact({ data: { HUGE }, session, context, message, failure }).data.HUGE;
  },
  'in a document for MongoDB': () => escapeKeys({ HUGE }).HUGE,
};

for (const [place, write] of Object.entries(PLACES)) {
  test(`a bigint of 16 million bits takes no time ${place}`, () => {
    const clock = cpuClock();
    const written = write();
    const ms = clock();
    const wanted = place.includes('patterns') ? STAND_IN.replace('BigInt', '[Redacted]') : STAND_IN;
    assert.equal(written, wanted);
    assert.ok(ms < 500, `${ms} ms`);
  });
}

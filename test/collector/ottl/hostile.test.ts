import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { cpuClock } from '../../harness/cpu-clock.ts';
import { makeProcessor, problemsOf, recordsOf } from '../make-processor.ts';

const WORDS = [
  'set',
  'delete_key',
  'log',
  'attributes',
  'body',
  'IsMatch',
  'Concat',
  'Int',
  'where',
  'and',
  'or',
  'not',
  'nil',
  'true',
  'SEVERITY_NUMBER_INFO',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '.',
  ':',
  '=',
  '==',
  '!=',
  '<',
  '+',
  '-',
  '*',
  '/',
  '"a"',
  '"("',
  '1',
  '2.5',
  '0x01',
  ' ',
  '=>',
  '_',
  '"',
  '\\',
  'é',
] as const;

/** A value of any type, some levels deep. */
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant({}),
    fc.string().map((stringValue) => ({ stringValue })),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((int) => ({ intValue: String(int) })),
    fc.double().map((double) => ({ doubleValue: Number.isFinite(double) ? double : String(double) })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ bytesValue: Buffer.from(bytes).toString('base64') })),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    fc
      .array(fc.record({ key: fc.constantFrom('a', 'b', '__proto__'), value: tie('value') }), {
        maxLength: 3,
      })
      .map((values) => ({ kvlistValue: { values } })),
  ),
})).value;

test('whatever is given as a statement is a statement or a problem, and soon', async () => {
  const statement = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join(' ')),
    fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => `set(log.body, ${words.join('')})`),
  );
  await fc.assert(
    fc.asyncProperty(statement, async (text) => {
      const problems = await problemsOf('transform', {
        log_statements: [{ context: 'log', statements: [text.replaceAll('$', '$$$$')] }],
      });
      for (const problem of problems)
        assert.match(problem, /^log_statements\[0\]\.statements\[0\]: (line|column|expected)/);
    }),
    { numRuns: 500 },
  );
});

test('parentheses without an end are refused in no time', async () => {
  for (const text of [
    '('.repeat(20_000),
    'not '.repeat(5_000),
    `set(log.body, ${'['.repeat(20_000)}`,
    '-'.repeat(20_000),
  ]) {
    const clock = cpuClock();
    assert.equal((await problemsOf('filter', { log_conditions: [text] })).length, 1);
    assert.ok(clock() < 10_000, text.slice(0, 20));
  }
});

const STATEMENTS = [
  'set(log.attributes["r1"], Concat([log.body, log.attributes["v"]], log.attributes["v"]))',
  'set(log.attributes["r2"], Int(log.attributes["v"]))',
  'set(log.attributes["r3"], Double(log.attributes["v"]))',
  'set(log.attributes["r4"], String(log.attributes["v"]))',
  'set(log.attributes["r5"], log.attributes["v"]["a"][0])',
  'set(log.attributes["v2"]["a"], log.attributes["v"])',
  'set(log.attributes["r6"], Len(log.attributes["v"]))',
  'set(log.attributes["r7"], ParseJSON(log.attributes["v"]))',
  'set(log.attributes["r8"], Hex(log.attributes["v"]))',
  'set(log.attributes["r9"], Sort(log.attributes["v"]))',
  'set(log.attributes["r10"], log.attributes["v"] + 1)',
  'set(log.attributes["r11"], IsMatch(log.body, log.attributes["v"]))',
  'set(log.attributes["r12"], URL(log.attributes["v"]))',
  'set(log.attributes["r13"], ParseKeyValue(log.attributes["v"]))',
  'set(log.attributes["r14"], Time(log.attributes["v"], "%Y-%m-%d"))',
  'set(log.time_unix_nano, log.attributes["v"])',
  'replace_pattern(log.attributes["v"], ".", "$0$1")',
  'append(log.attributes["v"], log.attributes["v"])',
  'replace_match(log.attributes["v"], "a*", "b")',
  'truncate_all(log.attributes, 3)',
  'flatten(log.attributes)',
  'set(log.body, log.attributes)',
  'keep_keys(log.attributes, ["r1", log.attributes["v"]])',
].map((statement) => statement.replaceAll('$', '$$$$'));

test('whatever is in a record, statements run or fail, and what they leave is OTLP', async () => {
  const { pass, lines } = await makeProcessor('transform', { log_statements: STATEMENTS });
  await fc.assert(
    fc.asyncProperty(anyValue, anyValue, async (value, body) => {
      const decoded = recordsOf({ body, attributes: [{ key: 'v', value }] });
      const before = JSON.stringify(decoded);
      const after = await pass('logs', decoded);
      assert.equal(JSON.stringify(decoded), before);
      assert.ok(after);
      // What cannot be read again would be thrown here.
      OtlpRequest.read('logs', 'json', after.json()).decoded();
      OtlpRequest.read('logs', 'protobuf', after.protobuf()).decoded();
    }),
    { numRuns: 300 },
  );
  assert.ok(lines.every((line) => line.startsWith('warn statement fails')));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProcessor, problemsOf, recordsOf, spansOf, texts } from '../make-processor.ts';

async function namesLeft(settings: object, ...records: readonly object[]): Promise<unknown[] | undefined> {
  const { pass } = await makeProcessor('filter', settings);
  const left = await pass('logs', recordsOf(...records));
  return left && [...JSON.stringify(left.decoded()).matchAll(/"eventName":"(\w+)"/g)].map(([, name]) => name);
}

const RECORDS = [
  { eventName: 'a', body: { stringValue: 'one' }, severityNumber: 5, severityText: 'DEBUG' },
  { eventName: 'b', body: { stringValue: 'two' }, severityNumber: 13, attributes: texts({ k: 'v', l: 'w' }) },
  { eventName: 'c', body: {}, attributes: [{ key: 'k', value: { intValue: '5' } }] },
];

test('records for which a condition holds are dropped', async () => {
  assert.deepEqual(
    await namesLeft({ log_conditions: ['log.event_name == "a"', 'log.severity_number > 12'] }, ...RECORDS),
    ['c'],
  );
  assert.deepEqual(await namesLeft({ logs: { log_record: ['IsMatch(event_name, "[ab]")'] } }, ...RECORDS), [
    'c',
  ]);
  assert.deepEqual(
    await namesLeft({ log_conditions: [{ context: 'log', conditions: ['body == "two"'] }] }, ...RECORDS),
    ['a', 'c'],
  );
});

test('when nothing is left the request is over, and one that is whole stays the same', async () => {
  assert.equal(
    await namesLeft({ log_conditions: ['resource.attributes["x"] == nil'] }, ...RECORDS),
    undefined,
  );
  assert.equal(await namesLeft({ logs: { log_record: ['true'] } }, ...RECORDS), undefined);
  const { processor, pass } = await makeProcessor('filter', { log_conditions: ['log.event_name == "z"'] });
  const first = await pass('logs', recordsOf(...RECORDS));
  assert.ok(first);
  assert.equal(await processor.process(first), first);
});

test('a condition that cannot be asked drops nothing', async () => {
  const settings = { log_conditions: ['Substring(log.body, 0, 9) == "x"', 'log.event_name == "a"'] };
  assert.deepEqual(await namesLeft(settings, ...RECORDS), ['b', 'c']);
});

test('include and exclude of the older form choose by text, severity and attributes', async () => {
  const include = (properties: object) => namesLeft({ logs: { include: properties } }, ...RECORDS);
  assert.deepEqual(await include({ match_type: 'strict', bodies: ['one'] }), ['a']);
  assert.deepEqual(await include({ match_type: 'regexp', bodies: ['^t|n'] }), ['a', 'b']);
  assert.deepEqual(await include({ match_type: 'strict', severity_texts: ['DEBUG'] }), ['a']);
  assert.deepEqual(await include({ match_type: 'strict', severity_number: { min: 'warn' } }), ['b']);
  assert.deepEqual(
    await include({ match_type: 'strict', severity_number: { min: '13', match_undefined: true } }),
    ['b', 'c'],
  );
  const attribute = (value: unknown) => ({ record_attributes: [{ key: 'k', value }] });
  assert.deepEqual(await include({ match_type: 'strict', ...attribute('v') }), ['b']);
  assert.deepEqual(await include({ match_type: 'strict', ...attribute(5) }), ['c']);
  assert.deepEqual(await include({ match_type: 'regexp', ...attribute('5|v') }), ['b', 'c']);
  assert.deepEqual(
    await namesLeft(
      { logs: { exclude: { match_type: 'strict', record_attributes: [{ key: 'l' }] } } },
      ...RECORDS,
    ),
    ['a', 'c'],
  );
});

test('spans and their events are dropped, each by conditions of their own', async () => {
  const { pass } = await makeProcessor('filter', {
    traces: { span: ['name == "drop"'], spanevent: ['name == "e"'] },
  });
  const left = await pass(
    'traces',
    spansOf(
      { name: 'drop', status: {} },
      { name: 'keep', status: {}, events: [{ name: 'e' }, { name: 'f' }] },
    ),
  );
  assert.deepEqual(left?.decoded(), spansOf({ name: 'keep', status: {}, events: [{ name: 'f' }] }));
});

test('older conditions on spans choose by service, name and kind', async () => {
  const { pass } = await makeProcessor('filter', {
    spans: { include: { match_type: 'regexp', span_names: ['^k'], span_kinds: ['SERVER'] } },
  });
  const left = await pass(
    'traces',
    spansOf({ name: 'kk', kind: 2, status: {} }, { name: 'kl', kind: 3, status: {} }),
  );
  assert.deepEqual(left?.decoded(), spansOf({ name: 'kk', kind: 2, status: {} }));
});

test('what does not go together, and what is no pattern, is found at the start', async () => {
  assert.deepEqual(
    await problemsOf('filter', {
      log_conditions: ['true'],
      logs: { include: { match_type: 'regexp', bodies: ['('] } },
    }),
    [
      'log_conditions[0]: column 1: no path says what this is for: one that begins with log, scope, resource, or a group with a context',
      'logs.include: not a regular expression of RE2: missing closing )',
      'log_conditions: not together with logs',
    ],
  );
  assert.deepEqual(
    await problemsOf('filter', { profiles: {}, logs: { log_record: ['delete_key(attributes, "a")'] } }),
    [
      'profiles: only the OpenTelemetry Collector has this; run that one with the same file',
      'logs.log_record[0]: column 1: delete_key would change a record, and a condition asks',
    ],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { makeProcessor, recordsOf, spansOf, texts } from '../make-processor.ts';

async function transformed(settings: object, signal: 'logs' | 'traces', decoded: object) {
  const { pass, lines } = await makeProcessor('transform', settings);
  return { after: (await pass(signal, decoded))?.decoded(), lines };
}

test('statements change the records for which their condition holds', async () => {
  const { after } = await transformed(
    {
      log_statements: [
        'set(log.attributes["n"], Len(log.body) * 2) where IsMatch(log.event_name, "^a")',
        'replace_pattern(log.body, "(\\\\w+) (\\\\w+)", "$$2 $$1")',
      ],
    },
    'logs',
    recordsOf({ eventName: 'a', body: { stringValue: 'one two' } }, { eventName: 'b', body: {} }),
  );
  assert.deepEqual(
    after,
    recordsOf(
      {
        eventName: 'a',
        body: { stringValue: 'two one' },
        attributes: [{ key: 'n', value: { intValue: '14' } }],
      },
      { eventName: 'b', body: {} },
    ),
  );
});

test('a request is never changed: what stays the same is the same object, and so is a request in which all does', async () => {
  const { processor } = await makeProcessor('transform', {
    log_statements: [
      'set(log.attributes["x"], 1) where log.event_name == "a"',
      'delete_key(log.attributes, "absent")',
      'keep_keys(log.attributes, ["k", "x"])',
      'set(log.event_name, log.event_name)',
    ],
  });
  const decoded = recordsOf(
    { eventName: 'a', body: {}, attributes: texts({ k: 'v' }) },
    { eventName: 'b', body: {}, attributes: texts({ k: 'v' }) },
  );
  const before = structuredClone(decoded);
  const request = OtlpRequest.from('logs', decoded);
  const after = await processor.process(request);
  assert.deepEqual(decoded, before);
  const recordsIn = (from: object): object[] =>
    Object.values(from).flatMap((list) => list[0].scopeLogs[0].logRecords);
  assert.equal(recordsIn(after?.decoded() ?? {})[1], recordsIn(decoded)[1]);
  assert.notEqual(recordsIn(after?.decoded() ?? {})[0], recordsIn(decoded)[0]);
  const second = OtlpRequest.from('logs', recordsOf({ eventName: 'b', body: {} }));
  assert.equal(await processor.process(second), second);
});

test('what a statement sets of a resource holds for the records after it', async () => {
  const { after } = await transformed(
    {
      log_statements: [
        'set(log.attributes["seen"], resource.attributes["r"])',
        'set(resource.attributes["r"], log.event_name)',
      ],
    },
    'logs',
    recordsOf({ eventName: 'a', body: {} }, { eventName: 'b', body: {} }),
  );
  assert.deepEqual(after?.resourceLogs, [
    {
      resource: { attributes: texts({ r: 'b' }) },
      scopeLogs: [
        {
          scope: {},
          logRecords: [
            { eventName: 'a', body: {} },
            { eventName: 'b', body: {}, attributes: texts({ seen: 'a' }) },
          ],
        },
      ],
    },
  ]);
});

test('spans, their events, scopes and resources have statements of their own', async () => {
  const { after } = await transformed(
    {
      trace_statements: [
        { context: 'resource', statements: ['set(attributes["r"], "1")'] },
        { context: 'scope', statements: ['set(name, "s")'] },
        {
          context: 'span',
          conditions: ['IsRootSpan()', 'kind == SPAN_KIND_SERVER'],
          statements: [
            'set(status.code, STATUS_CODE_ERROR)',
            'set(status.message, kind.string)',
            'set(trace_state["a"], "2")',
            'set(attributes["ms"], Milliseconds(end_time - start_time))',
          ],
        },
        { context: 'spanevent', statements: ['set(name, Concat([span.name, name], "/"))'] },
      ],
    },
    'traces',
    spansOf(
      {
        name: 'GET',
        kind: 2,
        parentSpanId: '1'.repeat(16),
        traceState: 'b=1,a=1',
        startTimeUnixNano: '1000000000',
        endTimeUnixNano: '1005000000',
        status: {},
        events: [{ name: 'e' }],
      },
      { name: 'inner', kind: 1, parentSpanId: '1'.repeat(16), status: {} },
    ),
  );
  assert.deepEqual(after?.resourceSpans, [
    {
      resource: { attributes: texts({ r: '1' }) },
      scopeSpans: [
        {
          scope: { name: 's' },
          spans: [
            {
              name: 'GET',
              kind: 2,
              parentSpanId: '1'.repeat(16),
              traceState: 'a=2,b=1',
              startTimeUnixNano: '1000000000',
              endTimeUnixNano: '1005000000',
              status: { code: 2, message: 'Server' },
              events: [{ name: 'GET/e' }],
              attributes: [{ key: 'ms', value: { intValue: '5' } }],
            },
            { name: 'inner', kind: 1, parentSpanId: '1'.repeat(16), status: {} },
          ],
        },
      ],
    },
  ]);
});

test('the context of statements is the innermost that they name, or one inside that has their functions', async () => {
  const { after } = await transformed(
    { trace_statements: ['set(resource.attributes["root"], true) where IsRootSpan()'] },
    'traces',
    spansOf({ name: 'a', status: {} }),
  );
  assert.match(JSON.stringify(after), /"root"/);
});

test('a statement that fails is logged, a second time after ten; the others run', async () => {
  const statements = ['set(log.attributes["a"], Substring(log.body, 0, 9))', 'set(log.attributes["b"], 1)'];
  const ten = Array.from({ length: 10 }, () => ({ body: { stringValue: 'SECRET' } }));
  const { after, lines } = await transformed({ log_statements: statements }, 'logs', recordsOf(...ten));
  assert.deepEqual(lines, [
    'warn statement fails processor=transform at=processors.transform.log_statements[0] error=the text ends before start + length count=1',
    'warn statement fails processor=transform at=processors.transform.log_statements[0] error=the text ends before start + length count=10',
  ]);
  assert.equal(JSON.stringify(after).split('"b"').length, 11);
});

test('error_mode silent says nothing, propagate refuses the request, and a group may have its own', async () => {
  const statements = ['set(log.attributes["a"], Substring(log.body, 0, 9))'];
  const silent = await transformed(
    { error_mode: 'silent', log_statements: statements },
    'logs',
    recordsOf({ body: {} }),
  );
  assert.deepEqual(silent.lines, []);
  const { pass } = await makeProcessor('transform', {
    log_statements: [{ context: 'log', error_mode: 'propagate', statements }],
  });
  await assert.rejects(async () => pass('logs', recordsOf({ body: {} })), {
    code: 'EXPORT_FAILED',
    message: 'processors.transform.log_statements[0].statements[0]: expected a string, got nil',
    retry: {},
  });
});

test('bytes of which there are none are nil to conditions, and null in JSON', async () => {
  const statements = [
    'set(log.attributes["is nil"], true) where log.attributes["none"] == nil and log.attributes["none"] == log.body',
    'set(log.attributes["is less"], true) where log.attributes["none"] < log.attributes["some"]',
    'set(log.attributes["json"], String({"none": log.attributes["none"], "some": log.attributes["some"]}))',
  ];
  const given = [
    { key: 'none', value: { bytesValue: '' } },
    { key: 'some', value: { bytesValue: 'AQ==' } },
  ];
  const { after } = await transformed(
    { log_statements: statements },
    'logs',
    recordsOf({ body: {}, attributes: given }),
  );
  assert.deepEqual(
    after,
    recordsOf({
      body: {},
      attributes: [
        ...given,
        { key: 'is nil', value: { boolValue: true } },
        { key: 'json', value: { stringValue: '{"none":null,"some":"AQ=="}' } },
      ],
    }),
  );
});

test('of a key that comes twice merge_maps changes the first, as statements do', async () => {
  const { after } = await transformed(
    { log_statements: ['merge_maps(log.attributes, {"k": "new"}, "update")'] },
    'logs',
    recordsOf({ body: {}, attributes: [...texts({ k: '1' }), ...texts({ k: '2' })] }),
  );
  assert.deepEqual(
    after,
    recordsOf({ body: {}, attributes: [...texts({ k: 'new' }), ...texts({ k: '2' })] }),
  );
});

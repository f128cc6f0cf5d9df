// Processors beside those of OTTL: both engines have to leave the same of the same requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTRIBUTES } from './ottl-cases.ts';
import { anyValue, keyValues, type Processors, throughBoth } from './ottl-conformance.ts';
import { requireService } from './require-service.ts';

const BODIES = [
  'call 4111 1111 1111 1111 now',
  {
    user: 'ann',
    password: 'p1',
    note: 'card 4111 1111 1111 1111',
    inner: { password: 'p2', list: ['a', { x: 'y' }] },
  },
  [1, 'card 4111 1111 1111 1111', { password: 'z' }],
  42,
  null,
];

const LOGS = {
  resourceLogs: BODIES.map((body, index) => ({
    resource: {
      attributes: keyValues({ 'service.name': 'conformance', 'host.name': `h${index}`, password: 'r' }),
    },
    scopeLogs: [
      {
        scope: { name: 'lib', version: '1.2', attributes: keyValues({ s: 'x' }) },
        logRecords: [5, 13, 17, 0].map((severityNumber) => ({
          timeUnixNano: '1700000000123456789',
          severityNumber,
          severityText: severityNumber === 13 ? 'WARN' : '',
          body: anyValue(body),
          attributes: keyValues({ ...ATTRIBUTES, index }),
          eventName: `case.${index}`,
        })),
      },
    ],
  })),
};

const TRACES = {
  resourceSpans: [
    {
      resource: { attributes: keyValues({ 'service.name': 'shop', 'host.name': 'h' }) },
      scopeSpans: [
        {
          scope: { name: 'lib', version: '2.0' },
          spans: ['GET /a', 'POST /b', 'db.query'].map((name, index) => ({
            traceId: '1'.repeat(32),
            spanId: `${index + 1}`.repeat(16),
            name,
            kind: index + 1,
            startTimeUnixNano: '1700000000000000000',
            endTimeUnixNano: '1700000001000000000',
            attributes: keyValues({ ...ATTRIBUTES, index }),
            events: [
              { name: 'e', timeUnixNano: '1', attributes: keyValues({ card: ATTRIBUTES.card, ok: 1 }) },
            ],
            status: {},
          })),
        },
      ],
    },
  ],
};

const hash = { key: 'str', action: 'hash' };
const strict = (properties: object) => ({ match_type: 'strict', ...properties });
const regexp = (properties: object) => ({ match_type: 'regexp', ...properties });

const LOG_CASES: readonly Processors[] = [
  {
    attributes: {
      actions: [
        { key: 'new', value: 5, action: 'insert' },
        { key: 'str', value: 'no', action: 'insert' },
        { key: 'num', value: 'text', action: 'update' },
        { key: 'absent', value: 1, action: 'update' },
        { key: 'up', from_attribute: 'dbl', action: 'upsert' },
        { key: 'none', from_attribute: 'absent', action: 'upsert' },
        { key: 'fallback', from_attribute: 'absent', default_value: true, action: 'insert' },
        { key: 'kube_pod.name', action: 'delete' },
        { pattern: '^user\\.', action: 'delete' },
        { key: 'map', value: { a: 1, b: ['x'] }, action: 'insert' },
      ],
    },
  },
  {
    attributes: {
      actions: ['str', 'num', 'dbl', 'yes', 'no', 'list', 'nested', 'bytes', 'nothing', 'neg'].map((key) => ({
        key,
        action: 'hash',
      })),
    },
  },
  { attributes: { actions: [{ pattern: '^(str|utf)$', action: 'hash' }] } },
  {
    attributes: {
      actions: [
        { key: 'path', pattern: '/users/(?P<user_id>\\d+)/orders/(?P<order_id>\\d+)', action: 'extract' },
        { key: 'num', pattern: '(?P<digits>\\d+)', action: 'extract' },
      ],
    },
  },
  {
    attributes: {
      actions: ['numtext', 'dbl', 'yes', 'str', 'nested', 'big'].map((key) => ({
        key,
        converted_type: 'int',
        action: 'convert',
      })),
    },
  },
  {
    attributes: {
      actions: ['floattext', 'num', 'yes', 'str', 'dbl'].map((key) => ({
        key,
        converted_type: 'double',
        action: 'convert',
      })),
    },
  },
  {
    attributes: {
      actions: Object.keys(ATTRIBUTES).map((key) => ({ key, converted_type: 'string', action: 'convert' })),
    },
  },
  { attributes: { include: strict({ attributes: [{ key: 'index', value: 2 }] }), actions: [hash] } },
  { attributes: { include: regexp({ attributes: [{ key: 'index', value: '[12]' }] }), actions: [hash] } },
  { attributes: { exclude: strict({ resources: [{ key: 'host.name', value: 'h3' }] }), actions: [hash] } },
  { attributes: { include: regexp({ log_bodies: ['card|call'] }), actions: [hash] } },
  { attributes: { include: strict({ log_severity_texts: ['WARN'] }), actions: [hash] } },
  {
    attributes: {
      include: strict({ log_severity_number: { min: 13, match_undefined: true } }),
      exclude: strict({ libraries: [{ name: 'other' }] }),
      actions: [hash],
    },
  },
  { attributes: { include: strict({ libraries: [{ name: 'lib', version: '1.2' }] }), actions: [hash] } },
  {
    resource: {
      attributes: [
        { key: 'host.name', action: 'delete' },
        { key: 'service.name', value: 'renamed', action: 'upsert' },
        { key: 'copy', from_attribute: 'service.name', action: 'insert' },
      ],
    },
  },
  { filter: { logs: { include: strict({ severity_number: { min: 'WARN' } }) } } },
  { filter: { logs: { exclude: strict({ severity_number: { min: '13', match_undefined: true } }) } } },
  {
    filter: {
      logs: {
        include: regexp({ bodies: ['card'], resource_attributes: [{ key: 'host.name', value: 'h' }] }),
      },
    },
  },
  {
    filter: {
      logs: {
        exclude: strict({ record_attributes: [{ key: 'index', value: 1 }] }),
        include: regexp({ bodies: ['4111'] }),
      },
    },
  },
  { filter: { log_conditions: ['resource.attributes["host.name"] == "h1"', 'log.severity_number == 5'] } },
  { filter: { log_conditions: [{ context: 'resource', conditions: ['attributes["host.name"] == "h1"'] }] } },
  { redaction: { allow_all_keys: true, blocked_values: ['4[0-9]{3}([ -]?[0-9]{4}){3}'], summary: 'debug' } },
  {
    redaction: {
      allowed_keys: ['str', 'card', 'service.name', 'user', 'note'],
      blocked_values: ['4\\d{3}'],
      summary: 'debug',
    },
  },
  { redaction: { allow_all_keys: true, blocked_key_patterns: ['.*password.*'], summary: 'info' } },
  {
    redaction: {
      allow_all_keys: true,
      blocked_key_patterns: ['password'],
      hash_function: 'md5',
      summary: 'silent',
    },
  },
  {
    redaction: {
      allow_all_keys: true,
      blocked_values: ['\\d+'],
      hash_function: 'sha1',
      redact_all_types: true,
    },
  },
  { redaction: { allow_all_keys: true, blocked_values: ['[a-z]+'], hash_function: 'sha3' } },
  {
    redaction: {
      allow_all_keys: true,
      blocked_values: ['\\d{4}'],
      hash_function: 'hmac-sha256',
      hmac_key: 'k'.repeat(32),
      ignored_keys: ['path'],
      ignored_key_patterns: ['^dat'],
      allowed_values: ['^/api'],
      summary: 'debug',
    },
  },
  {
    redaction: {
      allow_all_keys: true,
      blocked_values: ['\\d+'],
      redact_all_types: true,
      allowed_values: ['^42$'],
      summary: 'debug',
    },
  },
  {
    'redaction/1': { allow_all_keys: true, blocked_values: ['4111'], summary: 'debug' },
    'redaction/2': { allow_all_keys: true, blocked_key_patterns: ['^str$'], summary: 'debug' },
  },
];

const TRACE_CASES: readonly Processors[] = [
  { attributes: { actions: [hash], include: strict({ span_names: ['GET /a'] }) } },
  { attributes: { actions: [hash], include: regexp({ services: ['^sh'], span_names: ['/'] }) } },
  { attributes: { actions: [hash], exclude: strict({ span_kinds: ['SPAN_KIND_SERVER'] }) } },
  { filter: { spans: { exclude: regexp({ span_names: ['^db'] }) } } },
  { filter: { spans: { include: regexp({ span_kinds: ['CLIENT|SERVER'] }) } } },
  { filter: { traces: { span: ['kind == SPAN_KIND_SERVER'], spanevent: ['attributes["ok"] == 1'] } } },
  {
    filter: {
      trace_conditions: [
        'span.name == "db.query"',
        'spanevent.name == "e" and span.kind == SPAN_KIND_INTERNAL',
      ],
    },
  },
  { redaction: { allow_all_keys: true, blocked_values: ['4111'], summary: 'debug' } },
  { redaction: { allowed_keys: ['str', 'service.name'], summary: 'debug' } },
  {
    transform: {
      trace_statements: [
        'set(span.name, "changed") where IsRootSpan() and span.kind == SPAN_KIND_SERVER',
        'set(span.status.code, STATUS_CODE_ERROR)',
        'set(span.status.message, span.kind.string)',
        'set(span.attributes["ms"], Milliseconds(span.end_time - span.start_time))',
        'set(span.attributes["events"], Len(span.events))',
        'set(span.trace_state["k"], "v")',
        'set(span.parent_span_id, SpanID(0x0102030405060708))',
        'set(span.kind, SPAN_KIND_CONSUMER) where span.kind == SPAN_KIND_CLIENT',
        'set(span.attributes["dep"], span.kind.deprecated_string)',
      ],
    },
  },
  {
    transform: {
      trace_statements: [
        'set(spanevent.name, Concat([span.name, spanevent.name], "/"))',
        'delete_key(spanevent.attributes, "card")',
        'set(spanevent.time_unix_nano, span.start_time_unix_nano)',
        'set(resource.attributes["seen"], true)',
      ],
    },
  },
  {
    transform: {
      trace_statements: [
        { context: 'scope', statements: ['set(name, "s")', 'set(attributes["a"], version)'] },
      ],
    },
  },
  {
    transform: {
      trace_statements: [
        {
          context: 'resource',
          conditions: ['attributes["service.name"] == "shop"'],
          statements: ['keep_keys(attributes, ["service.name"])', 'set(schema_url, "https://x.example")'],
        },
      ],
    },
  },
  { transform: { trace_statements: ['set(resource.attributes["root"], true) where IsRootSpan()'] } },
  {
    transform: {
      trace_statements: [
        {
          statements: ['set(span.attributes["a"], 1)'],
          conditions: ['span.name == "GET /a"', 'span.name == "POST /b"'],
        },
      ],
    },
  },
];

for (const [signal, request, cases] of [
  ['logs', LOGS, LOG_CASES],
  ['traces', TRACES, TRACE_CASES],
] as const) {
  for (const processors of cases) {
    const name = `${signal}: ${JSON.stringify(processors).slice(0, 150)}`;
    test(name, async (t) => {
      if (!requireService(t, 'otelcol')) return;
      const { real, embedded } = await throughBoth(t, signal, processors, request);
      assert.ok(real.length > 0);
      assert.deepEqual(embedded, real);
    });
  }
}

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { type HttpExporterOptions, httpExporter } from '../../src/exporters/http.ts';
import { EventLogger, type EventLoggerOptions, type OtelEventsError } from '../../src/index.ts';
import { readDeadLetters } from '../../src/spool/send/dead-letters.ts';
import { type Answer, type HttpSink, httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const END = { pending: 0, dropped: 0 };

interface Started {
  readonly events: EventLogger;
  readonly sink: HttpSink;
  readonly errors: OtelEventsError[];
}

/** A logger that delivers to a server of the test's own. */
async function started(
  t: TestContext,
  options: Partial<HttpExporterOptions> = {},
  answer?: Answer,
  loggerOptions: EventLoggerOptions = {},
): Promise<Started> {
  const sink = await httpSink(answer);
  t.after(() => sink.close());
  const errors: OtelEventsError[] = [];
  const events = new EventLogger({
    delivery: 'none',
    logLevel: 'none',
    onError: (error) => errors.push(error),
    exporters: [httpExporter({ url: sink.url, name: 'http', ...options })],
    ...loggerOptions,
  });
  t.after(() => events.close({ timeoutMs: 1 }));
  return { events, sink, errors };
}

const end = (response: ServerResponse, status: number): unknown => response.writeHead(status).end();
const namesOf = ({ body }: SinkRequest): string[] =>
  (JSON.parse(String(body)) as { name: string }[]).map(({ name }) => name);

/** What the server took for good, given what it answered. */
function taken(requests: readonly SinkRequest[], took: (request: SinkRequest) => boolean): string[] {
  return requests.filter(took).flatMap(namesOf);
}

test('batch: the events of a batch are one JSON array, in order', async (t) => {
  for (const batch of [true, 'array'] as const) {
    const { events, sink } = await started(t, { batch });
    for (const name of ['a', 'b', 'c']) events.log(name);
    assert.deepEqual(await events.flush(), { acked: 3, rejected: 0, ...END });
    assert.deepEqual(sink.requests.map(namesOf), [['a', 'b', 'c']]);
    assert.equal(sink.requests[0]?.headers['content-type'], 'application/json');
  }
});

test('batch as a function: it makes the body around the array', async (t) => {
  const { events, sink } = await started(t, {
    batch: (array) => `{"key":"k","batch":${array}}`,
    format: ({ eventName }) => ({ name: eventName }),
  });
  for (const name of ['a', 'b']) events.log(name);
  assert.deepEqual(await events.flush(), { acked: 2, rejected: 0, ...END });
  const bodies = sink.requests.map(({ body }) => JSON.parse(String(body)));
  assert.deepEqual(bodies, [{ key: 'k', batch: [{ name: 'a' }, { name: 'b' }] }]);
});

test('batch lines: a line of JSON for each event; compressed if asked for', async (t) => {
  const { events, sink } = await started(t, { batch: 'lines', compression: 'gzip', format: 'edx' });
  events.log('a');
  events.log('b\nc');
  await events.flush();
  const [request] = sink.requests;
  const text = String(gunzipSync(request?.body ?? Buffer.of()));
  assert.ok(text.endsWith('}\n'));
  const lines = text.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).name),
    ['a', 'b\nc'],
  );
  assert.equal(request?.headers['content-type'], 'application/x-ndjson');
  assert.equal(request?.headers['content-encoding'], 'gzip');
});

test('one poisonous event among many is rejected alone, and kept as a dead letter', async (t) => {
  const directory = tempDir(t);
  const took = ({ body }: SinkRequest): boolean => !String(body).includes('poison');
  const answer: Answer = (request, response) => end(response, took(request) ? 204 : 400);
  const { events, sink } = await started(t, { batch: true }, answer, { spool: directory });
  const names = Array.from({ length: 100 }, (_, index) => (index === 37 ? 'poison' : `n${index}`));
  for (const name of names) events.log(name);
  assert.deepEqual(await events.flush(), { acked: 99, rejected: 1, ...END });
  assert.deepEqual(events.stats().events.poison?.rejected, { http_400: 1 });
  assert.deepEqual(
    taken(sink.requests, took),
    names.filter((name) => name !== 'poison'),
  );
  await events.close();
  const letters = [...readDeadLetters(directory)].map(({ letter }) => [letter.sink, letter.name]);
  assert.deepEqual(letters, [['http', 'poison']]);
});

test('413: the batch is sent in smaller ones; an event that is too large alone is rejected', async (t) => {
  const took = ({ body }: SinkRequest): boolean => body.length < 4000;
  const answer: Answer = (request, response) => end(response, took(request) ? 200 : 413);
  const { events, sink } = await started(t, { batch: true, format: 'edx' }, answer);
  const names = Array.from({ length: 200 }, (_, index) => `n${index}`);
  for (const name of names) events.log(name);
  events.log('huge', { text: 'x'.repeat(5000) });
  events.log('last');
  assert.deepEqual(await events.flush(), { acked: 201, rejected: 1, ...END });
  assert.deepEqual(events.stats().events.huge?.rejected, { http_413: 1 });
  assert.deepEqual(taken(sink.requests, took), [...names, 'last']);
});

test('409: what the server has already is delivered, also in the middle of a batch', async (t) => {
  const isThere = ({ body }: SinkRequest): boolean => String(body).includes('there');
  const answer: Answer = (request, response) => end(response, isThere(request) ? 409 : 201);
  for (const batch of [false, true]) {
    const { events, sink } = await started(t, { batch, format: 'edx' }, answer);
    for (const name of ['a', 'there', 'b']) events.log(name);
    assert.deepEqual(await events.flush(), { acked: 3, rejected: 0, ...END });
    const others = sink.requests.filter((request) => !isThere(request)).map(({ body }) => String(body));
    assert.equal(others.join().match(/"name"/g)?.length, 2);
  }
});

test('an event that its format refuses is rejected alone', async (t) => {
  const format = ({ eventName }: { eventName: string }): unknown => {
    if (eventName === 'odd') throw new Error('secret contents');
    return { name: eventName, big: eventName === 'bigint' ? 1n : 1 };
  };
  const { events, sink, errors } = await started(t, { batch: true, format });
  for (const name of ['a', 'odd', 'b', 'bigint', 'c']) events.log(name);
  assert.deepEqual(await events.flush(), { acked: 3, rejected: 2, ...END });
  assert.deepEqual(events.stats().total.rejected, { format_failed: 2 });
  assert.deepEqual(sink.requests.flatMap(namesOf), ['a', 'b', 'c']);
  assert.doesNotMatch(errors.map(({ message }) => message).join(), /secret/);
});

for (const [what, wrap] of [
  ['throws', (events: string) => (events.includes('poison') ? assert.fail('secret contents') : events)],
  [
    'gives no text',
    (events: string) => (events.includes('poison') ? (undefined as unknown as string) : events),
  ],
] as const) {
  test(`a batch function that ${what} for one event: that one is rejected, all others arrive`, async (t) => {
    const { events, sink, errors } = await started(t, { batch: wrap });
    for (const name of ['a', 'b', 'poison', 'c', 'd']) events.log(name);
    assert.deepEqual(await events.flush({ timeoutMs: 5000 }), { acked: 4, rejected: 1, ...END });
    assert.deepEqual(events.stats().total.rejected, { batch_failed: 1 });
    assert.deepEqual(sink.requests.flatMap(namesOf), ['a', 'b', 'c', 'd']);
    assert.doesNotMatch(errors.map(({ message }) => message).join(), /secret/);
  });
}

test('http to a port that wants https loses no event, and the report says what to check', async (t) => {
  const answer: Answer = (_, response) =>
    response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.');
  const { events, errors } = await started(t, { batch: true }, answer);
  for (const name of ['a', 'b', 'c']) events.log(name);
  assert.deepEqual(await events.flush({ timeoutMs: 5000 }), {
    acked: 0,
    rejected: 0,
    dropped: 0,
    pending: 3,
  });
  assert.match(
    errors[0]?.message ?? '',
    /has accepted nothing so far.* answered 400 \(check the URL, and whether it has to be http or https/,
  );
  assert.equal(errors.length, 1);
});

const READERS: Readonly<Record<string, NonNullable<HttpExporterOptions['accepted']>>> = {
  'a boolean for each': ({ body }) => (JSON.parse(body) as number[]).map((status) => status === 200),
  'those records': ({ body }, records) => records.filter((_, index) => JSON.parse(body)[index] === 200),
  'a promise': async ({ body, status, headers }) => {
    assert.deepEqual([status, headers['x-a']], [207, 'b']);
    return (JSON.parse(body) as number[]).map((code) => code === 200);
  },
};

for (const [what, accepted] of Object.entries(READERS)) {
  test(`an answer that refuses parts is read, as ${what}: these are rejected, with the status as the reason`, async (t) => {
    const spool = tempDir(t);
    const answer: Answer = (request, response) => {
      const statuses = namesOf(request).map((name) => (name === 'bad' ? 400 : 200));
      response.writeHead(207, { 'x-a': 'b' }).end(JSON.stringify(statuses));
    };
    const { events, sink } = await started(t, { batch: true, accepted }, answer, { spool });
    for (const name of ['a', 'bad', 'b', 'bad', 'bad', 'c']) events.log(name);
    assert.deepEqual(await events.flush({ timeoutMs: 5000 }), { acked: 3, rejected: 3, ...END });
    assert.deepEqual([events.stats().total.rejected, sink.requests.length], [{ http_207: 3 }, 1]);
    await events.close();
    const letters = [...readDeadLetters(spool)].map(({ letter }) => [letter.name, letter.reason]);
    assert.deepEqual(
      letters,
      [1, 2, 3].map(() => ['bad', 'http_207']),
    );
  });
}

test('accepted may take or refuse a whole answer; one that throws is tried again', async (t) => {
  for (const [acceptance, counts] of [
    [true, { acked: 1, rejected: 0 }],
    [undefined, { acked: 1, rejected: 0 }],
    [false, { acked: 0, rejected: 1 }],
    [[], { acked: 0, rejected: 1 }],
  ] as const) {
    const { events } = await started(t, { batch: true, accepted: () => acceptance });
    events.log('a');
    assert.deepEqual(await events.flush({ timeoutMs: 5000 }), { ...counts, ...END });
  }
  let calls = 0;
  const { events } = await started(t, { accepted: () => ++calls > 1 || assert.fail('not yet') });
  events.log('a');
  assert.deepEqual(await events.flush({ timeoutMs: 5000 }), { acked: 1, rejected: 0, ...END });
});

const BAD_HEADERS: readonly [headers: unknown, message: RegExp][] = [
  [{ 'x-key': undefined }, /option headers: "x-key": wanted a text on one line, got nothing$/],
  [{ 'x-key': null }, /"x-key": wanted a text on one line, got null$/],
  [{ 'x-key': 7 }, /"x-key": .* got a number$/],
  [{ 'x-key': ['secret'] }, /"x-key": .* got an array$/],
  [{ 'x-key': 'secret\r\nx: y' }, /"x-key": .* got characters that no header can hold$/],
  [{ 'x-key': 'secret€' }, /"x-key": .* got characters that no header can hold$/],
  [{ 'x key': 'secret' }, /"x key": wanted a name that HTTP knows/],
  [{ '': 'secret' }, /"": wanted a name/],
  [{ 'Content-Length': '7' }, /"Content-Length": wanted to be left out/],
  [{ ok: 'secret', 'a\nb': 'secret' }, /"a\\nb": wanted a name/],
  [null, /option headers: wanted an object of texts, got null$/],
  ['x: secret', /option headers: wanted an object of texts/],
  [[['x', 'secret']], /option headers: wanted an object of texts, got an array$/],
];

for (const [headers, message] of BAD_HEADERS) {
  test(`headers ${JSON.stringify(headers) ?? String(headers)} are an error where they are given, and events wait where a function gives them`, async (t) => {
    const options = { url: 'http://127.0.0.1:1', headers } as HttpExporterOptions;
    assert.throws(
      () => httpExporter(options),
      (error: OtelEventsError) => {
        assert.equal(error.code, 'OPTION_INVALID');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
    let given = headers;
    const { events, errors, sink } = await started(t, { headers: () => given as Record<string, string> });
    events.log('a');
    await sinkless(errors);
    assert.match(errors[0]?.message ?? '', new RegExp(message.source.replace(/\$$/, '; events wait$')));
    given = { authorization: 'good' };
    assert.deepEqual(await events.flush({ timeoutMs: 5000 }), { acked: 1, rejected: 0, ...END });
    assert.equal(sink.requests[0]?.headers.authorization, 'good');
  });
}

async function sinkless(errors: readonly unknown[]): Promise<void> {
  while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('a function is asked for the headers of each request; one that throws is asked again', async (t) => {
  let calls = 0;
  const headers = async (): Promise<Record<string, string>> =>
    ++calls === 1
      ? assert.fail('secret')
      : { authorization: `token ${calls}`, 'content-type': 'text/x-events' };
  const { events, errors, sink } = await started(t, { headers });
  for (const name of ['a', 'b']) events.log(name);
  assert.deepEqual(await events.flush({ timeoutMs: 5000 }), { acked: 2, rejected: 0, ...END });
  assert.deepEqual(
    sink.requests.map((request) => [request.headers.authorization, request.headers['content-type']]),
    [2, 3].map((call) => [`token ${call}`, 'text/x-events']),
  );
  assert.deepEqual(
    errors.map(({ message }) => message),
    ['httpExporter: option headers: the function that gives them threw; events wait'],
  );
});

test('a method, a key and a reader of answers that cannot be are errors', () => {
  for (const [option, value] of [
    ['method', 'PO ST'],
    ['method', ''],
    ['apiKey', 'a\nb'],
    ['apiKey', 7],
    ['accepted', true],
  ] as const) {
    const options = { url: 'http://127.0.0.1:1', [option]: value } as unknown as HttpExporterOptions;
    assert.throws(() => httpExporter(options), {
      code: 'OPTION_INVALID',
      message: new RegExp(`option ${option}: wanted`),
    });
  }
});

test('a server that refuses everything does not empty the queue', async (t) => {
  const { events } = await started(t, { batch: false }, (_, response) => end(response, 400));
  for (let count = 0; count < 400; count++) events.log('x');
  const { pending, rejected } = await events.flush({ timeoutMs: 5000 });
  assert.ok(pending > 100 && rejected < 300, `pending ${pending}, rejected ${rejected}`);
});

test('options that do not exist or cannot be are errors', () => {
  const url = 'http://localhost:1/';
  assert.throws(() => httpExporter({ url, compresion: 'gzip' } as never), {
    code: 'OPTION_UNKNOWN',
    message: /did you mean compression\?/,
  });
  assert.throws(() => httpExporter({ url, batch: 'yes' as never }), { code: 'OPTION_INVALID' });
  assert.throws(() => httpExporter({ url, format: 'trubric' as never }), { code: 'OPTION_INVALID' });
  assert.throws(() => httpExporter({ url, flushBatchSize: Number.NaN }), { code: 'OPTION_INVALID' });
  assert.throws(
    () => httpExporter({ url: 'ftp://user:secret@host/' }),
    (error: OtelEventsError) => {
      return error.code === 'EXPORT_URL_INVALID' && !error.message.includes('secret');
    },
  );
});

test('trubrics: an array to publish_events of the host, with the key, as its own client', async (t) => {
  const { events, sink } = await started(t, { format: 'trubrics', apiKey: 'k-1' });
  const time = new Date('2026-01-02T03:04:05.678Z');
  events.log('Page view', { page: '/' }, { userId: 'u1', timestamp: time });
  events.log('Like', {}, { userId: 'u2', timestamp: time });
  await events.flush();
  const [request] = sink.requests;
  assert.equal(sink.requests.length, 1);
  assert.equal(`${request?.method} ${request?.path}`, 'POST /publish_events');
  assert.equal(request?.headers['x-api-key'], 'k-1');
  const sent = JSON.parse(String(request?.body)) as { timestamp: string }[];
  assert.deepEqual(
    sent.map(({ timestamp, ...rest }) => ({ ...rest, time: Date.parse(timestamp) })),
    [
      { user_id: 'u1', event: 'Page view', properties: { page: '/' }, time: time.getTime() },
      { user_id: 'u2', event: 'Like', properties: {}, time: time.getTime() },
    ],
  );
});

test('trubrics: what trackLlm emits is two elements of the array', async (t) => {
  const { events, sink } = await started(t, { format: 'trubrics' });
  events.log('gen_ai.client.inference.operation.details', {
    'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Hi?' }] }],
    'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: 'Hi!' }] }],
  });
  events.log('Like');
  assert.deepEqual(await events.flush(), { acked: 2, rejected: 0, ...END });
  const sent = JSON.parse(String(sink.requests[0]?.body)) as { event: string }[];
  assert.deepEqual(
    sent.map(({ event }) => event),
    ['Prompt', 'Generation', 'Like'],
  );
});

const CLAMPS: readonly [Partial<HttpExporterOptions>, number, number][] = [
  [{}, 10_000, 20],
  [{ flushIntervalMs: 10, flushBatchSize: 1000 }, 1000, 100],
  [{ flushIntervalMs: 60_000, flushBatchSize: 0 }, 60_000, 1],
  [{ flushBatchSize: -5 }, 10_000, 1],
];

for (const [given, flushIntervalMs, flushBatchSize] of CLAMPS) {
  test(`trubrics: ${JSON.stringify(given)} is ${flushIntervalMs} ms, ${flushBatchSize} events`, () => {
    const exporter = httpExporter({ url: 'http://localhost:1', format: 'trubrics', ...given });
    assert.deepEqual(
      { flushIntervalMs: exporter.flushIntervalMs, flushBatchSize: exporter.flushBatchSize },
      { flushIntervalMs, flushBatchSize },
    );
  });
}

const PATHS: readonly [string, string][] = [
  ['http://h', 'http:http://h/publish_events'],
  ['http://h/', 'http:http://h/publish_events'],
  ['https://app.trubrics.com/api/ingestion', 'http:https://app.trubrics.com/api/ingestion/publish_events'],
  ['http://h/my/proxy', 'http:http://h/my/proxy'],
  ['http://h/publish_events', 'http:http://h/publish_events'],
];

for (const [url, name] of PATHS) {
  test(`trubrics: ${url} is ${name}`, () => {
    assert.equal(httpExporter({ url, format: 'trubrics' }).name, name);
  });
}

test('trubrics, mended: a batch size of 0 does not wedge the queue', async (t) => {
  const { events } = await started(t, { format: 'trubrics', flushBatchSize: 0 });
  for (let count = 0; count < 5; count++) events.log('x');
  assert.equal((await events.flush()).acked, 5);
});

test('trubrics, mended: a 503 for a while loses nothing', async (t) => {
  const answer: Answer = (_, response, index) => end(response, index < 2 ? 503 : 200);
  const { events, sink } = await started(t, { format: 'trubrics' }, answer);
  for (let count = 0; count < 50; count++) events.log('x', { count });
  assert.deepEqual(await events.close({ timeoutMs: 30_000 }), { acked: 50, rejected: 0, ...END });
  const counts = sink.requests
    .slice(2)
    .flatMap(({ body }) => JSON.parse(String(body)) as { properties: { count: number } }[])
    .map(({ properties }) => properties.count);
  assert.deepEqual(
    counts,
    Array.from({ length: 50 }, (_, index) => index),
  );
});

test('trubrics, mended: one odd value does not drop the batch', async (t) => {
  const { events, sink } = await started(t, { format: 'trubrics' });
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const odd = [
    { score: Number.NaN },
    { big: 2n ** 70n },
    circular,
    { call: () => 1 },
    { at: new Date(Number.NaN) },
  ];
  for (const data of odd) events.log('odd', data);
  events.log('good', { score: 1 });
  assert.deepEqual(await events.flush(), { acked: 6, rejected: 0, ...END });
  assert.equal(JSON.parse(String(sink.requests[0]?.body)).length, 6);
});

test('the key and credentials show up in no name, no error and no count', async (t) => {
  const sink = await httpSink((_, response) => end(response, 401));
  t.after(() => sink.close());
  const url = `${sink.url.replace('//', '//user:secret-1@')}/in?key=secret-2`;
  const exporter = httpExporter({ url, apiKey: 'secret-3', headers: { authorization: 'secret-4' } });
  const errors: OtelEventsError[] = [];
  const onError = (error: OtelEventsError): number => errors.push(error);
  const events = new EventLogger({ delivery: 'none', logLevel: 'none', onError, exporters: [exporter] });
  events.log('x');
  await events.close({ timeoutMs: 100 });
  assert.equal(sink.requests[0]?.headers['x-api-key'], 'secret-3');
  assert.ok(errors.length > 0);
  assert.doesNotMatch(inspect([exporter, errors, events.stats(), events], { depth: 9 }), /secret/);
});

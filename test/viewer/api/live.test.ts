import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../collector/samples.ts';
import { events, type Made, type ViewerUnderTest, viewerUnderTest } from './viewer-under-test.ts';

interface Message {
  readonly event: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at data as it comes
  readonly data: any;
}

/** A stream, message by message. */
async function follow(
  t: TestContext,
  { url }: ViewerUnderTest,
  query: string,
  headers: Record<string, string> = {},
) {
  const hungUp = new AbortController();
  t.after(() => hungUp.abort());
  const response = await fetch(`${url}/api/live?q=${encodeURIComponent(query)}`, {
    headers,
    signal: hungUp.signal,
  });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let text = '';
  return async (): Promise<Message> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end !== -1) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string) =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
        if (field('event') !== '')
          return { event: field('event'), id: field('id'), data: JSON.parse(field('data')) };
      }
      const { value, done } = await reader.read();
      assert.ok(!done, 'the stream ended');
      text += value;
    }
  };
}

const named = (...names: string[]): readonly Made[] => names.map((name) => ({ name }));
const namesOf = ({ data }: Message) => data.map(({ name }: { name: string }) => name);

test('rows that fit come as they are stored, and a lost connection goes on where it was', async (t) => {
  const viewer = await viewerUnderTest(t);
  await viewer.store.ingest(events(named('a', 'b')));
  const next = await follow(t, viewer, 'name:a');
  const hello = await next();
  assert.equal(hello.event, 'hello');
  await viewer.store.ingest(events(named('b')));
  await viewer.store.ingest(events(named('b', 'a', 'c', 'a')));
  const rows = await next();
  assert.deepEqual([rows.event, namesOf(rows)], ['rows', ['a', 'a']]);
  await viewer.store.ingest(events(named('a', 'b')));
  assert.deepEqual(namesOf(await next()), ['a']);
  // From the message before the last one, and from the greeting.
  const again = await follow(t, viewer, 'name:a', { 'last-event-id': rows.id });
  assert.deepEqual([(await again()).event, namesOf(await again())], ['hello', ['a']]);
  const fromStart = await follow(t, viewer, 'name:a', { 'last-event-id': hello.id });
  assert.deepEqual([(await fromStart()).event, namesOf(await fromStart())], ['hello', ['a', 'a', 'a']]);
  const odd = await follow(t, viewer, '', { 'last-event-id': "1' or 1=1" });
  assert.equal((await odd()).event, 'hello');
});

test('a client that does not read holds nothing, and is told how many rows it missed', async (t) => {
  const viewer = await viewerUnderTest(t);
  const { hostname, port } = new URL(viewer.url);
  const socket = connect(Number(port), hostname).setEncoding('utf8').pause();
  t.after(() => socket.destroy());
  socket.write(`GET /api/live HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  const body = 'x'.repeat(2000);
  // Some of it is in the buffers of the sockets; all that is beyond waits in the store.
  for (let batch = 0; batch < 30; batch++)
    await viewer.store.ingest(
      events(Array.from({ length: 1000 }, (_, at) => ({ name: `${batch}-${at}`, body }))),
    );
  const parts: string[] = [];
  const isOver = () => parts.slice(-2).join('').includes('"name":"29-999"');
  socket.on('data', (part: string) => parts.push(part));
  socket.resume();
  while (!isOver()) await once(socket, 'data');
  const text = parts.join('');
  const skipped = [...text.matchAll(/event: skipped\ndata: \{"count":(\d+)\}/g)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
  const seen = [...text.matchAll(/"name":"\d+-\d+"/g)].map(([name]) => name);
  assert.ok(skipped > 0, 'some were skipped');
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.length + skipped, 30_000);
});

test('who hangs up makes room for another one, and the end of the viewer ends its streams', async (t) => {
  const viewer = await viewerUnderTest(t);
  for (let client = 0; client < 105; client++) {
    // The place of those before is free when the server has seen that their connections are closed.
    await eventually(async () => {
      const hungUp = new AbortController();
      const { status } = await fetch(`${viewer.url}/api/live`, { signal: hungUp.signal });
      hungUp.abort();
      return status === 200;
    });
  }
  const { body } = await fetch(`${viewer.url}/api/live`);
  const ended = assert.rejects(async () => {
    for await (const _ of body as ReadableStream<Uint8Array>);
  });
  await viewer.close();
  await ended;
});

test('a hundred follow at once, which is as many as may: none is sent away when rows come', async (t) => {
  const viewer = await viewerUnderTest(t);
  const all = await Promise.all(Array.from({ length: 100 }, () => follow(t, viewer, '')));
  for (const next of all) assert.equal((await next()).event, 'hello');
  for (let round = 0; round < 5; round++) {
    await viewer.store.ingest(events(named(`n${round}`)));
    for (const next of all) assert.deepEqual(namesOf(await next()), [`n${round}`]);
  }
});

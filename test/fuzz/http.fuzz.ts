import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WatchedChild } from './child-process.ts';
import type { FuzzTarget, Subject } from './fuzz-target.ts';
import { SCHEMA_ID } from './http/event-body.ts';
import { type Exchange, exchange } from './http/exchange.ts';
import { type Connection, connections, DOORS, type Door, isWhole, rawBytes } from './http/request.ts';

/** As small as in a container; the collector's largest body is in proportion. */
const HEAP_MIB = 384;
/** What it may take beside, and after, everything that is on the heap. */
const PEAK_MIB = HEAP_MIB + 300;

/** CPU time of the event loop's thread between two of its turns. */
const BLOCKED_MS = 2_000;

/** When an answer that is due must have come, on a machine with much else to do. */
const ANSWER_MS = 60_000;

/** Nothing of this is for standard error; what Koa says about broken connections is. */
const COMPLAINT = /uncaught|unhandled|request failed|OtelEventsWarning|TypeError|RangeError/i;

type Ports = Readonly<Record<Door, number>>;

/** Requests to the embedded collector and to the routes for events; see `http/`. */
export const target: FuzzTarget<readonly Connection[]> = {
  name: 'http',
  inputs: connections,
  inputsPerSubject: 300,
  start: () => Servers.start(),
};

class Servers implements Subject<readonly Connection[]> {
  readonly #directory: string;
  readonly #child: WatchedChild;
  readonly #ports: Ports;
  /** A client of the stream that never reads. */
  readonly #idle: Socket;
  #controls = 0;

  private constructor(directory: string, child: WatchedChild, ports: Ports) {
    this.#directory = directory;
    this.#child = child;
    this.#ports = ports;
    this.#idle = connect({ port: ports.node, host: '127.0.0.1' }).on('error', () => {});
    this.#idle.pause().write('GET /api/events/subscribe HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  }

  static async start(): Promise<Servers> {
    const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-fuzz-'));
    const child = new WatchedChild({
      program: path.join(import.meta.dirname, 'http', 'server.ts'),
      args: [directory],
      nodeArgs: [`--max-old-space-size=${HEAP_MIB}`],
    });
    const { ports } = await child.started<{ ports: Ports }>();
    return new Servers(directory, child, ports);
  }

  async take(input: readonly Connection[]): Promise<void> {
    this.#child.peakMiB();
    await this.#child.whileAlive(Promise.all(input.map((connection) => this.#send(connection))), {});
    await this.#control();
    const { blockedMs } = await this.#child.ask<{ blockedMs: number }>({});
    assert.ok(
      blockedMs < BLOCKED_MS,
      `the event loop was blocked for ${Math.round(blockedMs)} ms of CPU time`,
    );
    const peak = this.#child.peakMiB();
    assert.ok(peak < PEAK_MIB, `${Math.round(peak)} MiB of memory`);
    assert.doesNotMatch(this.#child.stderr, COMPLAINT);
  }

  async #send({ door, requests, cutAfter }: Connection): Promise<void> {
    const bytes = Buffer.concat(requests.map(rawBytes));
    const firstOdd = requests.findIndex((request) => !isWhole(request));
    const whole = firstOdd === -1 ? requests.length : firstOdd;
    // Whoever gets nothing to answer is left after a moment.
    const timeoutMs = whole > 0 ? ANSWER_MS : 30;
    const got = await exchange(this.#ports[door], bytes, {
      answers: Math.max(1, whole),
      cutAfter,
      timeoutMs,
    });
    checkStatuses(door, got);
    if (cutAfter !== undefined || whole === 0) return;
    assert.ok(
      got.end !== 'ours' || got.statuses.length >= whole,
      `${door}: ${got.statuses.length} answers to ${whole} requests`,
    );
    assert.ok(got.end === 'reset' || got.statuses.length > 0, `${door}: no answer`);
  }

  /** Whatever came before: a good request is taken, by the collector and by one of the routes. */
  async #control(): Promise<void> {
    const n = ++this.#controls;
    const framework = DOORS[1 + (n % (DOORS.length - 1))] as Door;
    const log = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ eventName: `control ${n}` }] }] }] };
    const event = { schema_id: SCHEMA_ID, version: 1, data: { n } };
    await this.#child.whileAlive(
      Promise.all([
        this.#post('collector', '/v1/logs', log, 200),
        this.#post(framework, '/api/events', event, 204),
      ]),
      {},
    );
  }

  /** More than the kernel keeps for a client that does not read: the rest waits in the process. */
  async #fillStream(): Promise<void> {
    for (let left = 200; left > 0; left--) {
      const event = { schema_id: SCHEMA_ID, version: 1, data: { letters: 'x'.repeat(60_000) } };
      await this.#child.whileAlive(this.#post('node', '/api/events', event, 204), {});
    }
  }

  async #post(door: Door, where: string, body: object, wanted: number): Promise<void> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(`http://127.0.0.1:${this.#ports[door]}${where}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    }).catch((error: Error) => assert.fail(`${door}: a good request: ${error.message} ${error.cause ?? ''}`));
    await response.arrayBuffer();
    assert.equal(response.status, wanted, `${door}: a good request`);
  }

  async end(): Promise<void> {
    await this.#fillStream();
    const how = await this.#child.terminate(15_000);
    this.#idle.destroy();
    try {
      assert.equal(how, '0', `SIGTERM: ${how}\n${this.#child.stderr}`);
      const logs = linesOf(path.join(this.#directory, 'logs.jsonl')).join('\n');
      linesOf(path.join(this.#directory, 'traces.jsonl'));
      const events = new Set(linesOf(path.join(this.#directory, 'events.jsonl')).map(numberIn));
      for (let n = 1; n <= this.#controls; n++) {
        assert.ok(
          logs.includes(`"control ${n}"`),
          `log record ${n} of ${this.#controls} was answered 200 and is not in the file`,
        );
        assert.ok(events.has(n), `event ${n} of ${this.#controls} was answered 204 and is not in the file`);
      }
    } finally {
      await this.kill();
    }
  }

  async kill(): Promise<void> {
    this.#idle.destroy();
    await this.#child.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Taken, refused, or too much at once. */
function checkStatuses(door: Door, { statuses }: Exchange): void {
  const wrong = statuses.filter((status) => status >= 500 && status !== 503);
  assert.deepEqual(wrong, [], `${door} answered ${statuses.join(', ')}`);
}

/** Lines of a file, each of them JSON. */
function linesOf(file: string): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  for (const line of lines) JSON.parse(line);
  return lines;
}

function numberIn(line: string): unknown {
  return JSON.parse(line).data?.n ?? JSON.parse(line).n;
}

/** How soon events are acknowledged and told while others come in and questions are asked, and what the viewer takes in memory. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { quantile } from '../collector/quantile.ts';
import { DAY_MS, START_MS } from './made-traffic.ts';
import { MemoryGroup } from './memory-group.ts';
import { laterRequests } from './request-file.ts';
import { type StartedView, startView } from './start-view.ts';

/** Rows of a request, as a batch of logs or spans. */
const RECORDS = 200;

/** Between two events whose way to a client of `/api/live` is timed. */
const PROBE_MS = 500;

/** Asked one after the other, all the time. */
const QUESTIONS = [
  '/api/events?limit=100',
  '/api/histogram?buckets=60',
  '/api/facets?field=event.context.locale',
  '/api/events?q=declined',
  '/api/groups?by=currency&stat=p95:total',
  '/api/funnel?step=name:product.viewed&step=name:cart.item_added&by=user&within=30m',
];

export interface LiveOptions {
  /** A store, which is copied. */
  readonly directory: string;
  readonly seconds: number;
  /** That many seconds of records, made of the days behind those of the store. */
  readonly requests: readonly OtlpRequest[];
  /** What the viewer may have, page cache included; undefined: what it wants. */
  readonly heldMib?: number | undefined;
}

/** Requests for so many seconds, as bytes. @param days - of which the store's rows are */
export function liveRequests(seconds: number, rowsPerSecond: number, days: number): OtlpRequest[] {
  const startMs = START_MS + days * DAY_MS;
  const made = laterRequests(seconds * rowsPerSecond, { startMs, forMs: seconds * 1000, records: RECORDS });
  // To encode them, and to look through the objects for garbage, would be timed with the viewer.
  for (const request of made) request.forget();
  return made;
}

/** A row for a table. */
export async function liveFigures(options: LiveOptions): Promise<Record<string, string>> {
  const { seconds, requests, heldMib } = options;
  const base = mkdtempSync(path.join(tmpdir(), 'otel-events-bench-live-'));
  cpSync(options.directory, base, { recursive: true });
  const group = heldMib === undefined ? undefined : MemoryGroup.make(heldMib);
  const held = heldMib === undefined ? 'not' : group === undefined ? 'no control group' : `${heldMib} MiB`;
  try {
    const view = await startView(base, group);
    try {
      return { held, ...(await measure(view, requests, seconds)) };
    } catch (error) {
      const { signalCode, exitCode } = view.child;
      if (signalCode === null && exitCode === null) throw error;
      return { held, 'rows/s': `ended by ${signalCode ?? exitCode}` };
    } finally {
      await view.stop();
    }
  } finally {
    group?.remove();
    rmSync(base, { recursive: true, force: true });
  }
}

async function measure(
  { child, intake, page }: StartedView,
  requests: readonly OtlpRequest[],
  seconds: number,
): Promise<Record<string, string>> {
  const agent = new http.Agent({ keepAlive: true });
  const [acked, told, asked]: [number[], number[], number[]] = [[], [], []];
  let [isEnding, refused] = [false, 0];
  // As when the viewer is ended for what it takes.
  let failure: unknown;
  const note = (error: unknown): void => {
    failure ??= error;
  };
  const send = async (request: OtlpRequest, dueMs: number): Promise<void> => {
    const status = await post(`${intake}/v1/${request.signal}`, request.protobuf(), agent);
    if (status === 200) acked.push(performance.now() - dueMs);
    else refused++;
  };
  const ask = async (): Promise<void> => {
    for (let at = 0; !isEnding && failure === undefined; at++) {
      const fromMs = performance.now();
      await (await fetch(page + QUESTIONS[at % QUESTIONS.length])).text();
      asked.push(performance.now() - fromMs);
      await pause(50);
    }
  };
  const stopFollowing = new AbortController();
  const due = new Map<string, number>();
  const following = follow(`${page}/api/live?q=name:live.probe`, stopFollowing.signal, (text) => {
    for (const [uid, dueMs] of due) {
      if (!text.includes(uid)) continue;
      told.push(performance.now() - dueMs);
      due.delete(uid);
    }
  }).catch(note);
  const asking = ask().catch(note);
  const fromMs = performance.now();
  const sent: Promise<void>[] = [];
  let nextProbeMs = 0;
  for (const [at, request] of requests.entries()) {
    const dueMs = fromMs + (at * seconds * 1000) / requests.length;
    await pause(Math.max(0, dueMs - performance.now()));
    if (failure !== undefined) break;
    sent.push(send(request, dueMs).catch(note));
    if (dueMs - fromMs < nextProbeMs) continue;
    nextProbeMs += PROBE_MS;
    const uid = `probe-${at}`;
    due.set(uid, performance.now());
    sent.push(send(probe(uid), performance.now()).catch(note));
  }
  await Promise.all(sent);
  await pause(1000);
  isEnding = true;
  stopFollowing.abort();
  await Promise.all([asking, following]);
  agent.destroy();
  if (failure !== undefined) {
    // The connection ends before the process has.
    if (child.exitCode === null && child.signalCode === null)
      await Promise.race([new Promise((resolve) => child.once('exit', resolve)), pause(5000)]);
    throw failure;
  }
  const of = (values: readonly number[]): string =>
    `${quantile(values, 0.5).toFixed(0)} / ${quantile(values, 0.95).toFixed(0)}`;
  return {
    'rows/s': String(Math.round(requests.reduce((sum, { count }) => sum + count, 0) / seconds)),
    'acknowledged p50 / p95 ms': of(acked),
    'requests refused': `${refused} of ${acked.length + refused}`,
    'told by SSE': `${of(told)}${due.size === 0 ? '' : `, ${due.size} not told`}`,
    'questions p50 / p95': of(asked),
    'resident at most, MiB': String(mostResidentMib(child.pid as number)),
  };
}

/** An event that has just happened. */
function probe(uid: string): OtlpRequest {
  const logRecord = {
    timeUnixNano: `${Date.now()}000000`,
    eventName: 'live.probe',
    attributes: [{ key: 'probe', value: { stringValue: uid } }],
  };
  return OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] });
}

function post(url: string, body: Uint8Array, agent: http.Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length };
    const request = http.request(url, { method: 'POST', headers, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    request.once('error', (error) => {
      // A kept connection may be closed just when it is used again: what clients ask once more.
      if (request.reusedSocket) post(url, body, agent).then(resolve, reject);
      else reject(error);
    });
    request.end(body);
  });
}

/** Reads a stream of events until it is told to stop. */
async function follow(url: string, signal: AbortSignal, take: (text: string) => void): Promise<void> {
  try {
    const { body } = await fetch(url, { signal });
    const decoder = new TextDecoder();
    for await (const bytes of body ?? []) take(decoder.decode(bytes, { stream: true }));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function mostResidentMib(pid: number): number {
  const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}

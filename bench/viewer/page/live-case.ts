import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { EventLogger } from '../../../dist/index.js';
import type { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { quantile } from '../../collector/quantile.ts';
import { laterRequests } from '../request-file.ts';
import type { StartedView } from '../start-view.ts';
import { PROBE, watchProbes } from './painted-probes.ts';

export interface LiveCase {
  readonly name: string;
  /** Other rows that come in. */
  readonly rowsPerSecond: number;
  /** What the page shows. */
  readonly query: string;
  /** Of the logger; its default without it. */
  readonly flushIntervalMs?: number;
}

/** Between two events that are timed. */
const PROBE_MS = 100;

/** Each has a number that no other has. */
let probes = 0;

/** Records of a request. */
const RECORDS = 200;

/** A logger's events, from `log()` to what the browser has painted. @returns a row for a table */
export async function liveCase(
  { name, rowsPerSecond, query, flushIntervalMs }: LiveCase,
  { page: address, intake }: StartedView,
  browser: Browser,
  seconds: number,
): Promise<Record<string, string>> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const seen = await watchProbes(page);
  await page.goto(`${address}/?live=1&q=${encodeURIComponent(query)}`);
  await page.waitForSelector('.live.on');
  const events = new EventLogger({
    endpoint: intake,
    app: { name: 'paint' },
    ...(flushIntervalMs !== undefined && { flushIntervalMs }),
  });
  // Made before the clock runs.
  const others = rowsPerSecond === 0 ? [] : madeRequests(rowsPerSecond * seconds, seconds);
  const sent = sendEvenly(others, intake, seconds);
  const logged = new Map<string, number>();
  for (let at = 0, fromMs = performance.now(); at < (seconds * 1000) / PROBE_MS; at++) {
    await pause(Math.max(0, fromMs + at * PROBE_MS - performance.now()));
    logged.set(String(++probes), Date.now());
    events.log(PROBE, { probe: probes });
  }
  const { acked, refused } = await sent;
  await events.close();
  await pause(1500);
  const { told, painted } = await seen();
  await page.close();
  // Those of an earlier case are there as well.
  const waits = (of: Readonly<Record<string, number>>): number[] =>
    Object.entries(of).flatMap(([probe, ms]) => ms - (logged.get(probe) ?? Number.NaN) || []);
  const shown = (values: readonly number[]): string =>
    [0.5, 0.95, 1].map((part) => quantile(values, part).toFixed(0)).join(' / ');
  return {
    case: name,
    'told p50 / p95 / most, ms': shown(waits(told)),
    'painted p50 / p95 / most, ms': shown(waits(painted)),
    'of events': `${waits(painted).length} of ${logged.size}`,
    'others acknowledged p50 / p95 / most, ms': others.length === 0 ? '' : shown(acked),
    refused: `${refused} of ${others.length}`,
  };
}

/** Rows as of now. */
function madeRequests(rows: number, seconds: number): OtlpRequest[] {
  return laterRequests(rows, { startMs: Date.now(), forMs: seconds * 1000, records: RECORDS });
}

async function sendEvenly(
  requests: readonly OtlpRequest[],
  intake: string,
  seconds: number,
): Promise<{ readonly acked: readonly number[]; readonly refused: number }> {
  const bodies = requests.map((request) => ({ signal: request.signal, body: request.protobuf() }));
  const fromMs = performance.now();
  const under: Promise<void>[] = [];
  const acked: number[] = [];
  let refused = 0;
  for (const [at, one] of bodies.entries()) {
    const dueMs = fromMs + (at * seconds * 1000) / bodies.length;
    await pause(Math.max(0, dueMs - performance.now()));
    const headers = { 'content-type': 'application/x-protobuf' };
    const sending = fetch(`${intake}/v1/${one.signal}`, { method: 'POST', headers, body: one.body });
    under.push(
      sending.then(async (response) => {
        await response.arrayBuffer();
        if (response.status === 200) acked.push(performance.now() - dueMs);
        else refused++;
      }),
    );
  }
  await Promise.all(under);
  return { acked, refused };
}

import { plainAttributes } from '../harness/otlp-json.ts';
import { readCollectorFile } from '../services/collector-file.ts';
import type { Victorialogs } from '../services/start-victorialogs.ts';
import { query } from '../stack/victorialogs-events.ts';

/** Events that are somewhere: different ones by `log.record.uid`, and how often they are there once more. */
export interface Arrived {
  readonly events: number;
  readonly copies: number;
}

export interface InFiles {
  readonly all: Arrived;
  readonly byPhase: ReadonlyMap<string, Arrived>;
  /** Events that stand, for the first time, behind a later one of their app, in the files of one gateway. */
  readonly outOfOrder: number;
  /** Requests of which a crash left the beginning. */
  readonly torn: number;
}

/** Reads the files of all gateways. */
export async function eventsInFiles(dirs: readonly string[]): Promise<InFiles> {
  const seen = new Set<unknown>();
  const [all, byPhase] = [{ events: 0, copies: 0 }, new Map<string, { events: number; copies: number }>()];
  let [outOfOrder, torn] = [0, 0];
  for (const dir of dirs) {
    const latest = new Map<unknown, number>();
    const file = await readCollectorFile(dir, 'logs', (records) => {
      for (const { attributes } of records) {
        const { 'log.record.uid': uid, app, phase, seq } = plainAttributes(attributes);
        const inPhase = byPhase.get(`${phase}`) ?? { events: 0, copies: 0 };
        byPhase.set(`${phase}`, inPhase);
        const what = seen.has(uid) ? 'copies' : 'events';
        seen.add(uid);
        all[what]++;
        inPhase[what]++;
        if (what === 'copies' || typeof seq !== 'number') continue;
        const last = latest.get(app) ?? -1;
        if (seq < last) outOfOrder++;
        else latest.set(app, seq);
      }
    });
    torn += file.torn;
  }
  return { all, byPhase, outOfOrder, torn };
}

/** The phase of each span, by its id, in the files of all gateways. */
export async function spansInFiles(dirs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const phases = new Map<string, string>();
  for (const dir of dirs) {
    await readCollectorFile(dir, 'traces', (spans) => {
      for (const { spanId = '', attributes } of spans) {
        phases.set(spanId, `${plainAttributes(attributes).phase}`);
      }
    });
  }
  return phases;
}

/** What VictoriaLogs has of a service, by phase. */
export async function eventsInStore(
  store: Pick<Victorialogs, 'url'>,
  service: string,
): Promise<{ readonly all: Arrived; readonly byPhase: ReadonlyMap<string, Arrived> }> {
  const counts = 'stats by (phase) count() rows, count_uniq("log.record.uid") events';
  const rows = await query(store, `{service_name="${service}"} | ${counts}`);
  const byPhase = new Map(
    rows.map(({ phase = '', rows: count, events }) => [
      phase,
      { events: Number(events), copies: Number(count) - Number(events) },
    ]),
  );
  const all = { events: 0, copies: 0 };
  for (const { events, copies } of byPhase.values()) {
    all.events += events;
    all.copies += copies;
  }
  return { all, byPhase };
}

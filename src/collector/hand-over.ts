import { within } from '../time.ts';
import type { Connector } from './component.ts';
import type { Entry } from './entry.ts';
import type { Lane } from './lane.ts';
import { closing, type Part } from './part.ts';

/** How long requests under way may take before the files of their exporters change hands; those behind them wait. */
const UNDER_WAY_MS = 2_000;

/** How long a queue may go on delivering before its files change hands. */
const HAND_OVER_MS = 250;

/** What takes part when files change hands. */
export interface HandOver {
  /** Of receivers and connectors, by id; those that are held here are somebody else's to let go. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Those that have files and do not stay. */
  readonly lanes: readonly Part<Lane>[];
  /** Those that do not stay. */
  readonly connectors: readonly (readonly [id: string, part: Part<Connector>])[];
}

/**
 * Has requests wait, and closes exporters once those under way are done and the connectors that go have sent to them what
 * they had gathered.
 */
export async function handOver({ entries, lanes, connectors }: HandOver): Promise<void> {
  const sending = new Set(connectors.map(([id]) => id));
  const held = [...entries].filter(([id]) => !sending.has(id));
  await within(UNDER_WAY_MS, Promise.all(held.map(([, entry]) => entry.hold())));
  const sent = connectors.map(([, part]) => closing(part, () => part.running.stop?.()));
  await within(UNDER_WAY_MS, Promise.all(sent));
  for (const id of sending) void entries.get(id)?.hold();
  await Promise.all(lanes.map((part) => closing(part, () => part.running.close(HAND_OVER_MS))));
}

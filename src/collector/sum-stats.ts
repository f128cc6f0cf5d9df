import { SIGNALS } from '../otlp/wire/batch.ts';
import type { ReceiverStats } from './intake.ts';
import type { ExporterStats } from './lane.ts';

/** The counts of a receiver that was there twice. */
export function sumOfReceivers(one: ReceiverStats, other: ReceiverStats): ReceiverStats {
  const sum = (what: 'accepted' | 'refused') =>
    Object.fromEntries(
      SIGNALS.map((signal) => [signal, one[what][signal] + other[what][signal]]),
    ) as ReceiverStats['accepted'];
  return {
    accepted: sum('accepted'),
    refused: sum('refused'),
    invalidRequests: one.invalidRequests + other.invalidRequests,
  };
}

/** The counts of an exporter that was there twice. */
export function sumOfExporters(one: ExporterStats, other: ExporterStats): ExporterStats {
  const copies = (one.copies ?? 0) + (other.copies ?? 0);
  const dropReasons: Record<string, number> = { ...one.dropReasons };
  for (const [reason, count] of Object.entries(other.dropReasons ?? {}))
    dropReasons[reason] = (dropReasons[reason] ?? 0) + count;
  return {
    sent: one.sent + other.sent,
    failed: one.failed + other.failed,
    queued: one.queued + other.queued,
    dropped: one.dropped + other.dropped,
    ...(Object.keys(dropReasons).length > 0 && { dropReasons }),
    ...(copies > 0 && { copies }),
  };
}

import type { Quarantined } from '../../quarantine/quarantined.ts';
import { usageError } from '../command.ts';

/** The directory that a command is about, and what of it. */
export interface Target {
  readonly directory: string;
  /** Numbers, as `ls` shows them, or ids; empty: all. */
  readonly wanted: readonly string[];
}

/** @throws OtelEventsError `OPTION_INVALID` */
export function targetIn([directory, ...wanted]: readonly string[]): Target {
  if (directory === undefined) throw usageError('no directory given');
  return { directory, wanted };
}

/** Whether an event is one of those that are wanted. */
export function isChosen({ number, event }: Quarantined, { wanted }: Target): boolean {
  return wanted.length === 0 || wanted.includes(String(number)) || wanted.includes(event?.id ?? '');
}

/** @throws OtelEventsError `OPTION_INVALID` for one that is not there */
export function checkWanted(found: readonly Quarantined[], { wanted, directory }: Target): void {
  const missing = wanted.find((each) => !found.some((one) => isChosen(one, { directory, wanted: [each] })));
  if (missing === undefined) return;
  throw usageError(
    `no event ${JSON.stringify(missing)} here`,
    'otel-events quarantine ls tells which there are',
  );
}

import type { EventLogger } from '../../logger/event-logger.ts';
import type { Person } from './catalogue.ts';
import type { DemoClock } from './demo-clock.ts';
import type { Dice } from './dice.ts';

/** What all visits have in common. */
export interface World {
  readonly clock: DemoClock;
  readonly dice: Dice;
  readonly people: readonly Person[];
  /** The service `coffee-shop`. */
  readonly shop: EventLogger;
  /** The service `payments`. */
  readonly payments: EventLogger;
  /** When the bank {@link TROUBLED_BANK} is in trouble. */
  readonly trouble: { readonly fromMs: number; readonly toMs: number };
}

/** One visit, with loggers that know whose it is. */
export interface Visit extends World {
  readonly person: Person;
  readonly payments: EventLogger;
}

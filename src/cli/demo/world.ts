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
}

/** One visit, with a logger that knows whose it is. */
export interface Visit extends World {
  readonly person: Person;
}

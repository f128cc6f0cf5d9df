import { makePeople } from './catalogue.ts';
import { visitShop } from './visit-shop.ts';
import type { World } from './world.ts';

/** How many people are known to the shop. */
const PEOPLE = 2000;

/** Between two visitors, on average. */
const EVERY_MS = 5_000;

/** The waves of a day, made so short that some of them are in the history. */
const WAVE_MS = 47 * 60_000;

/** Sends visitors into the shop, more and fewer of them, until a time or, without one, until the clock is stopped. */
export async function sendVisitors(
  world: Omit<World, 'people'>,
  untilMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { clock, dice } = world;
  const everyone = { ...world, people: makePeople(dice, PEOPLE) };
  const startMs = clock.nowMs;
  while (clock.nowMs < untilMs) {
    void visitShop(everyone);
    const wave = 1 + 0.45 * Math.sin((2 * Math.PI * (clock.nowMs - startMs)) / WAVE_MS);
    await clock.wait((-Math.log(1 - dice.next()) * EVERY_MS) / wave);
  }
}

import type { Dice } from './dice.ts';

/** What the shop sells. */
export interface Product {
  readonly sku: string;
  readonly price: number;
  /** Of all but gift cards. */
  readonly roast?: string;
}

/** Who buys there. */
export interface Person {
  readonly id: string;
  readonly plan: string;
  readonly device: string;
  readonly country: string;
}

export const PRODUCTS: readonly Product[] = [
  { sku: 'espresso-blend', price: 14.9, roast: 'dark' },
  { sku: 'sidamo', price: 18.5, roast: 'light' },
  { sku: 'huila', price: 16.9, roast: 'medium' },
  { sku: 'decaf', price: 15.5, roast: 'medium' },
  { sku: 'yirgacheffe', price: 19.9, roast: 'light' },
  { sku: 'sumatra', price: 17.2, roast: 'dark' },
  { sku: 'gift-card', price: 25 },
];

/** The one that has trouble stands between those that have none. */
export const BANKS = ['alpha-bank', 'nordbank', 'volksbank', 'credit-sud'] as const;
export const TROUBLED_BANK = 'nordbank';

/** People who come again. */
export function makePeople(dice: Dice, count: number): readonly Person[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `u-${1001 + index}`,
    plan: dice.chance(0.3) ? 'club' : 'free',
    device: dice.pick(['phone', 'phone', 'laptop', 'tablet', 'kiosk']),
    country: dice.pick(['DE', 'DE', 'FR', 'NL', 'SE']),
  }));
}

/** To the cent. */
export function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

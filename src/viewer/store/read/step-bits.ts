import type { Comparison, Condition } from '../../query/query.ts';
import type { FunnelOptions } from '../event-store.ts';
import { fieldColumns } from './field-columns.ts';
import { isIn } from './mask.ts';
import type { Hits, Search } from './search.ts';
import { type ValueTest, valueTest } from './value-test.ts';

interface Step {
  /** Its bit. */
  readonly bit: number;
  readonly where: Condition | undefined;
}

/** Which rows fit which steps of a funnel, as bits. */
export class StepBits {
  readonly #search: Search;
  /** Steps that ask for a name and for nothing else, as most do: one look at a block's names tells all of them. */
  readonly #named: readonly (Step & { readonly test: ValueTest })[];
  readonly #others: readonly Step[];

  constructor(search: Search, wheres: FunnelOptions['steps']) {
    this.#search = search;
    const steps = wheres.map((where, at) => ({ bit: 1 << at, where }));
    this.#named = steps.flatMap(({ bit, where }) =>
      isOfName(where) ? [{ bit, where, test: valueTest(where) }] : [],
    );
    this.#others = steps.filter(({ where }) => !isOfName(where));
  }

  /** Of each row of a block a bit for each step that it fits; undefined when there is none. */
  of(hits: Hits): Uint16Array | undefined {
    const bits = new Uint16Array(hits.block.rows);
    const hasNamed = this.#markNamed(hits, bits);
    const hasOthers = this.#markOthers(hits, bits);
    return hasNamed || hasOthers ? bits : undefined;
  }

  #markNamed({ block, mask }: Hits, bits: Uint16Array): boolean {
    if (this.#named.length === 0) return false;
    let any = false;
    for (const column of fieldColumns(block, { of: 'row', name: 'name' }, mask)) {
      const { codes, values = [], size, places } = column;
      const bitsOf = new Uint16Array(values.length);
      for (const { bit, test } of this.#named) {
        for (const [code, value] of values.entries()) {
          if (!test.fits(value)) continue;
          bitsOf[code] = (bitsOf[code] as number) | bit;
          any = true;
        }
      }
      if (!any) continue;
      const among = mask instanceof Uint8Array ? mask : undefined;
      for (let at = 0; at < size; at++) {
        const place = places === undefined ? at : (places[at] as number);
        if (among === undefined || among[place] === 1) bits[place] = bitsOf[codes[at] as number] as number;
      }
    }
    return any;
  }

  #markOthers(hits: Hits, bits: Uint16Array): boolean {
    let any = false;
    for (const { bit, where } of this.#others) {
      const mask = this.#search.narrow(where, hits);
      if (mask === 'none') continue;
      any = true;
      for (let place = 0; place < bits.length; place++) {
        if (isIn(mask, place)) bits[place] = (bits[place] as number) | bit;
      }
    }
    return any;
  }
}

function isOfName(where: Condition | undefined): where is Comparison {
  return where?.kind === 'compare' && where.field.of === 'row' && where.field.name === 'name';
}

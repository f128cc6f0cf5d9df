import { OtelEventsError } from '../../../errors.ts';
import type { BlockBuilder } from '../block/block-builder.ts';
import type { PathNode } from './path-node.ts';
import type { LeafSink, RecordWalker } from './record-walker.ts';
import { indexedId, indexedText, squashedId, textKind } from './words.ts';

export type LeafValue = string | number | boolean | null;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A record's uid of the usual form is in no index of words: it is told by its hash. */
export function isUuid(text: string): boolean {
  return text.length === 36 && UUID.test(text);
}

/** The values of one record, until it is known whether it is kept. */
export class LeafBuffer implements LeafSink {
  /** A record with more is refused: `EVENT_INVALID`. */
  maxValues = Number.POSITIVE_INFINITY;
  readonly places: PathNode[] = [];
  readonly values: LeafValue[] = [];
  /** In the body. */
  readonly bodyTexts: string[] = [];

  clear(): void {
    this.places.length = 0;
    this.values.length = 0;
    this.bodyTexts.length = 0;
  }

  text(place: PathNode, value: string): void {
    this.#add(place, value);
  }

  number(place: PathNode, value: number): void {
    this.#add(place, value);
  }

  flag(place: PathNode, value: boolean | null): void {
    this.#add(place, value);
  }

  bodyText(value: string): void {
    this.bodyTexts.push(value);
  }

  #add(place: PathNode, value: LeafValue): void {
    if (this.values.length >= this.maxValues) throw tooMany(this.maxValues);
    this.places.push(place);
    this.values.push(value);
  }

  /** Puts the values into a block's columns. */
  fill(block: BlockBuilder): void {
    const { places, values } = this;
    for (let at = 0; at < places.length; at++) {
      const place = places[at] as PathNode;
      const value = values[at] as LeafValue;
      if (typeof value === 'string') block.text(place, value);
      else if (typeof value === 'number') block.number(place, value);
      else block.flag(place, value);
    }
  }

  /**
   * Calls for each text that is found by words: of the body and of attributes, but the uid that the record is told by. Others
   * at its place, in a list or a map, are texts; and so is that of a span, whose key is another.
   */
  eachText({ isSpan, uid }: Pick<RecordWalker, 'isSpan' | 'uid'>, take: (text: string) => void): void {
    for (const text of this.bodyTexts) take(text);
    const { places, values } = this;
    const left = !isSpan && uid !== undefined && isUuid(uid) ? uid : undefined;
    for (let at = 0; at < places.length; at++) {
      const value = values[at];
      if (typeof value !== 'string') continue;
      if (value !== left || !(places[at] as PathNode).isUid) take(value);
    }
  }
}

function tooMany(most: number): OtelEventsError {
  const message = `a record has more than ${most} values; nothing of its request was stored`;
  return new OtelEventsError('EVENT_INVALID', message, { fix: 'make several records of it' });
}

/** What a row gives the index: the words of its texts, and what looks like ids. */
export class IndexedTexts {
  words = '';

  readonly add = (text: string): void => {
    const kind = textKind(text);
    if (kind !== 'words') this.addId(squashedId(text));
    if (kind !== 'id') this.words += ` ${indexedText(text)}`;
  };

  /** @param squashed - small letters and digits */
  addId(squashed: string): void {
    this.words += ` ${indexedId(squashed)}`;
  }

  clear(): void {
    this.words = '';
  }
}

import { counted } from '../counted.ts';
import { readGoodRecords, readRequest } from '../viewer/files/read-request.ts';
import type { FileLine } from '../viewer/files/split-lines.ts';
import type { PersonMatch } from './person-match.ts';
import { withoutPerson } from './without-person.ts';

/** What is to become of a line. */
interface Judgement {
  /** Records of the person; a line or half a line with an id of the person in it that goes is one. */
  readonly found: number;
  /** The line that stands there instead, without its break; undefined: none. */
  readonly rest: Uint8Array | undefined;
  /** Whether it cannot be read and holds an id. */
  readonly isForeign?: boolean;
}

/** Says of the lines of a file, one after the other, what is left of them without a person, and keeps what it could not read. */
export class JudgedLines {
  readonly #match: PersonMatch;
  readonly #dropUnreadable: boolean;
  #lines = 0;
  #found = 0;
  #foreign = 0;
  #firstForeign = 0;
  #long = 0;
  #brokenAt = 0;

  constructor(match: PersonMatch, dropUnreadable: boolean) {
    this.#match = match;
    this.#dropUnreadable = dropUnreadable;
  }

  /** Log records, spans and data points of the person so far. */
  get found(): number {
    return this.#found;
  }

  /** Whether all could be copied, as it is or in part: not what is too long, nor what is behind a break. */
  get isCopyable(): boolean {
    return this.#long === 0 && this.#brokenAt === 0;
  }

  /** What could not be read, and holds an id or may; undefined: nothing of that kind. */
  get unread(): string | undefined {
    const first = counted(this.#foreign, 'line');
    const parts = [
      ...(this.#foreign > 0 ? [`an id in ${first} of no OTLP/JSON (first: line ${this.#firstForeign})`] : []),
      ...(this.#long > 0 ? [`${counted(this.#long, 'line')} too long to be read`] : []),
      ...(this.#brokenAt > 0 ? [`it breaks off in line ${this.#brokenAt}`] : []),
    ];
    return parts.length === 0 ? undefined : parts.join(', ');
  }

  /** @returns the line that stands there instead, without its break; undefined: none */
  judge(line: FileLine): Uint8Array | undefined {
    this.#lines++;
    if (line.isBrokenOff) this.#brokenAt = this.#lines;
    else if (line.bytes === undefined) this.#long++;
    if (line.bytes === undefined) return undefined;
    const { found, rest, isForeign } = this.#partOf(line.bytes, line.isEnded);
    this.#found += found;
    if (isForeign && this.#foreign++ === 0) this.#firstForeign = this.#lines;
    return rest;
  }

  #partOf(bytes: Buffer, isEnded: boolean): Judgement {
    const kept = { found: 0, rest: bytes };
    if (!this.#match.mayBeInJson(bytes)) return kept;
    const { request, isDamaged } = readRequest(bytes);
    const { found, rest } = this.#without(request);
    if (!isDamaged) return found === 0 ? kept : { found, rest: rest?.json() };
    if (found === 0 && !this.#match.isIn(bytes)) return kept;
    const isOurs = /^\s*\{"resource(?:Logs|Spans|Metrics)"/.test(bytes.toString('latin1', 0, 200));
    // Half a line of a crash, which nobody was told of as kept: a whole one stands behind it, or the end of the file.
    const isTorn = isOurs && (request !== undefined || !isEnded);
    if (isTorn) return { found: Math.max(1, found), rest: rest?.json() };
    if (!this.#dropUnreadable) return { ...kept, isForeign: true };
    const good = this.#without(readGoodRecords(bytes).request);
    return { found: Math.max(1, good.found), rest: good.rest?.json(), isForeign: true };
  }

  #without(
    request: ReturnType<typeof readRequest>['request'],
  ): Pick<ReturnType<typeof withoutPerson>, 'found' | 'rest'> {
    return request === undefined ? { found: 0, rest: undefined } : withoutPerson(request, this.#match);
  }
}

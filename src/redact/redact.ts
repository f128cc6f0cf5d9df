import { CALLER_TEXTS, type EventFailure, type EventSchema, type TextField } from '../event.ts';
import { copyFields } from '../otlp/event/copy-fields.ts';
import { bigintText } from '../otlp/values/bigint-text.ts';
import { plainData } from '../otlp/values/plain-data.ts';
import { setOwn } from '../otlp/values/set-own.ts';
import { withinTime } from '../within-time.ts';
import { type PathPattern, stepInto } from './path-pattern.ts';
import { type Counter, countsOf, type RedactCounts } from './redact-counts.ts';
import {
  type CompiledPattern,
  type CompiledRule,
  compileRule,
  REDACTED,
  type RedactRule,
} from './redact-rule.ts';
import type { TextSpan } from './text-span.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A text of an event has a place here, or is made by the logger, or is no part of what is sent. */
type Undecided = Exclude<
  TextField,
  (typeof CALLER_TEXTS)[number] | (typeof TWINS)[number][0] | 'id' | 'name' | 'outputPath'
>;
type Decided<Rest extends never> = Record<Rest, never>;
type CallerTexts = { readonly [Field in (typeof CALLER_TEXTS)[number]]?: string | undefined };

/** The parts of an event that a person may be in. */
export interface EventParts extends Decided<Undecided>, CallerTexts {
  readonly data: Fields;
  /** Set where the data turn out to be no map. @see Event */
  readonly isBare?: boolean | undefined;
  readonly session: Fields;
  readonly context: Fields;
  readonly message: string | undefined;
  readonly tags?: readonly string[];
  readonly failure: EventFailure | undefined;
  /** The paths of its issues hold names out of the data. */
  readonly schema?: EventSchema | undefined;
  /** Values that were cut. */
  readonly truncated?: number | undefined;
  readonly userId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly previousSessionId?: string | undefined;
}

/** What stands beside the context in an event, and the key of the context that says the same. */
const TWINS = [
  ['userId', 'user_id'],
  ['projectId', 'project_id'],
  ['sessionId', 'session_id'],
  ['previousSessionId', 'session_id'],
] as const;

/** What a pattern may try in one text without a look at the clock. */
const UNWATCHED_STEPS = 1_000_000;

/** Takes out of an event what rules name, and counts that. */
export interface Redaction {
  <Parts extends EventParts>(parts: Parts): Parts;
  /** By rule, in their order. */
  counts(): readonly RedactCounts[];
}

/**
 * Turns rules into a function that takes out of an event what they name. Nothing of the caller's is changed, and
 * nothing of it is in what is given back: what was looked at is what leaves. A pattern that takes more than a
 * second, or a rule that throws, has all texts and numbers masked: what could not be looked at does not leave.
 * @param onFailure - told why all was masked
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function compileRedact(
  given: RedactRule | readonly RedactRule[],
  onFailure: (cause: unknown) => void = () => {},
): Redaction {
  const rules: readonly CompiledRule[] = Array.from(
    Array.isArray(given) ? (given as readonly RedactRule[]) : [given as RedactRule],
    compileRule,
  );
  const redact = <Parts extends EventParts>(parts: Parts): Parts => {
    const read = readParts(parts);
    try {
      return redactWatched(read, rules);
    } catch (cause) {
      onFailure(cause);
      return redactParts(read, [EVERYTHING], true);
    }
  };
  const counts = (): RedactCounts[] =>
    rules.map(({ paths, patterns }) => ({
      paths: countsOf(paths.map(({ counter }) => counter)),
      patterns: countsOf(patterns.map(({ counter }) => counter)),
    }));
  return Object.assign(redact, { counts });
}

class NeedsClock extends Error {}

const EVERYTHING: CompiledRule = {
  paths: [],
  patterns: [
    {
      pattern: /^[\s\S]+$/g,
      linear: true,
      cost: { degree: 1, factor: 1 },
      counter: { name: 'everything', count: 0 },
    },
  ],
  replace: () => REDACTED,
};

type Open<Parts> = { -readonly [Key in keyof Parts]: Parts[Key] };

/** The values that will be emitted, read once: a getter or a proxy may say something else the next time. */
function readParts<Parts extends EventParts>(parts: Parts): Parts {
  const copy: Open<EventParts> = { ...parts };
  let truncated = parts.truncated ?? 0;
  const onCut = (count: number): void => {
    truncated += count;
  };
  copy.data = copyFields(parts.data, onCut, () => {
    copy.isBare = true;
  });
  copy.session = copyFields(parts.session, onCut);
  copy.context = copyFields(parts.context, onCut);
  if (truncated > 0) copy.truncated = truncated;
  return copy as Parts;
}

function redactWatched<Parts extends EventParts>(parts: Parts, rules: readonly CompiledRule[]): Parts {
  try {
    return redactParts(parts, rules, false);
  } catch (error) {
    if (!(error instanceof NeedsClock)) throw error;
  }
  return withinTime(() => redactParts(parts, rules, true));
}

function redactParts<Parts extends EventParts>(
  parts: Parts,
  rules: readonly CompiledRule[],
  watched: boolean,
): Parts {
  const result = { ...parts };
  const hits: Counter[] = [];
  for (const rule of rules) new Walk(rule, watched, hits).change(result);
  // Only now: what is tried again under the clock, or masked as a whole, does not count.
  for (const counter of hits) counter.count++;
  return result;
}

/** One rule on its way through the copy of one event: plain objects, lists, texts, numbers, dates and bytes. */
class Walk {
  readonly #rule: CompiledRule;
  readonly #watched: boolean;
  readonly #hits: Counter[];

  constructor(rule: CompiledRule, watched: boolean, hits: Counter[]) {
    this.#rule = rule;
    this.#watched = watched;
    this.#hits = hits;
  }

  change(parts: Open<EventParts>): void {
    // Before the context: whether that has an id, too, is still to be seen.
    for (const [name, key] of TWINS) {
      const id = parts[name];
      if (id !== undefined) parts[name] = this.#twin(id, key, parts.context);
    }
    parts.data = this.#fields(parts.data);
    parts.session = this.#fields(parts.session);
    parts.context = this.#fields(parts.context);
    for (const name of CALLER_TEXTS) {
      const text = parts[name];
      if (text !== undefined) parts[name] = this.#text(text);
    }
    if (parts.tags !== undefined) parts.tags = parts.tags.map((tag) => this.#text(tag));
    if (parts.failure !== undefined) parts.failure = this.#failure(parts.failure);
    if (parts.schema !== undefined) parts.schema = this.#schema(parts.schema);
  }

  /** Whatever takes a key out of the context takes it out beside it, wherever the value came from. */
  #twin(id: string, key: string, context: Fields): string | undefined {
    const hits = this.#hits.length;
    const after = this.#at(id, stepInto(this.#rule.paths, key)) as string | undefined;
    // In the context it is counted.
    if (Object.hasOwn(context, key)) this.#hits.length = hits;
    return after;
  }

  #fields(fields: Fields): Fields {
    return this.#value(fields, this.#rule.paths) as Fields;
  }

  #failure({ type, message, stacktrace }: EventFailure): EventFailure {
    return {
      type: this.#text(type),
      message: this.#text(message),
      stacktrace: stacktrace === undefined ? undefined : this.#text(stacktrace),
    };
  }

  #schema(schema: EventSchema): EventSchema {
    if (schema.issues.length === 0) return schema;
    return { ...schema, issues: schema.issues.map((issue) => ({ ...issue, path: this.#text(issue.path) })) };
  }

  #value(value: unknown, paths: readonly PathPattern[]): unknown {
    // As it is: the copy is nobody else's.
    if (paths.length === 0 && this.#rule.patterns.length === 0) return value;
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number') return this.#asText(value, String(value));
    if (typeof value === 'bigint') return this.#asText(value, bigintText(value));
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    if (value instanceof Date) return this.#asText(value, textOf(value));
    return Array.isArray(value) ? this.#items(value, paths) : this.#object(value as Fields, paths);
  }

  /** A value that becomes text sooner or later stays what it is if there is nothing to take out. */
  #asText(value: unknown, text: string): unknown {
    const after = this.#text(text);
    return after === text ? value : after;
  }

  #items(items: readonly unknown[], paths: readonly PathPattern[]): readonly unknown[] {
    // The others keep their places.
    return items.map((item, index) =>
      item === null ? null : (this.#at(item, stepInto(paths, String(index))) ?? null),
    );
  }

  #object(fields: Fields, paths: readonly PathPattern[]): Fields {
    const result: Record<string, unknown> = {};
    let times: Map<string, number> | undefined;
    for (const key of Object.keys(fields)) {
      const after = this.#at(fields[key], stepInto(paths, key));
      if (after === undefined) continue;
      let name = this.#text(key);
      if (name !== key || times !== undefined) {
        times ??= new Map();
        name = freeName(result, name, times);
      }
      setOwn(result, name, after);
    }
    return result;
  }

  /** A value at which paths have arrived goes as a whole. */
  #at(value: unknown, paths: readonly PathPattern[]): unknown {
    if (!paths.some(hasArrived)) return this.#value(value, paths);
    if (value === undefined || value === null) return value;
    for (const path of paths) if (hasArrived(path)) this.#hits.push(path.counter);
    return this.#rule.replace(typeof value === 'string' ? value : asText(value));
  }

  #text(text: string): string {
    let result = text;
    for (const pattern of this.#rule.patterns) result = this.#replaced(result, pattern);
    return result;
  }

  #replaced(text: string, compiled: CompiledPattern): string {
    const { pattern, accepts, mayBeIn, within, linear, cost, counter } = compiled;
    if (mayBeIn?.(text) === false) return text;
    const steps = cost.factor * Math.max(text.length, 2) ** cost.degree;
    if (linear !== true && !this.#watched && steps > UNWATCHED_STEPS) throw new NeedsClock();
    return text.replace(pattern, (found, ...rest) => {
      if (found === '' || accepts?.(found) === false) return found;
      if (within === undefined) return this.#instead(found, counter);
      // Behind what groups have found, of which there may be some.
      const index = rest.find((each) => typeof each === 'number') as number;
      return this.#withoutSpans(found, within(found, index, text), counter);
    });
  }

  #withoutSpans(found: string, spans: readonly TextSpan[], counter: Counter): string {
    let result = '';
    let end = 0;
    for (const [from, to] of spans) {
      result += found.slice(end, from) + this.#instead(found.slice(from, to), counter);
      end = to;
    }
    return end === 0 ? found : result + found.slice(end);
  }

  #instead(text: string, counter: Counter): string {
    this.#hits.push(counter);
    return this.#rule.replace(text) ?? '';
  }
}

function hasArrived({ step }: PathPattern): boolean {
  return step === undefined;
}

function textOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString();
}

/** Two names may become the same. @param times - how often names were given that had been given before */
function freeName(fields: Fields, name: string, times: Map<string, number>): string {
  let free = name;
  while (Object.hasOwn(fields, free)) {
    const count = (times.get(name) ?? 1) + 1;
    times.set(name, count);
    free = `${name} ${count}`;
  }
  return free;
}

function asText(value: unknown): string {
  const plain = plainData(value);
  return 'path' in plain ? '' : String(JSON.stringify(plain.value));
}

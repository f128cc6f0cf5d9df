import { type EventFailure, MAX_DEPTH } from '../event.ts';
import { isPlain } from './is-plain.ts';
import { type PathPattern, stepInto } from './path-pattern.ts';
import { plainData, setOwn } from './plain-data.ts';
import {
  type CompiledPattern,
  type CompiledRule,
  compileRule,
  REDACTED,
  type RedactRule,
} from './redact-rule.ts';
import { TookTooLong, withinTime } from './within-time.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The parts of an event that a person may be in. */
export interface EventParts {
  readonly data: Fields;
  readonly session: Fields;
  readonly context: Fields;
  readonly message: string | undefined;
  readonly failure: EventFailure | undefined;
}

/** What a pattern may try in one text without a look at the clock. */
const UNWATCHED_STEPS = 1_000_000;

/** More values than an event can hold. */
const MAX_VALUES = 500_000;

/**
 * Turns rules into a function that takes out of an event what they name. Nothing of the caller's is changed;
 * what has nothing to take out is given back as it is. A pattern that takes more than a second has all texts
 * masked: what could not be looked at does not leave.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function compileRedact(
  given: RedactRule | readonly RedactRule[],
): <Parts extends EventParts>(parts: Parts) => Parts {
  const rules = (Array.isArray(given) ? (given as readonly RedactRule[]) : [given as RedactRule]).map(
    compileRule,
  );
  return (parts) => {
    try {
      return redactParts(parts, rules, false);
    } catch (error) {
      if (!(error instanceof NeedsClock)) throw error;
    }
    try {
      return withinTime(() => redactParts(parts, rules, true));
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      return redactParts(parts, [EVERYTHING], true);
    }
  };
}

class NeedsClock extends Error {}

const EVERYTHING: CompiledRule = {
  paths: [],
  patterns: [{ pattern: /^[\s\S]+$/g, linear: true, cost: { degree: 1, factor: 1 } }],
  replace: () => REDACTED,
};

function redactParts<Parts extends EventParts>(
  parts: Parts,
  rules: readonly CompiledRule[],
  watched: boolean,
): Parts {
  let result = parts;
  for (const rule of rules) result = new Walk(rule, watched).parts(result);
  return result;
}

/** One rule on its way through one event. */
class Walk {
  readonly #rule: CompiledRule;
  readonly #watched: boolean;
  readonly #open: object[] = [];
  #count = 0;

  constructor(rule: CompiledRule, watched: boolean) {
    this.#rule = rule;
    this.#watched = watched;
  }

  parts<Parts extends EventParts>(parts: Parts): Parts {
    const { data, session, context, message, failure } = parts;
    return {
      ...parts,
      data: this.#fields(data),
      session: this.#fields(session),
      context: this.#fields(context),
      message: message === undefined ? undefined : this.#text(message),
      failure: failure === undefined ? undefined : this.#failure(failure),
    };
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

  #value(value: unknown, paths: readonly PathPattern[]): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Date || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value;
    if (this.#open.length >= MAX_DEPTH || this.#count++ > MAX_VALUES) return REDACTED;
    if (this.#open.includes(value)) return '[Circular]';
    this.#open.push(value);
    const result = this.#container(value, paths);
    this.#open.pop();
    return result;
  }

  #container(value: object, paths: readonly PathPattern[]): unknown {
    if (Array.isArray(value)) return this.#items(value, paths);
    if (isPlain(value)) return this.#object(value as Fields, paths);
    // A map, a set, an instance of a class: what will be emitted for it.
    const plain = plainData(value);
    return 'path' in plain ? REDACTED : this.#value(plain.value, paths);
  }

  #items(items: readonly unknown[], paths: readonly PathPattern[]): readonly unknown[] {
    let changed = false;
    const result = Array.from(items, (item, index) => {
      const after = this.#at(item, stepInto(paths, String(index)));
      changed ||= after !== item;
      // The others keep their places.
      return after === undefined ? null : after;
    });
    return changed ? result : items;
  }

  #object(fields: Fields, paths: readonly PathPattern[]): Fields {
    let changed = false;
    const result: Record<string, unknown> = {};
    const names = new Map<string, number>();
    for (const key of Object.keys(fields)) {
      const value = fields[key];
      const after = this.#at(value, stepInto(paths, key));
      const name = this.#text(key);
      changed ||= after !== value || name !== key;
      if (after === undefined) continue;
      const times = (names.get(name) ?? 0) + 1;
      names.set(name, times);
      // Two names may become the same.
      setOwn(result, times === 1 ? name : `${name} ${times}`, after);
    }
    return changed ? result : fields;
  }

  /** A value at which paths have arrived goes as a whole. */
  #at(value: unknown, paths: readonly PathPattern[]): unknown {
    if (!paths.some((path) => path.length === 0)) return this.#value(value, paths);
    if (value === undefined || value === null) return value;
    return this.#rule.replace(typeof value === 'string' ? value : asText(value));
  }

  #text(text: string): string {
    let result = text;
    for (const pattern of this.#rule.patterns) result = this.#replaced(result, pattern);
    return result;
  }

  #replaced(text: string, { pattern, accepts, linear, cost }: CompiledPattern): string {
    const steps = cost.factor * Math.max(text.length, 2) ** cost.degree;
    if (linear !== true && !this.#watched && steps > UNWATCHED_STEPS) throw new NeedsClock();
    return text.replace(pattern, (found) => {
      const keeps = found === '' || accepts?.(found) === false;
      return keeps ? found : (this.#rule.replace(found) ?? '');
    });
  }
}

function asText(value: unknown): string {
  const plain = plainData(value);
  return 'path' in plain ? '' : String(JSON.stringify(plain.value));
}

import { createHash, createHmac } from 'node:crypto';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { keyOf, keyValue, putEntry } from '../otlp/wire/entries.ts';
import { bodyText } from './ottl/convert-value.ts';
import { Pattern } from './ottl/pattern.ts';
import type { Draft } from './ottl/row.ts';

export const HASH_FUNCTIONS = ['', 'sha1', 'sha3', 'md5', 'hmac-sha256', 'hmac-sha512'] as const;

/** What is taken away, and what is masked. */
export interface RedactionRules {
  readonly allowsAllKeys: boolean;
  readonly allowedKeys: readonly string[];
  readonly blockedKeys: readonly Pattern[];
  readonly ignoredKeys: readonly string[];
  readonly ignoredKeyPatterns: readonly Pattern[];
  readonly blockedValues: readonly Pattern[];
  readonly allowedValues: readonly Pattern[];
  readonly redactsAllTypes: boolean;
  readonly hashFunction: (typeof HASH_FUNCTIONS)[number];
  readonly hmacKey: string;
  /** `debug` names and counts what was redacted, `info` counts it, anything else says nothing. */
  readonly summary: string;
}

/** The names of attributes that say what was redacted. */
interface SummaryNames {
  readonly redacted: string;
  readonly masked: string;
  readonly allowed: string;
  readonly ignored: string;
}

const OF_ATTRIBUTES = namesBelow('redaction');
const OF_BODY = namesBelow('redaction.body');

/** What was done, by key. */
class Found {
  readonly redacted: string[] = [];
  readonly masked: string[] = [];
  readonly allowed: string[] = [];
  readonly ignored: string[] = [];
}

/** Redacts attributes and bodies. What it makes has attributes that the rules let pass a second time. */
export class Redactor {
  readonly #rules: RedactionRules;
  readonly #allowedKeys: ReadonlySet<string>;
  readonly #ignoredKeys: ReadonlySet<string>;
  /** Finds a text line by line: what is between them stays. */
  readonly #wholeLine = new Pattern('.*');

  constructor(rules: RedactionRules) {
    const { redacted, masked, ignored } = OF_ATTRIBUTES;
    this.#rules = rules;
    this.#ignoredKeys = new Set(rules.ignoredKeys);
    this.#allowedKeys = new Set([
      ...rules.allowedKeys,
      ...[redacted, masked].flatMap((name) => [`${name}.keys`, `${name}.count`]),
      `${ignored}.count`,
    ]);
  }

  /** The attributes of a message. */
  attributes(draft: Draft): void {
    const before = (draft.get('attributes') as OtlpObject[] | undefined) ?? [];
    const found = new Found();
    const after = before.flatMap((entry): OtlpObject[] => this.#attribute(entry, found));
    const isChanged = after.length !== before.length || after.some((entry, index) => entry !== before[index]);
    this.#finish(draft, isChanged ? after : before, before, found, OF_ATTRIBUTES);
  }

  #attribute(entry: OtlpObject, found: Found): OtlpObject[] {
    const key = keyOf(entry);
    const value = entry.value as OtlpObject;
    if (this.#isIgnored(key)) {
      found.ignored.push(key);
      return [entry];
    }
    if (this.#isRedacted(key)) {
      found.redacted.push(key);
      return [];
    }
    const text = this.#rules.redactsAllTypes ? bodyText(value) : textOf(value);
    if (this.#isAllowedValue(text)) {
      found.allowed.push(key);
      return [entry];
    }
    const masked = this.#isMasked(key) ? this.#mask(text, this.#wholeLine) : this.#maskBlocked(text);
    if (masked === text) return [entry];
    found.masked.push(key);
    return [keyValue(key, { stringValue: masked })];
  }

  /** The body of a log record; what was done is said in the record's attributes. */
  body(draft: Draft): void {
    const before = (draft.get('body') as OtlpObject | undefined) ?? {};
    const found = new Found();
    const after = this.#value(before, '', 'body', found);
    if (after !== before) draft.set('body', after);
    const attributes = (draft.get('attributes') as OtlpObject[] | undefined) ?? [];
    this.#finish(draft, attributes, attributes, found, OF_BODY);
  }

  /** @param path - where the value stands in the body: empty for the body itself, which is called `name` */
  #value(value: OtlpObject, path: string, name: string, found: Found): OtlpObject {
    if (value.kvlistValue !== undefined) return this.#map(value, path, found);
    if (value.arrayValue !== undefined) {
      const items = valuesIn(value.arrayValue);
      const after = items.map((item, index) => {
        const place = `${path === '' ? '' : `${path}.`}[${index}]`;
        return this.#value(item, place, place, found);
      });
      return after.some((item, index) => item !== items[index]) ? { arrayValue: { values: after } } : value;
    }
    const text = bodyText(value);
    if (this.#isAllowedValue(text)) {
      // Of a body that is one value the OpenTelemetry Collector says nothing then.
      if (path !== '') found.allowed.push(name);
      return value;
    }
    const masked = this.#maskBlocked(text);
    if (masked === text) return value;
    found.masked.push(name);
    return { stringValue: masked };
  }

  #map(value: OtlpObject, path: string, found: Found): OtlpObject {
    const entries = valuesIn(value.kvlistValue);
    const after = entries.flatMap((entry): OtlpObject | OtlpObject[] => {
      const key = keyOf(entry);
      const place = path === '' ? key : `${path}.${key}`;
      if (this.#isIgnored(key)) found.ignored.push(place);
      else if (this.#isRedacted(key)) {
        found.redacted.push(place);
        return [];
      } else if (this.#isMasked(key)) {
        found.masked.push(place);
        return keyValue(key, { stringValue: this.#mask(textOf(entry.value as OtlpObject), this.#wholeLine) });
      } else {
        const inside = this.#value(entry.value as OtlpObject, place, place, found);
        return inside === entry.value ? entry : keyValue(key, inside);
      }
      return entry;
    });
    const isChanged =
      after.length !== entries.length || after.some((entry, index) => entry !== entries[index]);
    if (!isChanged) return value;
    return { kvlistValue: after.length === 0 ? {} : { values: after } };
  }

  #isIgnored(key: string): boolean {
    return this.#ignoredKeys.has(key) || isAny(this.#rules.ignoredKeyPatterns, key);
  }

  #isRedacted(key: string): boolean {
    return !this.#rules.allowsAllKeys && !this.#allowedKeys.has(key);
  }

  #isMasked(key: string): boolean {
    return isAny(this.#rules.blockedKeys, key);
  }

  #isAllowedValue(text: string): boolean {
    return isAny(this.#rules.allowedValues, text);
  }

  #maskBlocked(text: string): string {
    return this.#rules.blockedValues.reduce((masked, pattern) => this.#mask(masked, pattern), text);
  }

  #mask(text: string, pattern: Pattern): string {
    return pattern.replace(text, ([found = '']) => this.#standIn(found)) ?? text;
  }

  #standIn(text: string): string {
    const { hashFunction, hmacKey } = this.#rules;
    if (hashFunction === '') return '****';
    const [kind, algorithm] = hashFunction.split('-');
    if (algorithm !== undefined) return createHmac(algorithm, hmacKey).update(text).digest('hex');
    return createHash(kind === 'sha3' ? 'sha3-256' : hashFunction)
      .update(text)
      .digest('hex');
  }

  #finish(
    draft: Draft,
    entries: readonly OtlpObject[],
    before: readonly OtlpObject[],
    found: Found,
    names: SummaryNames,
  ): void {
    let after = entries;
    for (const kind of ['redacted', 'masked', 'allowed', 'ignored'] as const) {
      after = this.#summed(after, found[kind], names[kind], kind !== 'ignored');
    }
    if (after !== before) draft.set('attributes', after.length === 0 ? undefined : (after as OtlpObject[]));
  }

  #summed(
    entries: readonly OtlpObject[],
    keys: readonly string[],
    name: string,
    areNamed: boolean,
  ): readonly OtlpObject[] {
    const { summary } = this.#rules;
    if (keys.length === 0 || (summary !== 'debug' && summary !== 'info')) return entries;
    const valueIn = (key: string): OtlpObject | undefined =>
      entries.find((entry) => keyOf(entry) === key)?.value as OtlpObject | undefined;
    let after = entries;
    if (summary === 'debug' && areNamed) {
      const earlier = valueIn(`${name}.keys`)?.stringValue;
      const all = [...keys, ...(typeof earlier === 'string' && earlier !== '' ? earlier.split(',') : [])];
      after = putEntry(after, `${name}.keys`, { stringValue: all.sort(byBytes).join(',') });
    }
    const earlier = BigInt((valueIn(`${name}.count`)?.intValue as string | undefined) ?? 0);
    return putEntry(after, `${name}.count`, { intValue: String(earlier + BigInt(keys.length)) });
  }
}

function namesBelow(prefix: string): SummaryNames {
  return {
    redacted: `${prefix}.redacted`,
    masked: `${prefix}.masked`,
    allowed: `${prefix}.allowed`,
    ignored: `${prefix}.ignored`,
  };
}

function textOf(value: OtlpObject): string {
  return (value.stringValue as string | undefined) ?? '';
}

function valuesIn(message: unknown): readonly OtlpObject[] {
  return (message as { values?: OtlpObject[] }).values ?? [];
}

function isAny(patterns: readonly Pattern[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

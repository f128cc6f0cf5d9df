import type { ProcessorComponent } from '../component.ts';
import { patternShape } from '../config/pattern-shape.ts';
import { boolean, listed, mapping, optional, type Read, text, words } from '../config/shape.ts';
import type { Row } from '../ottl/row.ts';
import type { Visit } from '../ottl/visit.ts';
import { walkRequest } from '../ottl/walk-request.ts';
import { HASH_FUNCTIONS, Redactor } from '../redactor.ts';

const keys = optional(words(text()), []);
const patterns = optional(words(patternShape), []);
const shape = mapping(
  {
    allow_all_keys: optional(boolean, false),
    allowed_keys: keys,
    blocked_key_patterns: patterns,
    hash_function: optional(
      text(listed(HASH_FUNCTIONS.slice(1)), (given) =>
        HASH_FUNCTIONS.find((name) => name === given.toLowerCase()),
      ),
      '',
    ),
    hmac_key: optional(text(), ''),
    ignored_keys: keys,
    ignored_key_patterns: patterns,
    redact_all_types: optional(boolean, false),
    blocked_values: patterns,
    allowed_values: patterns,
    summary: optional(text(), ''),
  },
  ['db_sanitizer', 'url_sanitizer'],
);

/** Bytes of a key, by hash. */
const LEAST_KEY: ReadonlyMap<string, number> = new Map([
  ['hmac-sha256', 32],
  ['hmac-sha512', 64],
]);

/** Takes attributes away that are not allowed, and masks what must not be read. */
export const redactionProcessor: ProcessorComponent<Read<typeof shape>> = {
  type: 'redaction',
  shape,
  check: ({ hash_function: hash, hmac_key: key }, { add }) => {
    const least = LEAST_KEY.get(hash);
    if (least !== undefined && Buffer.byteLength(key) < least)
      add('hmac_key', `${hash} needs a key of at least ${least} bytes`);
  },
  create: (settings) => {
    const redactor = new Redactor({
      allowsAllKeys: settings.allow_all_keys,
      allowedKeys: settings.allowed_keys,
      blockedKeys: settings.blocked_key_patterns,
      ignoredKeys: settings.ignored_keys,
      ignoredKeyPatterns: settings.ignored_key_patterns,
      blockedValues: settings.blocked_values,
      allowedValues: settings.allowed_values,
      redactsAllTypes: settings.redact_all_types,
      hashFunction: settings.hash_function,
      hmacKey: settings.hmac_key,
      summary: settings.summary,
    });
    /** What was redacted stays where it is. */
    const redacts =
      (redact: (row: Row) => void) =>
      (row: Row): boolean => {
        redact(row);
        return true;
      };
    const around: Visit = {
      resource: redacts(({ resource }) => redactor.attributes(resource)),
      scope: redacts(({ scope }) => redactor.attributes(scope)),
      record: redacts(({ record }) => redactor.attributes(record)),
    };
    const logs: Visit = {
      ...around,
      record: redacts(({ record }) => {
        redactor.attributes(record);
        redactor.body(record);
      }),
    };
    const traces: Visit = { ...around, inner: redacts(({ inner }) => redactor.attributes(inner)) };
    const { record: _record, ...metrics } = traces;
    const visits = { logs, traces, metrics };
    return { process: (request) => walkRequest(request, visits[request.signal]) };
  },
};

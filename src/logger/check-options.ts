import { isListOf, MAX_ITEMS } from '../bounded-list.ts';
import { OtelEventsError } from '../errors.ts';
import { isList, kindOf } from '../kind-of.ts';
import { nearestName } from '../nearest-name.ts';
import { isAgent } from '../otlp/http/http-client.ts';
import type { ChildOptions, EventLoggerOptions, FlushOptions } from './options.ts';

interface Check {
  readonly wanted: string;
  readonly accepts: (value: unknown) => boolean;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !isList(value);

const text: Check = { wanted: 'a string', accepts: (value) => typeof value === 'string' };
const map: Check = {
  wanted: 'an object',
  // What cannot be copied cannot be a default.
  accepts: (value) => isMap(value) && Object.keys({ ...value }).length >= 0,
};
const texts: Check = {
  wanted: 'an array of strings',
  accepts: (value) => isListOf(value, text.accepts),
};
const headers: Check = {
  wanted: 'an object of strings',
  accepts: (value) => isMap(value) && Object.values(value).every((item) => typeof item === 'string'),
};
const flag: Check = { wanted: 'true or false', accepts: (value) => typeof value === 'boolean' };
const fn: Check = { wanted: 'a function', accepts: (value) => typeof value === 'function' };
const httpUrl: Check = {
  wanted: 'an http or https URL',
  accepts: (value) =>
    typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
};
const path: Check = {
  wanted: 'a path that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};
const provider = (method: string): Check => ({
  wanted: `a provider with ${method}()`,
  accepts: (value) => isMap(value) && typeof value[method] === 'function',
});
const whole = (least: number): Check => ({
  wanted: `a whole number, at least ${least}`,
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least,
});
const oneOf = (...values: readonly string[]): Check => ({
  wanted: values
    .map((value) => `'${value}'`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1'),
  accepts: (value) => values.includes(value as string),
});

const CHILD: Readonly<Record<keyof ChildOptions, Check>> = {
  session: map,
  tags: texts,
  userId: text,
  projectId: text,
  context: map,
};

// Any time is one: those that are none are over at once.
const FLUSH = { whenAway: oneOf('wait', 'return'), timeoutMs: { wanted: 'a number', accepts: () => true } };

const { context: _, ...DEFAULTS } = CHILD;

const LOGGER: Readonly<Record<keyof EventLoggerOptions, Check>> = {
  ...DEFAULTS,
  app: map,
  schemas: { wanted: 'an array', accepts: (value) => isListOf(value, () => true) },
  allowedSchemas: {
    wanted: 'an array of ids, or an object by id',
    accepts: (value) => texts.accepts(value) || (isMap(value) && Object.values(value).every(isMap)),
  },
  onInvalid: oneOf('throw', 'quarantine', 'mark'),
  quarantine: path,
  redact: {
    wanted: 'a rule or an array of rules',
    accepts: (value) => isListOf(value, () => true) || map.accepts(value),
  },
  baggage: texts,
  captureContent: flag,
  environment: text,
  resource: map,
  identifyDevice: flag,
  endpoint: httpUrl,
  headers,
  agent: { wanted: 'an agent of node:http or node:https', accepts: isAgent },
  delivery: oneOf('auto', 'app', 'sdk', 'none', 'durable'),
  durability: oneOf('memory', 'os', 'disk'),
  spool: path,
  maxBytes: whole(1024),
  onFull: oneOf('drop-oldest', 'drop-newest'),
  maxAgeMs: whole(1),
  concurrency: whole(1),
  handleSignals: flag,
  exporters: {
    wanted: 'an array of exporters, routes or functions',
    accepts: (value) => isListOf(value, isExporter),
  },
  processors: {
    wanted: 'an array of functions',
    accepts: (value) => isListOf(value, fn.accepts),
  },
  sessions: {
    wanted: 'an object with timeoutMs (a whole number, at least 1) and store (with get and set)',
    accepts: isSessionOptions,
  },
  loggerProvider: provider('getLogger'),
  tracerProvider: provider('getTracer'),
  flushIntervalMs: whole(0),
  flushBatchSize: whole(1),
  exitTimeoutMs: whole(0),
  onError: fn,
  diagnosticLogger: {
    wanted: 'a logger with warn() and error()',
    accepts: (value) => isMap(value) && typeof value.warn === 'function' && typeof value.error === 'function',
  },
  logLevel: oneOf('warn', 'error', 'none'),
  bufferDirectory: path,
  bufferLimit: whole(1),
  // LEIP's default is the empty string: no endpoint.
  httpUrl: { ...httpUrl, accepts: (value) => value === '' || httpUrl.accepts(value) },
  httpHeaders: headers,
  httpMethod: { wanted: 'an HTTP method', accepts: (value) => /^[A-Za-z]+$/.test(String(value)) },
};

const APP: Readonly<Record<string, Check>> = {
  id: text,
  name: text,
  version: text,
  containerVersion: text,
  orgName: text,
  orgUrl: text,
};

/** The names of all options, for configuration files. */
export const OPTION_NAMES: readonly string[] = Object.keys(LOGGER);
export const APP_OPTION_NAMES: readonly string[] = Object.keys(APP);

/**
 * Checks a logger's options.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, `EXPORT_URL_INVALID`
 */
export function checkOptions(options: EventLoggerOptions): void {
  check(options, LOGGER, '');
  if (options.app !== undefined) check(options.app, APP, 'app.');
  checkSpool(options);
}

/** What contradicts itself: silence would promise what does not hold. */
function checkSpool({ spool, delivery, durability = 'memory' }: EventLoggerOptions): void {
  if (spool === undefined && durability !== 'memory') {
    const message = `option durability: '${durability}' needs a directory`;
    throw new OtelEventsError('OPTION_INVALID', message, { fix: 'give the option spool, or leave it out' });
  }
  if (spool !== undefined && delivery === 'sdk') {
    const message = "option spool: with delivery 'sdk' the queue is the SDK's, in memory";
    throw new OtelEventsError('OPTION_INVALID', message, { fix: 'leave out one of the two' });
  }
}

/** Checks the options of a child logger, as {@link checkOptions} does. */
export function checkChildOptions(options: ChildOptions): void {
  check(options, CHILD, '');
}

/** Checks the options of a flush, as {@link checkOptions} does. */
export function checkFlushOptions(options: FlushOptions): void {
  check(options, FLUSH, '');
}

function check(options: object, checks: Readonly<Record<string, Check>>, prefix: string): void {
  if (!isMap(options)) throw invalid(prefix === '' ? 'options' : prefix.slice(0, -1), map.wanted, options);
  for (const [key, value] of entriesOf(options, prefix)) {
    const rule = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (rule === undefined) throw unknown(key, Object.keys(checks), prefix);
    if (value !== undefined && !isAccepted(rule, value)) throw invalid(prefix + key, rule.wanted, value);
  }
}

/** A getter or a proxy may throw. */
function entriesOf(options: object, prefix: string): [string, unknown][] {
  try {
    return Object.entries({ ...options });
  } catch {
    throw invalid(prefix === '' ? 'options' : prefix.slice(0, -1), 'an object that can be read', options);
  }
}

function isAccepted({ accepts }: Check, value: unknown): boolean {
  try {
    return accepts(value);
  } catch {
    return false;
  }
}

function unknown(key: string, known: readonly string[], prefix: string): OtelEventsError {
  const nearest = nearestName(key, known);
  const fix = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${prefix}${nearest}?`;
  return new OtelEventsError('OPTION_UNKNOWN', `there is no option ${prefix}${key}`, { fix });
}

function invalid(key: string, wanted: string, value: unknown): OtelEventsError {
  const code =
    wanted === httpUrl.wanted && typeof value === 'string' ? 'EXPORT_URL_INVALID' : 'OPTION_INVALID';
  const fix = wanted === httpUrl.wanted ? urlFix(value) : undefined;
  const details = fix === undefined ? {} : { fix };
  return new OtelEventsError(code, `option ${key}: wanted ${wanted}, got ${gotOf(value)}`, details);
}

/** Without the value: a URL may hold a password. */
function urlFix(value: unknown): string | undefined {
  if (value instanceof URL) return 'give its text: url.href';
  if (typeof value !== 'string') return undefined;
  return /^https?:/i.test(value) ? 'check what follows http://' : 'begin it with http:// or https://';
}

function gotOf(value: unknown): string {
  if (typeof value === 'number') return `the number ${value}`;
  const isLong = isList(value) && value.length > MAX_ITEMS;
  return isLong ? `an array of more than ${MAX_ITEMS} items` : kindOf(value);
}

function isExporter(value: unknown): boolean {
  if (typeof value === 'function') return true;
  if (!isMap(value)) return false;
  const isRoute = Array.isArray(value.exporters) && Array.isArray(value.processors);
  if (value.send !== undefined) return typeof value.name === 'string' && typeof value.send === 'function';
  return isRoute || (typeof value.export === 'function' && typeof value.shutdown === 'function');
}

function isSessionOptions(value: unknown): boolean {
  if (!isMap(value)) return false;
  const { timeoutMs = 1, store, ...others } = value;
  const isStore =
    store === undefined ||
    (typeof store === 'object' &&
      store !== null &&
      ['get', 'set'].every((method) => typeof (store as Record<string, unknown>)[method] === 'function'));
  return isStore && whole(1).accepts(timeoutMs) && Object.keys(others).length === 0;
}

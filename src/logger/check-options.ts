import { isListOf } from '../bounded-list.ts';
import { checkDurability, DELIVERY_CHECKS } from '../delivery-options.ts';
import { OtelEventsError } from '../errors.ts';
import {
  type Check,
  type Checks,
  checkOptions,
  flag,
  fn,
  headers,
  httpUrl,
  isMap,
  listOf,
  listOfChecked,
  map,
  type OptionFault,
  oneOf,
  path,
  text,
  texts,
  whole,
} from '../options.ts';
import type { ChildOptions, CloseOptions, EventLoggerOptions, FlushOptions } from './options.ts';

const provider = (method: string): Check => ({
  wanted: `a provider with ${method}()`,
  accepts: (value) => isMap(value) && typeof value[method] === 'function',
});
const CHILD: Checks<ChildOptions> = {
  session: map,
  tags: texts,
  userId: text,
  projectId: text,
  context: map,
};

// Any time is one: those that are none are over at once.
const CLOSE: Checks<CloseOptions> = { timeoutMs: { wanted: 'a number', accepts: () => true } };
const FLUSH: Checks<FlushOptions> = { ...CLOSE, whenAway: oneOf('wait', 'return') };

const { context: _, ...DEFAULTS } = CHILD;

const LOGGER: Checks<EventLoggerOptions> = {
  ...DEFAULTS,
  ...DELIVERY_CHECKS,
  app: map,
  schemas: { wanted: 'an array', accepts: listOf(() => true) },
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
  delivery: oneOf('auto', 'app', 'sdk', 'none', 'durable'),
  reportEmitted: flag,
  exporters: listOfChecked('an array of exporters, routes or functions', {
    wanted: 'an exporter, a route or a function',
    accepts: isExporter,
    faultIn: configuredExporter,
  }),
  processors: listOfChecked('an array of functions', fn),
  sessions: {
    wanted: 'an object with timeoutMs (a whole number, at least 1) and store (with get and set)',
    accepts: isSessionOptions,
  },
  loggerProvider: provider('getLogger'),
  tracerProvider: provider('getTracer'),
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
export function checkLoggerOptions(options: EventLoggerOptions): void {
  checkOptions(options, LOGGER);
  if (options.app !== undefined) checkOptions(options.app, APP, { prefix: 'app.' });
  checkDurability(options);
  if (options.spool !== undefined && options.delivery === 'sdk') {
    const message = "option spool: with delivery 'sdk' the queue is the SDK's, in memory";
    throw new OtelEventsError('OPTION_INVALID', message, { fix: 'leave out one of the two' });
  }
}

/** Checks the options of a child logger, as {@link checkLoggerOptions} does. */
export function checkChildOptions(options: ChildOptions): void {
  checkOptions(options, CHILD);
}

/** Checks the options of closing, as {@link checkLoggerOptions} does. */
export function checkCloseOptions(options: CloseOptions): void {
  checkOptions(options, CLOSE, { caller: 'close' });
}

/** Checks the options of a flush, as {@link checkLoggerOptions} does. */
export function checkFlushOptions(options: FlushOptions): void {
  checkOptions(options, FLUSH, { caller: 'flush' });
}

function isExporter(value: unknown): boolean {
  if (typeof value === 'function') return true;
  if (!isMap(value)) return false;
  const isRoute = Array.isArray(value.exporters) && Array.isArray(value.processors);
  if (value.send !== undefined) return typeof value.name === 'string' && typeof value.send === 'function';
  return isRoute || (typeof value.export === 'function' && typeof value.shutdown === 'function');
}

/** In a JSON configuration an exporter is an object with a type. */
function configuredExporter(value: unknown): OptionFault | undefined {
  if (!isMap(value) || typeof value.type !== 'string') return undefined;
  return {
    wanted: 'an exporter, a route or a function',
    got: 'an object with a type, as in a JSON configuration',
    fix: 'here it is fileExporter({ path }) and the like; EventLogger.fromJsonFile reads JSON configuration',
  };
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

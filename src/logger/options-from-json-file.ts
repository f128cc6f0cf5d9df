import { readFileSync } from 'node:fs';
import { loadExportersFromConfig } from '../delivery/exporters/load-exporters-from-config.ts';
import { OtelEventsError } from '../errors.ts';
import { APP_OPTION_NAMES, checkLoggerOptions, OPTION_NAMES } from './check-options.ts';
import type { EventLoggerOptions } from './options.ts';

/**
 * The options in a JSON file, in camelCase or snake_case, checked.
 * @throws OtelEventsError `CONFIG_FILE_INVALID`, naming the file and the key
 */
export function optionsFromJsonFile(path: string | URL): EventLoggerOptions {
  const options = camelCased(parse(path), OPTION_NAMES, path) as EventLoggerOptions;
  const app = options.app as unknown;
  try {
    const result = {
      ...options,
      ...(isMap(app) && { app: camelCased(app, APP_OPTION_NAMES, path) }),
      ...destinations(options as Record<string, unknown>),
    };
    checkLoggerOptions(result);
    return result;
  } catch (cause) {
    throw invalid(path, (cause as Error).message, cause);
  }
}

/** Exporters and processors, which a file can only describe. */
function destinations({
  exporters,
  processors,
}: Record<string, unknown>): Pick<EventLoggerOptions, 'exporters' | 'processors'> {
  if (exporters === undefined && processors === undefined) return {};
  const { exportersFromConfig, processorsFromConfig } = loadExportersFromConfig();
  return {
    ...(exporters !== undefined && { exporters: exportersFromConfig(exporters) }),
    ...(processors !== undefined && { processors: processorsFromConfig(processors) }),
  };
}

function parse(path: string | URL): Record<string, unknown> {
  const text = read(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The message quotes the text around the fault, which can be a secret: only the place is passed on.
    const [, place] = /(position \d+.*)$/.exec((error as Error).message) ?? [];
    throw invalid(path, place === undefined ? 'not valid JSON' : `not valid JSON at ${place}`);
  }
  if (!isMap(value)) throw invalid(path, 'wanted a JSON object');
  return value;
}

function read(path: string | URL): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw invalid(path, `cannot be read: ${(cause as NodeJS.ErrnoException).code}`, cause);
  }
}

function camelCased(
  map: Record<string, unknown>,
  known: readonly string[],
  path: string | URL,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(map)) {
    const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const name = known.includes(camel) ? camel : key;
    if (Object.hasOwn(result, name)) throw invalid(path, `${key}: the option is there twice`);
    // JSON's null is LEIP's None: not set.
    if (value !== null) Object.defineProperty(result, name, { value, enumerable: true });
  }
  return result;
}

function invalid(path: string | URL, why: string, cause?: unknown): OtelEventsError {
  return new OtelEventsError('CONFIG_FILE_INVALID', `${path}: ${why}`, { cause });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { OtelEventsError } from '../errors.ts';
import { processWide } from '../process-wide.ts';
import type { EventLogger } from './event-logger.ts';

const loggers = processWide('loggers/v1', () => new Map<string, EventLogger>());

/** Makes a logger known under a name to the whole process; edX's `register_tracker`. */
export function registerLogger(logger: EventLogger, name = 'default'): void {
  loggers.set(name, logger);
}

/**
 * The logger registered under a name; edX's `get_tracker`.
 * @throws OtelEventsError `LOGGER_UNKNOWN`
 */
export function getLogger(name = 'default'): EventLogger {
  const logger = loggers.get(name);
  if (logger !== undefined) return logger;
  const fix = `call registerLogger(logger, '${name}') first`;
  throw new OtelEventsError('LOGGER_UNKNOWN', `no logger is registered as '${name}'`, { fix });
}

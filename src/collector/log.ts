export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** From which level on the collector logs. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes one line about what the collector does; never about what is in the data. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;
export type LogFields = Readonly<Record<string, string | number>>;

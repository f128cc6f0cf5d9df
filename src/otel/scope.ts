import { VERSION } from './version.ts';

/** The instrumentation scope of every record and span this library makes. */
export const SCOPE = { name: 'otel-events', version: VERSION } as const;

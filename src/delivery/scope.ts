import { VERSION } from '../version.ts';

/** The instrumentation scope of every record and span this library makes. */
export const SCOPE = { name: 'otel-events', version: VERSION } as const;

/**
 * The scope's attributes where it cannot be ruled out that an event is more than log stores take: said there, so that no
 * record differs from what it would be on another way.
 */
export const OVERSIZED = { 'otel_events.oversized': true } as const;

import type { OtelEventsError } from '../errors.ts';
import { escapeControls } from '../escape-controls.ts';
import { appDiag } from './app-api.ts';

/** Losses; everything else is a warning. */
const LOSSES: ReadonlySet<string> = new Set([
  'EXPORT_FAILED',
  'EXPORT_PARTIAL',
  'QUEUE_FULL',
  'SPOOL_UNWRITABLE',
  'SPOOL_CORRUPT',
]);

/** How grave what went wrong is. */
export function severityOf({ code }: OtelEventsError): 'error' | 'warn' {
  return LOSSES.has(code) ? 'error' : 'warn';
}

/** One line for people. What the message quotes (names, options, texts of servers) cannot start another one. */
export function lineOf({ code, message }: OtelEventsError): string {
  return escapeControls(`otel-events: ${code}: ${message}`);
}

/** Writes to OpenTelemetry's own diagnostics. @returns false if the app has set no logger there */
export function reportToDiag(error: OtelEventsError): boolean {
  const diag = appDiag();
  if (diag === undefined) return false;
  diag[severityOf(error)](lineOf(error));
  return true;
}

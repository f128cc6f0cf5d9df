import { callApp, oneByOne } from '../../delivery/one-by-one.ts';
import type { OtelEventsError } from '../../errors.ts';
import { processWide } from '../../process-wide.ts';
import { quietly } from '../../spool/disk/quietly.ts';
import { lineOf, reportToDiag, severityOf } from '../diag-report.ts';

/** What the environment asks for is said once a process, however many processors read it. */
const saidOfEnvironment = processWide('said-of-environment/v1', () => new Set<string>());

/**
 * Tells what went wrong: the app's listener, OpenTelemetry's `diag` where the app has set one, and standard
 * error where there is neither, so that a loss is never silent. Never throws.
 */
export function durableReport(
  onError?: ((error: OtelEventsError) => void) | undefined,
): (error: OtelEventsError) => void {
  return oneByOne((error) => {
    callApp(
      () => onError?.(error),
      () => {},
    );
    if (error.code === 'ENVIRONMENT_UNSUPPORTED') {
      if (saidOfEnvironment.has(error.message)) return;
      saidOfEnvironment.add(error.message);
    }
    quietly(() => {
      const heard = reportToDiag(error) || onError !== undefined;
      if (!heard && isWanted(error)) process.stderr.write(`${lineOf(error)}\n`);
    });
  });
}

/** @see OpenTelemetry specification, "configuration/sdk-environment-variables", OTEL_LOG_LEVEL */
function isWanted(error: OtelEventsError): boolean {
  const level = process.env.OTEL_LOG_LEVEL?.trim().toLowerCase();
  return level !== 'none' && (level !== 'error' || severityOf(error) === 'error');
}

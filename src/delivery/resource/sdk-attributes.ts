import { VERSION } from '../../version.ts';

/**
 * Who made the records, where no SDK of OpenTelemetry's did.
 * @see OpenTelemetry semantic conventions, "resource: telemetry.sdk"
 */
export const SDK_ATTRIBUTES = {
  'telemetry.sdk.name': 'otel-events',
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.version': VERSION,
};

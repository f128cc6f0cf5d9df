import { installProgram } from './install-program.ts';
import type { Service } from './service.ts';

const VERSION = '0.155.0';
const MODULE = 'github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen';

/** The OpenTelemetry Collector's own client, which makes telemetry for tests. */
export const telemetrygen: Service = {
  name: 'telemetrygen',
  version: VERSION,
  tools: ['go'],
  build: (build) => installProgram(build, `${MODULE}@v${VERSION}`),
};

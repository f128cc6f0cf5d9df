import { buildModule } from './build-module.ts';
import type { Service } from './service.ts';

const VERSION = '1.76.0';

/** What the images call the release of that Go module; its CHANGELOG: "v1.76.0 / v2.13.0". */
export const JAEGER_RELEASE = '2.13.0';

/** Jaeger v2. */
export const jaeger: Service = {
  name: 'jaeger',
  version: VERSION,
  tools: ['go'],
  build: (build) =>
    buildModule(build, { module: `github.com/jaegertracing/jaeger@v${VERSION}`, name: 'jaeger' }),
};

import { ferretdb } from './ferretdb.ts';
import { jaeger } from './jaeger.ts';
import { kafka } from './kafka.ts';
import { kustomize } from './kustomize.ts';
import { otelcol } from './otelcol.ts';
import { prometheus } from './prometheus.ts';
import type { Service } from './service.ts';
import { telemetrygen } from './telemetrygen.ts';
import { victorialogs } from './victorialogs.ts';

/** Every service that `npm run services` can build. */
export const services = {
  otelcol,
  jaeger,
  victorialogs,
  prometheus,
  ferretdb,
  telemetrygen,
  kafka,
  kustomize,
} as const satisfies Record<string, Service>;

export type ServiceName = keyof typeof services;

import type { ExtensionComponent } from '../component.ts';
import { HTTP_SERVER_ELSEWHERE, HTTP_SERVER_KEYS } from '../config/http-server-keys.ts';
import { mapping, optional, type Read, text } from '../config/shape.ts';
import { listenAddress } from '../config/value-shapes.ts';
import { HealthCheck } from '../health-check.ts';

const shape = mapping(
  {
    endpoint: optional(listenAddress, { host: 'localhost', port: 13_133 }),
    path: optional(
      text('a path that begins with /', (path) => (path.startsWith('/') ? path : undefined)),
      '/',
    ),
  },
  [
    ...Object.keys(HTTP_SERVER_KEYS),
    ...HTTP_SERVER_ELSEWHERE,
    'check_collector_pipeline',
    'response_body',
    'component_health',
    'use_v2',
  ],
);

/** Tells whether the collector takes data. */
export const healthCheck: ExtensionComponent<Read<typeof shape>> = {
  type: 'health_check',
  shape,
  create: ({ endpoint, path }, { isWell }) => new HealthCheck({ address: endpoint, path, isWell }),
};

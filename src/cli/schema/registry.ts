import { defineGroup } from '../command-group.ts';

export const command = defineGroup({
  name: 'otel-events registry',
  commands: {
    export: [
      'write the events as a registry for OpenTelemetry Weaver, or check one',
      () => import('./registry-export.ts'),
    ],
  },
  notes: [
    'Example: otel-events registry export --weaver src/events.ts \\',
    '           --out telemetry/registry',
  ],
});

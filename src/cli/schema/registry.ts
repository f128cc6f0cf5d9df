import { type CommandGroup, dispatch } from '../dispatch.ts';

const REGISTRY: CommandGroup = {
  name: 'otel-events registry',
  commands: {
    export: {
      summary: 'write the events as a semantic-convention registry for OpenTelemetry Weaver, or check one',
      load: async () => (await import('./registry-export.ts')).registryExport,
    },
  },
  notes: ['Example: otel-events registry export --weaver src/events.ts --out telemetry/registry'],
};

/** Runs `otel-events registry`. @returns the exit status */
export function registry(args: readonly string[]): Promise<number> {
  return dispatch(REGISTRY, args);
}

import { anything, listOf, mapping, optional, type Shape, text } from '../config/shape.ts';
import { type LogSettings, logsShape } from './logs-shape.ts';
import { type MetricsSettings, metricsShape, telemetryLevel } from './metrics-shape.ts';
import { type OwnAttributes, resourceShape } from './resource-shape.ts';

/** `service.telemetry`: what the collector tells of itself. */
export interface TelemetrySettings {
  readonly logs: LogSettings;
  /** Undefined: its own metrics are shown nowhere. */
  readonly metrics: MetricsSettings | undefined;
  readonly resource: OwnAttributes;
}

/** @param warn - is told of what is valid and has no effect here */
export function telemetryShape(warn: (message: string) => void): Shape<TelemetrySettings> {
  const keys = mapping({
    logs: optional(logsShape(warn)),
    metrics: optional(metricsShape(warn)),
    traces: optional(tracesShape(warn)),
    resource: optional(resourceShape, new Map()),
  });
  return {
    takesNothing: true,
    read: (node, path, problems) => {
      const { logs, metrics, resource } = keys.read(node, path, problems);
      return { ...DEFAULT_TELEMETRY, ...(logs && { logs }), metrics, resource };
    },
  };
}

/** Of a configuration that says nothing of it. */
export const DEFAULT_TELEMETRY: TelemetrySettings = {
  logs: {
    level: 'info',
    encoding: 'console',
    outputPaths: undefined,
    initialFields: new Map(),
    hasResource: true,
  },
  metrics: undefined,
  resource: new Map(),
};

const traces = mapping({
  level: optional(telemetryLevel),
  propagators: optional(listOf(text())),
  processors: optional(listOf(anything), []),
  limits: optional(anything),
  sampler: optional(anything),
});

/** The OpenTelemetry Collector traces itself if there is a processor, and so does nothing else. */
function tracesShape(warn: (message: string) => void): Shape<undefined> {
  return {
    takesNothing: true,
    read: (node, path, problems) => {
      const { level, processors } = traces.read(node, path, problems);
      if (level !== 'none' && (processors ?? []).length > 0)
        warn(`${path} has no effect: this engine makes no spans of its own`);
      return undefined;
    },
  };
}

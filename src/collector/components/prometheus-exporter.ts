import type { ExporterComponent } from '../component.ts';
import { HTTP_SERVER_ELSEWHERE, HTTP_SERVER_KEYS } from '../config/http-server-keys.ts';
import { boolean, mapping, oneOf, optional, type Read, required, section, text } from '../config/shape.ts';
import { duration, labels, listenAddress } from '../config/value-shapes.ts';
import { openPrometheus } from '../prometheus/open-prometheus.ts';

const FIVE_MINUTES_MS = 5 * 60_000;
const WITHOUT_SUFFIXES = 'UnderscoreEscapingWithoutSuffixes';

const resourceConversion = mapping({
  enabled: optional(boolean, false),
  exclude_service_attributes: optional(boolean, false),
});
const shape = mapping(
  {
    endpoint: required(listenAddress),
    namespace: optional(text(), ''),
    const_labels: optional(labels, []),
    send_timestamps: optional(boolean, false),
    metric_expiration: optional(duration, FIVE_MINUTES_MS),
    enable_open_metrics: optional(boolean, false),
    without_scope_info: optional(boolean, false),
    add_metric_suffixes: optional(boolean, true),
    translation_strategy: optional(
      oneOf(
        ['UnderscoreEscapingWithSuffixes', WITHOUT_SUFFIXES],
        ['NoUTF8EscapingWithSuffixes', 'NoTranslation'],
      ),
    ),
    resource_to_telemetry_conversion: section(resourceConversion),
  },
  [
    ...new Set([
      ...Object.keys(HTTP_SERVER_KEYS),
      ...HTTP_SERVER_ELSEWHERE,
      'transport',
      'max_request_body_size',
      'sending_queue',
    ]),
  ],
);

/** Shows metrics to scrapers, as Prometheus reads them. */
export const prometheusExporter: ExporterComponent<Read<typeof shape>> = {
  type: 'prometheus',
  shape,
  check: ({ endpoint }, { signals, add, claim }) => {
    for (const signal of signals)
      if (signal !== 'metrics') add('endpoint', `is of metrics, and a pipeline of ${signal} names it`);
    if (endpoint === undefined || endpoint.port === 0) return;
    const other = claim(`address ${endpoint.host}:${endpoint.port}`);
    if (other !== undefined) add('endpoint', `${other} listens there`);
  },
  create: (settings, { id, log, drops, counts }) => {
    const { translation_strategy: strategy, resource_to_telemetry_conversion: conversion } = settings;
    if (!settings.add_metric_suffixes && strategy === undefined) {
      // As the OpenTelemetry Collector does since 0.132.
      const mend = `say translation_strategy: ${WITHOUT_SUFFIXES}`;
      log('warn', 'add_metric_suffixes has no effect', { exporter: id, fix: mend });
    }
    return openPrometheus({
      address: settings.endpoint as NonNullable<typeof settings.endpoint>,
      namespace: settings.namespace,
      constLabels: settings.const_labels,
      sendTimestamps: settings.send_timestamps,
      expirationMs: settings.metric_expiration,
      hasOpenMetrics: settings.enable_open_metrics,
      hasScopeInfo: !settings.without_scope_info,
      hasSuffixes: strategy !== WITHOUT_SUFFIXES,
      resourceAttributes: conversion.enabled
        ? conversion.exclude_service_attributes
          ? 'without service'
          : 'all'
        : 'none',
      exporter: id,
      log,
      drops,
      counts,
    });
  },
};

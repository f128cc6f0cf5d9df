import { type KnownComponents, known } from './component.ts';

/**
 * Every component of this engine: a new one is a file in `components/` and a line here. A file is loaded when a
 * configuration names its component: all of them were half of what a start takes.
 */
export const COMPONENTS: KnownComponents = {
  receivers: [
    known(['otlp'], async () => (await import('./components/otlp-receiver.ts')).otlpReceiver),
    known(
      ['otlp_json_file', 'otlpjsonfile'],
      async () => (await import('./components/otlp-json-file-receiver.ts')).otlpJsonFileReceiver,
    ),
  ],
  processors: [
    known(
      ['attributes'],
      async () => (await import('./components/attributes-processor.ts')).attributesProcessor,
    ),
    known(['batch'], async () => (await import('./components/batch-processor.ts')).batchProcessor),
    known(['filter'], async () => (await import('./components/filter-processor.ts')).filterProcessor),
    known(
      ['memory_limiter'],
      async () => (await import('./components/memory-limiter-processor.ts')).memoryLimiterProcessor,
    ),
    known(
      ['probabilistic_sampler'],
      async () =>
        (await import('./components/probabilistic-sampler-processor.ts')).probabilisticSamplerProcessor,
    ),
    known(
      ['redaction'],
      async () => (await import('./components/redaction-processor.ts')).redactionProcessor,
    ),
    known(['resource'], async () => (await import('./components/resource-processor.ts')).resourceProcessor),
    known(
      ['resource_detection', 'resourcedetection'],
      async () => (await import('./components/resource-detection-processor.ts')).resourceDetectionProcessor,
    ),
    known(
      ['transform'],
      async () => (await import('./components/transform-processor.ts')).transformProcessor,
    ),
  ],
  exporters: [
    known(['file'], async () => (await import('./components/file-exporter.ts')).fileExporter),
    known(
      ['otlp_http', 'otlphttp'],
      async () => (await import('./components/otlp-http-exporter.ts')).otlpHttpExporter,
    ),
    known(
      ['otlp_grpc', 'otlp'],
      async () => (await import('./components/otlp-grpc-exporter.ts')).otlpGrpcExporter,
    ),
    known(['debug', 'logging'], async () => (await import('./components/debug-exporter.ts')).debugExporter),
    known(['nop'], async () => (await import('./components/nop-exporter.ts')).nopExporter),
    known(
      ['prometheus'],
      async () => (await import('./components/prometheus-exporter.ts')).prometheusExporter,
    ),
    known(['viewer'], async () => (await import('./components/viewer-exporter.ts')).viewerExporter),
  ],
  connectors: [
    known(['forward'], async () => (await import('./components/forward-connector.ts')).forwardConnector),
    known(['count'], async () => (await import('./components/count-connector.ts')).countConnector),
    known(
      ['span_metrics', 'spanmetrics'],
      async () => (await import('./components/span-metrics-connector.ts')).spanMetricsConnector,
    ),
  ],
  extensions: [
    known(['health_check'], async () => (await import('./components/health-check.ts')).healthCheck),
    known(['file_storage'], async () => (await import('./components/file-storage.ts')).fileStorage),
    known(['basicauth', 'basic_auth'], async () => (await import('./components/basic-auth.ts')).basicAuth),
    known(
      ['bearertokenauth', 'bearer_token_auth'],
      async () => (await import('./components/bearer-token-auth.ts')).bearerTokenAuth,
    ),
    known(['zpages'], async () => (await import('./components/zpages.ts')).zpages),
    known(['pprof'], async () => (await import('./components/pprof.ts')).pprof),
  ],
};

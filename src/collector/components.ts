import { type KnownComponents, known } from './component.ts';
import { attributesProcessor } from './components/attributes-processor.ts';
import { basicAuth } from './components/basic-auth.ts';
import { batchProcessor } from './components/batch-processor.ts';
import { bearerTokenAuth } from './components/bearer-token-auth.ts';
import { countConnector } from './components/count-connector.ts';
import { debugExporter } from './components/debug-exporter.ts';
import { fileExporter } from './components/file-exporter.ts';
import { fileStorage } from './components/file-storage.ts';
import { filterProcessor } from './components/filter-processor.ts';
import { forwardConnector } from './components/forward-connector.ts';
import { healthCheck } from './components/health-check.ts';
import { memoryLimiterProcessor } from './components/memory-limiter-processor.ts';
import { nopExporter } from './components/nop-exporter.ts';
import { otlpGrpcExporter } from './components/otlp-grpc-exporter.ts';
import { otlpHttpExporter } from './components/otlp-http-exporter.ts';
import { otlpJsonFileReceiver } from './components/otlp-json-file-receiver.ts';
import { otlpReceiver } from './components/otlp-receiver.ts';
import { pprof } from './components/pprof.ts';
import { probabilisticSamplerProcessor } from './components/probabilistic-sampler-processor.ts';
import { prometheusExporter } from './components/prometheus-exporter.ts';
import { redactionProcessor } from './components/redaction-processor.ts';
import { resourceDetectionProcessor } from './components/resource-detection-processor.ts';
import { resourceProcessor } from './components/resource-processor.ts';
import { spanMetricsConnector } from './components/span-metrics-connector.ts';
import { transformProcessor } from './components/transform-processor.ts';
import { viewerExporter } from './components/viewer-exporter.ts';
import { zpages } from './components/zpages.ts';

/** Every component of this engine: a new one is a file in `components/` and a line here. */
export const COMPONENTS: KnownComponents = {
  receivers: [known(otlpReceiver), known(otlpJsonFileReceiver)],
  processors: [
    known(attributesProcessor),
    known(batchProcessor),
    known(filterProcessor),
    known(memoryLimiterProcessor),
    known(probabilisticSamplerProcessor),
    known(redactionProcessor),
    known(resourceProcessor),
    known(resourceDetectionProcessor),
    known(transformProcessor),
  ],
  exporters: [
    known(fileExporter),
    known(otlpHttpExporter),
    known(otlpGrpcExporter),
    known(debugExporter),
    known(nopExporter),
    known(prometheusExporter),
    known(viewerExporter),
  ],
  connectors: [known(forwardConnector), known(countConnector), known(spanMetricsConnector)],
  extensions: [
    known(healthCheck),
    known(fileStorage),
    known(basicAuth),
    known(bearerTokenAuth),
    known(zpages),
    known(pprof),
  ],
};

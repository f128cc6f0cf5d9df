export const LANGUAGES = ['Node.js', 'OpenTelemetry JS', 'Python', 'Go', 'Java', 'curl'] as const;

export type Language = (typeof LANGUAGES)[number];

/** A program, or a command, that sends one event to an OTLP/HTTP endpoint. */
export function snippet(language: Language, endpoint: string): string {
  return TEXTS[language].replaceAll('ENDPOINT', endpoint);
}

const TEXTS: Readonly<Record<Language, string>> = {
  'Node.js': `// npm install otel-events
import { EventLogger } from 'otel-events';

const events = new EventLogger({ app: { name: 'shop' }, endpoint: 'ENDPOINT' });
events.log('cart.item_added', { sku: 'A1', qty: 2 });
await events.close();`,
  'OpenTelemetry JS': `// npm install @opentelemetry/sdk-logs @opentelemetry/exporter-logs-otlp-http
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";

const exporter = new OTLPLogExporter({ url: 'ENDPOINT/v1/logs' });
const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
provider.getLogger('shop').emit({ eventName: 'cart.item_added', attributes: { sku: 'A1', qty: 2 } });
await provider.shutdown();`,
  Python: `# pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter("ENDPOINT/v1/traces")))
with provider.get_tracer("shop").start_as_current_span("checkout") as span:
    span.set_attribute("total", 12.5)
provider.shutdown()`,
  Go: `// go get go.opentelemetry.io/otel/sdk/log go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp
ctx := context.Background()
exporter, _ := otlploghttp.New(ctx, otlploghttp.WithEndpointURL("ENDPOINT/v1/logs"))
provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(exporter)))
var record log.Record
record.SetEventName("cart.item_added")
record.AddAttributes(log.String("sku", "A1"), log.Int("qty", 2))
provider.Logger("shop").Emit(ctx, record)
provider.Shutdown(ctx)`,
  Java: `# No code: the agent sends what it sees of a program
java -javaagent:opentelemetry-javaagent.jar \\
  -Dotel.service.name=shop \\
  -Dotel.exporter.otlp.endpoint=ENDPOINT \\
  -jar shop.jar`,
  curl: `curl ENDPOINT/v1/logs -H 'content-type: application/json' -d '{
  "resourceLogs": [{
    "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "shop" } }] },
    "scopeLogs": [{ "logRecords": [{
      "timeUnixNano": "'$(date +%s)000000000'", "severityNumber": 9, "eventName": "cart.item_added",
      "attributes": [{ "key": "sku", "value": { "stringValue": "A1" } }]
    }] }]
  }]
}'`,
};

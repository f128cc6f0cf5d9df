import { register } from 'node:module';
import { trace } from '@opentelemetry/api';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const sdk = new NodeSDK({ serviceName: 'b-sdk3', instrumentations: [new HttpInstrumentation()] });
sdk.start();

// Loaded only now: instrumentations patch what is imported after they started.
const { serveOneRequest } = await import('./serve-one-request.mjs');
const result = await serveOneRequest({ activeSpan: () => trace.getActiveSpan()?.spanContext() });
await sdk.shutdown();
console.log(JSON.stringify(result));

// With OTEL_SDK_DISABLED=true.
import { NodeSDK } from '@opentelemetry/sdk-node';
import { logThree } from './log-three.mjs';

const sdk = new NodeSDK({ serviceName: 'disabled' });
sdk.start();
const result = await logThree();
await sdk.shutdown();
console.log(JSON.stringify(result));

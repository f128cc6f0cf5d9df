// Set up from outside: `node --import @opentelemetry/auto-instrumentations-node/register app.mjs`.
import { trace } from '@opentelemetry/api';
import { serveOneRequest } from './serve-one-request.mjs';

const result = await serveOneRequest({ activeSpan: () => trace.getActiveSpan()?.spanContext() });
console.log(JSON.stringify(result));
// On this signal the instrumentation flushes and ends.
process.kill(process.pid, 'SIGTERM');

// Providers that take nothing are registered.
import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { createNoopLogger, logs } from '@opentelemetry/api-logs';
import { logThree } from './log-three.mjs';

logs.setGlobalLoggerProvider({ getLogger: () => createNoopLogger() });
trace.setGlobalTracerProvider(new ProxyTracerProvider());
console.log(JSON.stringify(await logThree()));

// For `node --import otel-events/register app.js`: the only module of this package with a side effect.
import { Diagnostics, environmentLogLevel } from './logger/diagnostics.ts';
import { registerGlobals } from './otel/register-globals.ts';

const level = environmentLogLevel(process.env);
const diagnostics = new Diagnostics({ logger: undefined, level, onError: undefined });

registerGlobals(process.env, diagnostics.report);

// For `node --import otel-events/register app.js`: the only module of this package with a side effect.
import { registerGlobals } from './otel/register-globals.ts';

registerGlobals();

// Loads all that the other programs load, and ends cleanly: only then does Node keep the compiled code.
import { EventLogger } from '../../../src/index.ts';
import './open-logger.ts';

const events = new EventLogger({ delivery: 'durable', endpoint: 'http://127.0.0.1:9', logLevel: 'none' });
events.track('warm.up').end();
await events.close({ timeoutMs: 0 });

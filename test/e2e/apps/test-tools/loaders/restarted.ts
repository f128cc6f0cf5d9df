import { EventLogger } from 'otel-events';

const events = new EventLogger({ app: { name: 'restarted' }, flushIntervalMs: 60_000 });
events.log('app.started');
console.log('up');
setInterval(() => {}, 60_000);

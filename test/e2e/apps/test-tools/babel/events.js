import { EventLogger } from 'otel-events';

export const events = new EventLogger({ app: { name: 'shop' } });

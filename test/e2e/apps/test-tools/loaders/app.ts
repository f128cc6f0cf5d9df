import { EventLogger, OtelEventsError } from 'otel-events';
import { testLogger } from 'otel-events/testing';

async function main(): Promise<void> {
  const events = new EventLogger({ app: { name: 'loaders' } });
  events.log('order.paid', { total: 12.5 });
  const totals = await events.close();
  const kit = testLogger();
  kit.log('order.paid');
  await kit.flush();
  console.log(JSON.stringify({ totals, kept: kit.emitted.length, coded: 'code' in new OtelEventsError('OPTION_INVALID', '') }));
}

main();

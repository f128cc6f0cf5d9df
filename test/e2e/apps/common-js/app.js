const { EventLogger, OtelEventsError } = require('otel-events');
const { testLogger } = require('otel-events/testing');

async function main() {
  const events = new EventLogger({ app: { name: 'common-js' } });
  events.log('cart.item_added', { sku: 'A1' });
  const totals = await events.close();
  const kit = testLogger();
  kit.log('cart.item_added');
  await kit.flush();
  const imported = await import('otel-events');
  console.log(
    JSON.stringify({
      totals,
      kept: kit.emitted.length,
      oneClass: imported.EventLogger === EventLogger && imported.OtelEventsError === OtelEventsError,
    }),
  );
}

main();

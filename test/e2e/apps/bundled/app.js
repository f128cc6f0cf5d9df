import { EventLogger } from 'otel-events';

async function main() {
  const events = new EventLogger({ app: { name: 'bundled' } });
  events.track('checkout', () => events.log('cart.item_added', { sku: 'A1' }));
  console.log(JSON.stringify(await events.close()));
}

main();

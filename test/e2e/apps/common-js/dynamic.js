async function main() {
  const { EventLogger } = await import('otel-events');
  const events = new EventLogger({ app: { name: 'common-js' } });
  events.log('cart.item_added', { sku: 'A1' });
  console.log(JSON.stringify(await events.close()));
}

main();

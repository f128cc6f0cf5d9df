/** Where the demo is to be found. */
interface Places {
  readonly page: string;
  readonly otlp: string;
  readonly directory: string;
}

/** What an analyst asks, and where the page answers it. */
const QUESTIONS = [
  ['Who puts something into the cart and does not pay?', '/funnel?step=cart.item_added&step=order.paid'],
  ['What have failed payments in common?', '/compare?q=payment&left=level:error&right=level:info'],
  ['Since when is paying slow?', '/groups?q=name:payment&by=bank&stat=p95:duration&over=5m'],
  ['What do people ask the assistant?', '/?q=conversation:*'],
  ['Which events are not what their schemas say?', '/?q=event.schema.issues:*'],
  ['Is anything missing?', '/ledger'],
] as const;

/** Lines for a terminal of 80 columns and 24 rows. */
export function demoGreeting({ page, otlp, directory }: Places): readonly string[] {
  return [
    'otel-events demo: a coffee shop that does not exist. Ctrl+C closes it.',
    `  page     ${page}`,
    `  OTLP in  ${otlp}`,
    `  files    ${directory}`,
    '',
    'The two hours before now are made up; from now on it happens as you look.',
    '',
    ...QUESTIONS.flatMap(([question, at]) => [question, `  ${page}${at}`]),
    '',
  ];
}

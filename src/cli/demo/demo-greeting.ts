/** Where the demo is to be found. */
interface Places {
  readonly page: string;
  readonly otlp: string;
  readonly directory: string;
}

/** What an analyst asks, and where the page answers it. */
const QUESTIONS = [
  ['Who puts something into the cart and does not pay?', '/funnel?step=cart.item_added&step=order.paid'],
  ['What do failures have in common?', '/compare?left=severity:error&right=order.paid'],
  ['Since when is paying slow?', '/groups?q=name:payment&by=bank&stat=p95:duration'],
  ['What does the assistant say?', '/?q=conversation:*'],
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

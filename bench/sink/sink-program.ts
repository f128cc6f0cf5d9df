import { Sink } from './sink.ts';

/** What the process that started the sink may ask of it. */
export type Command =
  | { readonly do: 'up'; readonly port: number }
  | { readonly do: 'down' | 'start window' | 'arrived' | 'window' };

const sink = new Sink();

// One at a time and each answered: who asks has waited for the answer before he asks again.
process.on('message', async (command: Command) => process.send?.({ answer: await run(command) }));
process.on('disconnect', () => process.exit());

async function run(command: Command): Promise<unknown> {
  if (command.do === 'up') return sink.up(command.port);
  if (command.do === 'down') return sink.down();
  if (command.do === 'arrived') return sink.arrived;
  if (command.do === 'window') return sink.window;
  return sink.startWindow();
}

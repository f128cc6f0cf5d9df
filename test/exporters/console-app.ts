/** Logs as many events as its argument says to standard output, then says on standard error how it went. */
import { consoleExporter } from '../../src/exporters/console.ts';
import { EventLogger } from '../../src/index.ts';

const count = Number(process.argv[2]);
const events = new EventLogger({ delivery: 'none', exporters: [consoleExporter()], logLevel: 'none' });
for (let n = 1; n <= count; n++) {
  events.log('numbered', { n, text: 'x'.repeat(200) });
  if (n % 100 === 0) await events.flush();
}
await events.close();
process.stderr.write(`${JSON.stringify(events.stats().sinks.console)}\n`);

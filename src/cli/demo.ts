import { defineCommand, usageError } from './command.ts';
import { runDemo } from './demo/run-demo.ts';
import { openInBrowser } from './open-in-browser.ts';

const DEFAULT_PORT = '4319';

const USAGE = `Usage: otel-events demo [--port PORT] [--directory DIR] [--open]

Runs a shop that does not exist, with a collector and the viewer behind it, and
shows its events in a page until it is told to stop (Ctrl+C). The two hours
before the start are made up at once. At the end it counts: what the loggers
were told, what the collector confirmed, what the viewer finds.

Without a terminal it makes up the two hours, counts, and ends.

  --port PORT      of the page; default ${DEFAULT_PORT}, or the next one that is free
  --directory DIR  where files are, and stay; default one that is removed
  --open           opens the page in a browser
  --help           show this

Exit status: 0 all events are stored; 1 some are not, or an option is wrong;
2 a port or a file cannot be opened.`;

export const command = defineCommand({
  name: 'otel-events demo',
  usage: USAGE,
  options: { port: { type: 'string' }, directory: { type: 'string' }, open: { type: 'boolean' } },
  async run(operands, { port = DEFAULT_PORT, directory, open = false }) {
    if (operands.length > 0) throw usageError(`nothing but options: ${operands.length} more given`);
    if (directory === '') throw usageError('--directory: wanted a path, got nothing');
    forgetSettings();
    return runDemo({
      port: readPort(port),
      directory,
      isLive: process.stdout.isTTY === true,
      started: (page) => open && openInBrowser('otel-events demo', page),
    });
  },
});

/** @throws OtelEventsError `OPTION_INVALID` */
function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw usageError('--port: wanted a number from 0 to 65535');
}

/** What the surroundings say of an app's own telemetry is not meant for the shop, whose events stay here. */
function forgetSettings(): void {
  for (const name of Object.keys(process.env))
    if (name.startsWith('OTEL_') && !name.startsWith('OTEL_EVENTS_')) delete process.env[name];
}

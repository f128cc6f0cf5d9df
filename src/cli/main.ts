#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { tell } from './command.ts';
import { defineGroup } from './command-group.ts';
import { useCompileCache } from './compile-cache.ts';
import { oldNode } from './old-node.ts';
import { keepYoungGenerationSmall } from './young-generation.ts';

const command = defineGroup({
  name: 'otel-events',
  commands: {
    demo: ['look at the events of a made-up shop, in a browser', () => import('./demo.ts')],
    collect: [
      'run a collector: OTLP in; files, OTLP and Prometheus out',
      () => {
        keepYoungGenerationSmall();
        return import('./collect.ts');
      },
    ],
    view: ['keep events on this machine, and look at them in a browser', () => import('./view.ts')],
    query: ['find events, logs and spans in files, and count them', () => import('./events/query.ts')],
    tail: ['print events as they come, from a viewer or a file', () => import('./events/tail.ts')],
    export: ['write events as CSV, JSON lines or Parquet', () => import('./events/export.ts')],
    import: ['put files of OTLP/JSON lines into a store of the viewer', () => import('./events/import.ts')],
    reconcile: [
      'compare event files with a store, and send it what is missing',
      () => import('./reconcile/reconcile.ts'),
    ],
    erase: ['take the events of a user or a session out of all places', () => import('./erase/erase.ts')],
    spool: ['look into a spool directory, and get out what is in it', () => import('./spool/spool.ts')],
    quarantine: [
      'look at events that their schema refused; send or drop them',
      () => import('./quarantine/quarantine.ts'),
    ],
    validate: ['check schemas, and events against them', () => import('./schema/validate.ts')],
    types: ['TypeScript from schemas', () => import('./schema/print-types.ts')],
    docs: ['the catalogue of events, from their definitions', () => import('./schema/docs.ts')],
    registry: ['the events as a registry for OpenTelemetry Weaver', () => import('./schema/registry.ts')],
    'collector-rules': [
      'processors for the OpenTelemetry Collector, from definitions',
      () => import('./schema/collector-rules.ts'),
    ],
  },
  notes: [
    '`otel-events COMMAND --help` tells about one command, `otel-events --version`',
    'which version this is.',
  ],
});

const old = oldNode();
if (old === undefined) {
  // Before the file of a command is loaded.
  useCompileCache();
  process.exitCode = await main(process.argv.slice(2));
} else {
  tell(`otel-events: ${old}`);
  process.exitCode = 2;
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--version' || args[0] === '-v') {
    process.stdout.write(`${await version()}\n`);
    return 0;
  }
  return command(args);
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

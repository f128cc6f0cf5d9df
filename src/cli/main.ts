#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { type CommandGroup, dispatch } from './dispatch.ts';

const MAIN: CommandGroup = {
  name: 'otel-events',
  commands: {
    collect: {
      summary: 'run a collector: OTLP over HTTP in, files and OTLP out',
      load: async () => (await import('./collect.ts')).collect,
    },
    spool: {
      summary: 'look into a spool directory, and get out what is in it',
      load: async () => (await import('./spool/spool.ts')).spool,
    },
    quarantine: {
      summary: 'look at events that their schema refused, mend them and send them, or remove them',
      load: async () => (await import('./quarantine/quarantine.ts')).quarantine,
    },
    validate: {
      summary: 'check schemas, and events against them',
      load: async () => (await import('./schema/validate.ts')).validate,
    },
    types: {
      summary: 'TypeScript from schemas',
      load: async () => (await import('./schema/print-types.ts')).printTypes,
    },
    docs: {
      summary: 'the catalogue of events, from their definitions',
      load: async () => (await import('./schema/docs.ts')).docs,
    },
    registry: {
      summary: 'the events as a registry for OpenTelemetry Weaver',
      load: async () => (await import('./schema/registry.ts')).registry,
    },
    'collector-rules': {
      summary: 'processors for the OpenTelemetry Collector, from the definitions of events',
      load: async () => (await import('./schema/collector-rules.ts')).collectorRules,
    },
  },
  notes: [
    '`otel-events COMMAND --help` tells about one command; `otel-events --version` which version this is.',
  ],
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--version' || args[0] === '-v') {
    process.stdout.write(`${await version()}\n`);
    return 0;
  }
  return dispatch(MAIN, args);
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

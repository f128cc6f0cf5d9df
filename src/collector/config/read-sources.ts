import { createReadStream } from 'node:fs';
import { OtelEventsError } from '../../errors.ts';
import type { ConfigNode } from './config-node.ts';
import type { Variables } from './expand-environment.ts';
import { mergeNodes, unfoldKeys } from './merge-nodes.ts';
import type { Problems } from './problems.ts';
import { readValue } from './read-value.ts';
import { readYaml } from './read-yaml.ts';

/** Where a configuration comes from: a path, `file:PATH`, `env:NAME`, `yaml:TEXT`, or an object. */
export type ConfigSource = string | object;

/** A configuration is short; more than this is some other file. */
const MAX_FILE_BYTES = 1024 * 1024;

/** What an equals sign is missing from. */
const SET = /^([^=]+)=(.*)$/s;

/**
 * Reads configurations and merges them in their order, as the OpenTelemetry Collector does; what is wrong with them goes to
 * `problems`.
 * @throws OtelEventsError `COLLECTOR_START_FAILED` if a file cannot be read, `COLLECTOR_CONFIG_INVALID` if it is no text
 */
export async function readSources(
  sources: readonly ConfigSource[],
  variables: Variables,
  problems: Problems,
): Promise<ConfigNode | undefined> {
  let merged: ConfigNode | undefined;
  for (const source of sources) {
    const node = await readSource(source, sources.length > 1, variables, problems);
    if (node === undefined) continue;
    const unfolded = unfoldKeys(node);
    merged = merged === undefined ? unfolded : mergeNodes(merged, unfolded);
  }
  return merged;
}

/** A setting of a command line, `processors.batch.timeout=2s`, as a source; undefined without an equals sign. */
export function sourceOfSetting(setting: string): string | undefined {
  const [, key, value = ''] = SET.exec(setting) ?? [];
  return key === undefined ? undefined : `yaml:${key.trim().replaceAll('.', '::')}: ${value.trim()}`;
}

/** How a source is called in messages: never by what is in it. */
export function nameOfSource(source: ConfigSource): string {
  if (typeof source !== 'string') return 'config';
  return source.startsWith('yaml:') ? 'yaml' : source.replace(/^file:/, '');
}

async function readSource(
  source: ConfigSource,
  isNamed: boolean,
  variables: Variables,
  problems: Problems,
): Promise<ConfigNode | undefined> {
  if (typeof source !== 'string')
    return readValue(source, { at: undefined, path: '', parents: [], variables, problems });
  const text = await textOf(source, variables, problems);
  if (text === undefined) return undefined;
  return readYaml(text, variables, problems, isNamed ? nameOfSource(source) : undefined);
}

async function textOf(
  source: string,
  { values }: Variables,
  problems: Problems,
): Promise<string | undefined> {
  const [, scheme = 'file', rest = source] = /^(file|env|yaml|https?):(.*)$/s.exec(source) ?? [];
  if (scheme === 'yaml') return rest;
  if (scheme === 'file') return readText(rest);
  const value = scheme === 'env' && Object.hasOwn(values, rest) ? values[rest] : undefined;
  if (value) return value;
  const problem =
    scheme === 'env'
      ? `the environment variable ${rest} is not set`
      : `only the OpenTelemetry Collector reads configurations over ${scheme}; here they are files, env:NAME or yaml:TEXT`;
  problems.add(undefined, '', problem);
  return undefined;
}

async function readText(file: string): Promise<string> {
  try {
    // A pipe or a device has no size: it is read no further than a configuration goes.
    const bytes: Buffer[] = await createReadStream(file, { end: MAX_FILE_BYTES }).toArray();
    const whole = Buffer.concat(bytes);
    if (whole.length > MAX_FILE_BYTES)
      throw new Error(`more than ${MAX_FILE_BYTES} bytes is too long for a configuration`);
    return new TextDecoder('utf-8', { fatal: true }).decode(whole);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new OtelEventsError('COLLECTOR_CONFIG_INVALID', `${file}: not text in UTF-8`, { cause });
    }
    throw new OtelEventsError('COLLECTOR_START_FAILED', `cannot read ${file}: ${code ?? message}`, { cause });
  }
}

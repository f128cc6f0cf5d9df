import { readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import path from 'node:path';
import { OtelEventsError } from '../../errors.ts';
import { type TakenCredentials, takeCredentials } from '../../otlp/http/take-credentials.ts';
import type { Batch, RecordSignal } from '../../otlp/wire/batch.ts';
import { MAX_TIMER_MS } from '../../time.ts';
import { baseOf } from './base-of.ts';
import { readEnvironment } from './environment.ts';
import { type OtlpHeaders, otlpHeaders } from './otlp-headers.ts';
import { type OtlpVariable, OtlpVariables } from './otlp-variables.ts';

/** PEM files for TLS: whom to trust instead of the usual authorities, and what to show of ourselves. */
export interface OtlpTls {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/** How requests of each signal are sent over OTLP/HTTP. */
export interface OtlpSettings {
  /** Whole, and without credentials: they are in the headers. */
  readonly urls: Readonly<Record<RecordSignal, URL>>;
  /** By lower-case name; none that describes the body. */
  readonly headers: Readonly<Record<RecordSignal, OtlpHeaders>>;
  readonly encoding: Readonly<Record<RecordSignal, Batch['encoding']>>;
  readonly compression: Readonly<Record<RecordSignal, 'gzip' | 'none'>>;
  /** One attempt, connect included, in milliseconds; at most what a timer can wait. */
  readonly timeoutMs: Readonly<Record<RecordSignal, number>>;
  /** Undefined for `http:` and where no file is named. */
  readonly tls: Readonly<Record<RecordSignal, OtlpTls | undefined>>;
  /** Of the app's, in place of our own. */
  readonly agent?: Agent;
}

/** What the caller says itself; the environment has the rest. */
export interface OtlpSettingsOptions {
  /** A base URL: `/v1/logs` and `/v1/traces` are appended to its path. */
  readonly endpoint?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly agent?: Agent | undefined;
}

const DEFAULT_ENDPOINT = 'http://localhost:4318';
const DEFAULT_TIMEOUT_MS = 10_000;

const TLS_FILES = { ca: 'CERTIFICATE', cert: 'CLIENT_CERTIFICATE', key: 'CLIENT_KEY' } as const;

/**
 * Reads how to send over OTLP: options over the variables of a signal over those for all signals. A bad
 * variable is warned about once, counts as unset, and is never quoted where it can hold a secret.
 * @throws OtelEventsError `EXPORT_URL_INVALID` for the option
 * @see OpenTelemetry specification, "protocol/exporter"
 */
export function otlpSettings(
  options: OtlpSettingsOptions,
  env: NodeJS.ProcessEnv,
  onWarning: (error: OtelEventsError) => void,
): OtlpSettings {
  // What is wrong with a variable for all signals is wrong for each of them.
  const once = onceEach(onWarning);
  const variables = new OtlpVariables(env, once);
  const environment = readEnvironment(env);
  const endpoints = bySignal((signal) => endpointOf(signal, options.endpoint, variables));
  const urls = bySignal((signal) => endpoints[signal].url);
  return {
    urls,
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    headers: bySignal((signal) =>
      otlpHeaders(signal, options.headers, variables, endpoints[signal].authorization, once),
    ),
    encoding: bySignal((signal) => (environment[signal].protocol === 'http/json' ? 'json' : 'protobuf')),
    compression: bySignal((signal) => compressionOf(signal, variables)),
    timeoutMs: bySignal((signal) => timeoutMsOf(signal, variables)),
    tls: bySignal((signal) => (urls[signal].protocol === 'https:' ? tlsOf(signal, variables) : undefined)),
  };
}

function bySignal<T>(read: (signal: RecordSignal) => T): Record<RecordSignal, T> {
  return { logs: read('logs'), traces: read('traces') };
}

function endpointOf(
  signal: RecordSignal,
  option: string | undefined,
  variables: OtlpVariables,
): TakenCredentials {
  if (option !== undefined) return takeCredentials(signalUrl(optionUrl(option), signal, /\/*$/));
  const url = variables.first(signal, 'ENDPOINT', ({ name, value, ofSignal }) => {
    const given = httpUrl(value);
    if (given !== undefined) return ofSignal ? given : signalUrl(given, signal, /\/?$/);
    return variables.ignore(
      `${name} is not an http or https URL: it is ignored`,
      `write it whole, such as ${DEFAULT_ENDPOINT}`,
    );
  });
  return takeCredentials(url ?? signalUrl(new URL(DEFAULT_ENDPOINT), signal, /\/?$/));
}

function optionUrl(value: string): URL {
  const url = httpUrl(value);
  if (url !== undefined) return baseOf(url);
  const fix = `write it whole, such as ${DEFAULT_ENDPOINT}`;
  throw new OtelEventsError('EXPORT_URL_INVALID', 'option endpoint: wanted an http or https URL', { fix });
}

/** `localhost:4318` is a URL too, of protocol `localhost:`. */
function httpUrl(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/**
 * Appends to the path, not to the text: a query stays a query.
 * @see OpenTelemetry specification, "Endpoint URLs for OTLP/HTTP"
 */
function signalUrl(base: URL, signal: RecordSignal, slashes: RegExp): URL {
  const url = new URL(base);
  url.pathname = url.pathname.replace(slashes, `/v1/${signal}`);
  return url;
}

function compressionOf(signal: RecordSignal, variables: OtlpVariables): 'gzip' | 'none' {
  const chosen = variables.first(signal, 'COMPRESSION', ({ name, value }) => {
    const asked = value.toLowerCase();
    if (asked === 'gzip' || asked === 'none') return asked;
    return variables.ignore(`${name} asks for ${value}: it is ignored`, 'supported are gzip and none');
  });
  return chosen ?? 'none';
}

/** @see OpenTelemetry specification, "configuration/common", "Timeout": zero is no limit */
function timeoutMsOf(signal: RecordSignal, variables: OtlpVariables): number {
  const chosen = variables.first(signal, 'TIMEOUT', ({ name, value }) => {
    const timeoutMs = Number(value);
    if (Number.isInteger(timeoutMs) && timeoutMs >= 0) return timeoutMs;
    return variables.ignore(`${name} asks for ${value}: it is ignored`, 'wanted are whole milliseconds');
  });
  return chosen === 0 ? MAX_TIMER_MS : Math.min(chosen ?? DEFAULT_TIMEOUT_MS, MAX_TIMER_MS);
}

function tlsOf(signal: RecordSignal, variables: OtlpVariables): OtlpTls | undefined {
  const tls: OtlpTls = {};
  for (const part of ['ca', 'cert', 'key'] as const) {
    const bytes = fileOf(signal, TLS_FILES[part], variables);
    if (bytes !== undefined) tls[part] = bytes;
  }
  return Object.keys(tls).length === 0 ? undefined : tls;
}

/** Only the first that is set: a key for all signals does not belong to a certificate of one. */
function fileOf(signal: RecordSignal, setting: string, variables: OtlpVariables): Buffer | undefined {
  const [variable] = variables.of(signal, setting);
  if (variable === undefined) return undefined;
  try {
    return readFileSync(path.resolve(variable.value));
  } catch (cause) {
    return variables.ignore(unreadable(variable, cause), 'name a PEM file that this process may read');
  }
}

/** Some put the key itself where its path belongs: what does not look like a path is not shown. */
function unreadable({ name, value }: OtlpVariable, cause: unknown): string {
  const isPath = value.length <= 250 && !/\n|-----BEGIN/.test(value);
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  return `${name}: cannot read ${isPath ? value : 'what it holds as a path'} (${code}): it is ignored`;
}

function onceEach(onWarning: (error: OtelEventsError) => void): (error: OtelEventsError) => void {
  const said = new Set<string>();
  return (error) => {
    if (said.has(error.message)) return;
    said.add(error.message);
    onWarning(error);
  };
}

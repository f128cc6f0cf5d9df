import type { Link } from '@opentelemetry/api';
import type { GivenExporter } from '../delivery/exporters/resolve-exporters.ts';
import type { AppOptions } from '../delivery/resource/app.ts';
import type { ResourceAttributes } from '../delivery/resource/resource.ts';
import type { DeliveryOptions } from '../delivery-options.ts';
import type { AnyLoggerProvider, AnyTracerProvider } from '../otel/app-api.ts';
import type { DeliveryMode } from '../otel/providers.ts';
import type { Processor } from '../processors/processor.ts';
import type { RedactRule } from '../redact/redact-rule.ts';
import type { DefinedEvent, OnInvalid } from '../schema/define/defined-event.ts';
import type { AllowedSchemas } from '../schema/personal/allowed-schemas.ts';
import type { SessionOptions } from './context/sessions.ts';
import type { DiagnosticLogger, LogLevel } from './diagnostics.ts';

/** Options of a logger. Every key is optional; a key that is not listed here is an error. */
export interface EventLoggerOptions extends DeliveryOptions {
  /** What the app says of itself; becomes resource attributes. */
  readonly app?: AppOptions;
  /** Defaults for every event. */
  readonly userId?: string;
  readonly projectId?: string;
  readonly session?: Readonly<Record<string, unknown>>;
  readonly tags?: readonly string[];
  /** Whether `trackLlm` logs what was asked and said. Default true. */
  readonly captureContent?: boolean;
  /** Schemas known from the start: definitions, JSON Schemas, or paths of files. */
  readonly schemas?: readonly (DefinedEvent | object | string)[];
  /**
   * The schemas whose events are recorded, and what of their personal data may leave. Default: all, and of
   * personal data only what is `unrestricted`.
   */
  readonly allowedSchemas?: AllowedSchemas;
  /** What becomes of invalid events whose definition does not say. Default: `throw` for `record`, else `quarantine`. */
  readonly onInvalid?: OnInvalid;
  /** Directory that keeps the events which their schemas refuse. Default: they are counted only. */
  readonly quarantine?: string;
  /** What is taken out of every event, by path and by pattern. */
  readonly redact?: RedactRule | readonly RedactRule[];
  /** Gives events of a user a session, by idle time. Default: none. */
  readonly sessions?: SessionOptions;
  /**
   * Keys of W3C Baggage that events take into their context, and that `context()` writes into the baggage of
   * what runs inside. Baggage comes from whoever calls: name only what may be believed. Default: none.
   */
  readonly baggage?: readonly string[];
  /** `deployment.environment.name`. */
  readonly environment?: string;
  /** Also read `host.id` and `device.id`, which tell one machine from all others. Default false. */
  readonly identifyDevice?: boolean;
  /** Further resource attributes; they win over everything detected. */
  readonly resource?: ResourceAttributes;

  /** Where records go over OpenTelemetry. Default `auto`. */
  readonly delivery?: DeliveryMode;
  /**
   * Whether a receiver that asks for it (the viewer) is told how many events were emitted, by name and minute, and why
   * some did not leave. No other receiver ever gets anything of it. Default true.
   */
  readonly reportEmitted?: boolean;
  /**
   * Further destinations; each gets every event through a queue of its own. A `route()` puts processors in
   * front of some. A `LogRecordExporter` of an OpenTelemetry SDK is one too.
   */
  readonly exporters?: readonly GivenExporter[];
  /** What every event passes before anything is queued, in order. */
  readonly processors?: readonly Processor[];
  /** The app's providers, where they are not registered globally. */
  readonly loggerProvider?: AnyLoggerProvider;
  /** The same for spans. */
  readonly tracerProvider?: AnyTracerProvider;

  /** Where what `onError` is told is written. Default standard error. */
  readonly diagnosticLogger?: DiagnosticLogger;
  /** Default `OTEL_LOG_LEVEL`, else `warn`. */
  readonly logLevel?: LogLevel;

  /** LEIP: directory that keeps the latest events, one JSON file each. */
  readonly bufferDirectory?: string;
  /** LEIP: most files in it. Default 200. */
  readonly bufferLimit?: number;
  /** LEIP: endpoint that is sent each event as JSON. */
  readonly httpUrl?: string;
  /** LEIP: headers of those requests. */
  readonly httpHeaders?: Readonly<Record<string, string>>;
  /** Default `POST`. */
  readonly httpMethod?: string;
}

/** The name of an OTel severity: `INFO`, `ERROR2`. */
export type SeverityText = `${'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL'}${'' | 2 | 3 | 4}`;

/** An OTel severity number (1-24), or its name. @see OpenTelemetry specification, "logs/data-model/#severity-fields" */
export type Severity = number | SeverityText | Lowercase<SeverityText>;

/** Options of one event. */
export interface LogOptions {
  readonly category?: string | undefined;
  /** Added after the logger's. */
  readonly tags?: readonly string[] | undefined;
  /** Merged over the session of scopes and logger. */
  readonly session?: Readonly<Record<string, unknown>> | undefined;
  readonly userId?: string | undefined;
  readonly projectId?: string | undefined;
  /** When it happened (of a scope: started, or with `end()`, ended): a date, epoch milliseconds or epoch nanoseconds. */
  readonly timestamp?: Date | number | bigint | undefined;
  /** OTel severity number (1-24) or its name. Default `INFO`. */
  readonly severity?: Severity | undefined;
  /** Short display text; default the name. */
  readonly message?: string | undefined;
  /** Directory in which the event is also saved as `results.json`. */
  readonly outputPath?: string | undefined;
  /** Only these destinations, by name; `otlp` is the one over OpenTelemetry. Default: all. */
  readonly exporters?: readonly string[] | undefined;
  /** W3C header of the span the event belongs to, for events caused elsewhere. */
  readonly traceparent?: string | undefined;
}

/** Options of one scope. */
export interface TrackOptions extends LogOptions {
  /** OTel span kind. Default INTERNAL. */
  readonly kind?: number | undefined;
  /** Spans of other traces that the scope has to do with. */
  readonly links?: readonly Link[] | undefined;
}

/** How a scope that is held by hand ends. */
export interface EndOptions extends Pick<LogOptions, 'timestamp'> {}

/** How `flush()` waits. */
export interface FlushOptions {
  /** For how long at most, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether it waits for a destination that is away. `return`: no, as soon as what is pending is as safe in the spool as
   * `durability` says; where it is not, it waits. Default `wait`.
   */
  readonly whenAway?: 'wait' | 'return' | undefined;
}

/** How `close()` waits. */
export interface CloseOptions {
  /** For how long at most, in milliseconds. Default 8,000. */
  readonly timeoutMs?: number | undefined;
}

/** Defaults that a child logger replaces or adds to. */
export interface ChildOptions {
  readonly session?: Readonly<Record<string, unknown>> | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly userId?: string | undefined;
  readonly projectId?: string | undefined;
  /** Fields of `event.context`, under those that are entered. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
}

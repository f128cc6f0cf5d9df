export type { ChannelEvent, ChannelMessages } from './channels.ts';
export type { GivenExporter } from './delivery/exporters/resolve-exporters.ts';
export type { FlushResult, Ledger, LedgerRow, Totals } from './delivery/ledger/accounts.ts';
export type { AppOptions } from './delivery/resource/app.ts';
export type { DeliveryOptions } from './delivery-options.ts';
export { type ErrorCode, type ErrorDetails, type ErrorIssue, OtelEventsError } from './errors.ts';
export { type ConsumeOptions, consume } from './exporters/consume.ts';
export type { Exporter, ExporterFunction } from './exporters/exporter.ts';
export type { Format } from './exporters/format.ts';
export type {
  ExportResultLike,
  LogRecordExporterLike,
  SdkLogRecord,
} from './exporters/from-log-record-exporter.ts';
export type { SessionOptions, SessionStore, UserSession } from './logger/context/sessions.ts';
export type { DiagnosticLogger, LogLevel } from './logger/diagnostics.ts';
export { EventLogger } from './logger/event-logger.ts';
export type { EventScope } from './logger/event-scope.ts';
export type { DataOf, LogArguments, SomeDataOf } from './logger/event-types.ts';
export type { ForSchema, Listener, ListenerOptions, Modifier } from './logger/listeners.ts';
export type {
  Feedback,
  LlmCall,
  LlmMessage,
  LlmPart,
  LlmReference,
  LlmUsage,
} from './logger/llm/llm-call.ts';
export type { LlmOutcome, LlmRequest, LlmStreamOptions, OpenLlmCall } from './logger/llm/open-llm-call.ts';
export type { LoggerStats } from './logger/logger-stats.ts';
export type {
  ChildOptions,
  CloseOptions,
  EndOptions,
  EventLoggerOptions,
  FlushOptions,
  LogOptions,
  Severity,
  SeverityText,
  TrackOptions,
} from './logger/options.ts';
export { getLogger, registerLogger } from './logger/registry.ts';
export type { DeliveryMode } from './otel/providers.ts';
export type { EventRecord } from './otlp/event/event-record.ts';
export type { AttributeMap, AttributeValue } from './otlp/values/attribute-value.ts';
export type { Batch, Consume, Signal } from './otlp/wire/batch.ts';

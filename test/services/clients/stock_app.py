"""An app with the OpenTelemetry SDK for Python, which is told where to send by OTEL_EXPORTER_OTLP_ENDPOINT and nothing else."""

import logging
import sys
from importlib import import_module

from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

exporters = f"opentelemetry.exporter.otlp.proto.{sys.argv[1]}"
log_exporter = import_module(f"{exporters}._log_exporter").OTLPLogExporter
span_exporter = import_module(f"{exporters}.trace_exporter").OTLPSpanExporter
metric_exporter = import_module(f"{exporters}.metric_exporter").OTLPMetricExporter

loggers = LoggerProvider()
loggers.add_log_record_processor(BatchLogRecordProcessor(log_exporter()))
tracers = TracerProvider()
tracers.add_span_processor(BatchSpanProcessor(span_exporter()))
meters = MeterProvider([PeriodicExportingMetricReader(metric_exporter())])

logging.getLogger("stock").addHandler(LoggingHandler(logger_provider=loggers))
logging.getLogger("stock").warning("a log")
tracers.get_tracer("stock").start_span("a span").end()
meters.get_meter("stock").create_counter("a.counter").add(7)

for provider in (loggers, tracers, meters):
    provider.shutdown()

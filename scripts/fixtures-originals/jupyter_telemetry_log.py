"""Runs cases on jupyter-telemetry: inputs as JSON on standard input, what was logged as JSON on standard output."""
import io
import json
import logging
import sys
import tempfile
from datetime import datetime

from jupyter_telemetry import EventLog


def failure(error):
    return {"error": type(error).__name__}


def attempt(action):
    try:
        action()
    except Exception as error:  # noqa: BLE001
        return failure(error)
    return {}


def register(log, schema):
    if not isinstance(schema, str):
        return attempt(lambda: log.register_schema(schema))
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(schema)
        file.flush()
        return attempt(lambda: log.register_schema_file(file.name))


def record(log, stream, call):
    stream.seek(0)
    stream.truncate()
    arguments = (call["schemaId"], call["version"], call["event"], datetime.fromisoformat(call["timestamp"]))
    outcome = attempt(lambda: log.record_event(*arguments))
    return {**outcome, "lines": [json.loads(line) for line in stream.getvalue().splitlines()]}


def run_case(case):
    stream = io.StringIO()
    handlers = [logging.StreamHandler(stream)] if case.get("handlers", True) else []
    log = EventLog(handlers=handlers, allowed_schemas=case["allowedSchemas"])
    registered = [register(log, schema) for schema in case["schemas"]]
    return {"registered": registered, "recorded": [record(log, stream, call) for call in case["records"]]}


json.dump([run_case(case) for case in json.load(sys.stdin)], sys.stdout)

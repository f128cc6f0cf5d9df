"""Runs cases on jupyter-events: inputs as JSON on standard input, what was logged as JSON on standard output."""
import io
import json
import logging
import sys
import warnings
from datetime import datetime

from jupyter_events import EventLogger

# A line that cannot be formatted is lost; what is not there is told by the output.
logging.raiseExceptions = False


def attempt(action):
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            action()
    except Exception as error:  # noqa: BLE001
        return {"error": type(error).__name__}
    names = [warning.category.__name__ for warning in warned]
    return {"warnings": names} if names else {}


def modifier(spec):
    def modify(schema_id, data):
        return {**{key: value for key, value in data.items() if key not in spec.get("remove", [])}, **spec.get("set", {})}

    return modify


def emit(log, stream, call):
    stream.seek(0)
    stream.truncate()
    timestamp = datetime.fromisoformat(call["timestamp"])
    outcome = attempt(lambda: log.emit(schema_id=call["schemaId"], data=call["event"], timestamp_override=timestamp))
    return {**outcome, "lines": [json.loads(line) for line in stream.getvalue().splitlines()]}


def run_case(case):
    stream = io.StringIO()
    handlers = [logging.StreamHandler(stream)] if case.get("handlers", True) else []
    log = EventLogger(handlers=handlers)
    registered = [attempt(lambda: log.register_event_schema(schema)) for schema in case["schemas"]]
    for spec in case.get("modifiers", []):
        log.add_modifier(schema_id=spec.get("schemaId"), modifier=modifier(spec))
    return {"registered": registered, "recorded": [emit(log, stream, call) for call in case["records"]]}


json.dump([run_case(case) for case in json.load(sys.stdin)], sys.stdout)

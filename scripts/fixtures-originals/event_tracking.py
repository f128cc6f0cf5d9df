"""Runs cases on event-tracking: inputs as JSON on standard input, what was sent as JSON on standard output."""
import json
import logging
import sys
import types
from datetime import datetime

segment = types.ModuleType("analytics")
sys.modules["analytics"] = segment

from eventtracking import tracker as tracking  # noqa: E402
from eventtracking.backends.logger import DateTimeJSONEncoder, LoggerBackend  # noqa: E402
from eventtracking.backends.routing import RoutingBackend  # noqa: E402
from eventtracking.backends.segment import SegmentBackend  # noqa: E402
from eventtracking.processors.exceptions import EventEmissionExit  # noqa: E402
from eventtracking.processors.regex_filter import RegexFilter  # noqa: E402
from eventtracking.processors.whitelist import NameWhitelistProcessor  # noqa: E402

logging.disable(logging.ERROR)


class Lines(logging.Logger):
    """Keeps what a LoggerBackend logs."""

    def __init__(self):
        super().__init__("lines")
        self.sent = []

    def info(self, line):
        self.sent.append(json.loads(line))


def logger_backend(limit):
    backend = LoggerBackend(max_event_size=limit)
    lines = Lines()
    backend.log = lines.info
    return backend, lines.sent


def segment_backend():
    sent = []

    def track(user_id, event, properties, context):
        call = {"user_id": user_id, "event": event, "properties": properties, "context": context}
        sent.append(json.loads(json.dumps(call, cls=DateTimeJSONEncoder)))

    segment.track = track
    return SegmentBackend(), sent


def processor(spec):
    if "allow" in spec:
        return NameWhitelistProcessor(whitelist=spec["allow"])
    if "regex" in spec:
        return RegexFilter(filter_type=spec["regex"]["type"], regular_expressions=spec["regex"]["patterns"])
    if "rename" in spec:
        return lambda event: {**event, "name": spec["rename"]}
    if "add" in spec:
        return lambda event: event["data"].update(spec["add"])
    if "drop" in spec:
        return lambda event: drop(event, spec["drop"])
    return fail


def drop(event, name):
    if event["name"] == name:
        raise EventEmissionExit()


def fail(_event):
    raise ValueError("a processor that fails")


def run(tracker, steps):
    for step in steps:
        if "emit" in step:
            tracker.emit(*step["emit"])
        elif "enter" in step:
            tracker.enter_context(*step["enter"])
        elif "exit" in step:
            tracker.exit_context(step["exit"])
        else:
            with tracker.context(*step["context"]):
                run(tracker, step["steps"])


def run_case(case):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromisoformat(case["now"]).astimezone(tz)

    tracking.datetime = Clock
    backends, sent = {}, {}
    for name, route in case.get("routes", {"all": {}}).items():
        is_segment = case.get("backend") == "segment"
        backend, sent[name] = segment_backend() if is_segment else logger_backend(case.get("maxEventSize"))
        processors = [processor(spec) for spec in route.get("processors", [])]
        backends[name] = RoutingBackend(backends={name: backend}, processors=processors)
    processors = [processor(spec) for spec in case.get("processors", [])]
    tracker = tracking.Tracker(backends=backends, processors=processors)
    output = {"sent": sent if "routes" in case else sent["all"]}
    try:
        run(tracker, case["steps"])
    except KeyError as error:
        output["error"] = type(error).__name__
    return output


json.dump([run_case(case) for case in json.load(sys.stdin)], sys.stdout)

"""Runs cases on trubrics: inputs as JSON on standard input, the requests it made as JSON on standard output."""
import json
import logging
import sys
import threading
import types
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import trubrics.main
from trubrics import Trubrics

logging.disable(logging.CRITICAL)

real_time = trubrics.main.time
# Its one retry waits for five seconds.
trubrics.main.time = types.SimpleNamespace(sleep=lambda seconds: real_time.sleep(min(seconds, 0.05)))

requests = []


class Sink(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name: self.headers[name] for name in ("content-type", "x-api-key")}
        requests.append({"path": self.path, "headers": headers, "body": json.loads(body)})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args):
        pass


def from_json(fields):
    """What JSON cannot hold stands in it as {"$float": "NaN"}."""
    if set(fields) == {"$float"}:
        return float(fields["$float"])
    return fields


def arguments(call):
    fields = dict(call)
    if "timestamp" in fields:
        fields["timestamp"] = datetime.fromisoformat(fields["timestamp"])
    return fields


def run_case(case, host):
    requests.clear()
    client = Trubrics(api_key="test-key", host=host, flush_interval=60, flush_batch_size=100)
    for call in case["calls"]:
        method = "track" if "track" in call else "track_llm"
        getattr(client, method)(**arguments(call[method]))
    client.close()
    return {"requests": list(requests)}


server = HTTPServer(("127.0.0.1", 0), Sink)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
cases = json.load(sys.stdin, object_hook=from_json)
json.dump([run_case(case, address) for case in cases], sys.stdout)
server.shutdown()

"""ClickHouse's engine behind as much of its HTTP interface as the collector's exporter and a test need.

PyPI has the engine, to be run within a process, and no server. Queries come as bodies; the rows of an insert come as a body
in the format Native, with the query in the address. Usage: serve_clickhouse.py DIRECTORY PORT
"""

import struct
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from chdb import session

engine = session.Session(sys.argv[1])
one_at_a_time = threading.Lock()


def text(value):
    data = value.encode()
    return bytes([len(data)]) + data


def hello(client_version):
    """The answer to the exporter's first question. The engine answers in the oldest form of Native; the exporter reads the
    newest until it is told, by this answer, that the server is of revision 0: so this one is written here."""
    version = str(engine.query("SELECT version()", "TabSeparatedRaw")).strip()
    columns = [
        ("displayName()", "String", text("chdb")),
        ("version()", "String", text(version)),
        ("revision()", "UInt32", struct.pack("<I", 0)),
        ("timezone()", "String", text("UTC")),
    ]
    block_info = b"\x01\x00\x02\xff\xff\xff\xff\x00"
    plain = b"\x00" if client_version >= 54454 else b""
    return block_info + bytes([len(columns), 1]) + b"".join(
        text(name) + text(kind) + plain + value for name, kind, value in columns
    )


# What is no setting of the engine, or of the server alone.
NO_SETTINGS = {"query", "default_format", "client_protocol_version", "database", "async_insert"}


def insert(query, rows, settings):
    """`INSERT INTO table (columns) FORMAT Native`, with the rows in a file."""
    head = query[: query.rindex("FORMAT")]
    columns = head[head.index("(") + 1 : head.rindex(")")]
    with tempfile.NamedTemporaryFile(suffix=".native") as file:
        file.write(rows)
        file.flush()
        engine.query(f"{head} {settings} SELECT {columns} FROM file('{file.name}', 'Native')")
    return b""


def answer(parameters, body):
    get = lambda name, default="": parameters.get(name, [default])[0]
    if get("query"):
        given = [f"{name} = {int(values[0])}" for name, values in parameters.items() if name not in NO_SETTINGS]
        return insert(get("query"), body, "SETTINGS " + ", ".join(given) if given else "")
    query = body.decode()
    if query == "SELECT displayName(), version(), revision(), timezone()":
        return hello(int(get("client_protocol_version", "0")))
    given = {name[6:]: values[0] for name, values in parameters.items() if name.startswith("param_")}
    return engine.query(query, get("default_format", "TabSeparated"), params=given).bytes() or b""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        parameters = parse_qs(urlsplit(self.path).query)
        try:
            body = self.body()
            with one_at_a_time:
                status, reply = 200, answer(parameters, body)
        except Exception as error:
            status, reply = 500, str(error).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()

"""`python -m tests.storm.dummy_server PORT FILE [--forgets]`: the widget's surface over a file, to try the harness on.

With `--forgets` it acknowledges half of the messages without keeping them, as a broken application would.
"""

import json
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def open_store(file: str) -> sqlite3.Connection:
    """The store: one row per message."""
    store = sqlite3.connect(file, timeout=10, isolation_level=None)
    store.execute("CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE)")
    return store


class Handler(BaseHTTPRequestHandler):
    """Answers sessions, messages and /readyz."""

    protocol_version = "HTTP/1.1"
    file = ""
    forgets = False

    def do_GET(self) -> None:
        """Ready."""
        self._answer(200, {})

    def do_POST(self) -> None:
        """A session, or one message in."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("sessions"):
            self._answer(201, {"session_token": "token"})
            return
        store = open_store(self.file)
        name = body["client_message_id"]
        if not (self.forgets and int(name, 16) % 2 == 0):
            store.execute("INSERT OR IGNORE INTO message (external_id) VALUES (?)", (name,))
        row = store.execute("SELECT id FROM message WHERE external_id = ?", (name,)).fetchone()
        store.close()
        number = row[0] if row else int(name[:6], 16)
        self._answer(202, {"message_id": number, "conversation_id": number})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    Handler.file = sys.argv[2]
    Handler.forgets = "--forgets" in sys.argv
    open_store(Handler.file).close()
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

"""The page and its answers over HTTP, to this machine alone.

It listens on 127.0.0.1. That is no wall by itself: any page in the browser can send requests there, a name can be made
to point there (DNS rebinding), and other people may have accounts on the machine. So

- `Host` must be the very address that was printed, `Origin` and `Sec-Fetch-Site`, where sent, must be of this page;
- every question needs the token of this run in a header of its own, which no other site's page can send without being
  asked first, and such asking (`OPTIONS`) is refused. The token comes to the page in the URL's fragment, which browsers
  do not send anywhere, and is different in each run. The browser that the command opens gets a ticket instead, good
  for one exchange: what a program is started with can be read by every account of a machine;
- files are served from a list made when the server starts: no path of a request touches the disk;
- bodies are JSON in UTF-8, at most 2 MB, and must be read within 30 seconds;
- the page may load, run and send nothing but its own (Content-Security-Policy), and may stand in no frame.

Nothing of a request is logged.
"""

from __future__ import annotations

import hmac
import json
import secrets
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Final

from manyo.errors import ManyoError
from manyo.explore.room import Room

ADDRESS: Final = "127.0.0.1"
MOST_BYTES: Final = 2 << 20  # of a request's body
PATIENCE: Final = 30  # seconds for a request to come
TOKEN: Final = "X-Manyo-Token"

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_QUESTIONS: Final = ("start", "stand", "rule", "find", "document", "label", "undo", "recipe", "load", "extend")


class Server(ThreadingHTTPServer):
    """Serves one room. `address` is what to open. Raises `ManyoError` where the port cannot be had."""

    daemon_threads = True

    def __init__(self, room: Room, port: int = 0) -> None:
        self.room = room
        self.token = secrets.token_urlsafe(24)
        self._ticket = ""
        self.files = _files()
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            hint = "name another --port, or leave it out for a free one"
            raise ManyoError(f"port {port} cannot be had: {error.strerror}", where="--port", hint=hint) from None
        self.hosts = {f"{name}:{self.server_port}" for name in (ADDRESS, "localhost")}

    def address(self, lang: str = "ja") -> str:
        """The URL of the page, with the token that lets it ask."""
        return f"http://{ADDRESS}:{self.server_port}/?lang={lang}#{self.token}"

    def ticket(self, lang: str = "ja") -> str:
        """The URL of the page with a ticket that is exchanged for the token once; it voids an earlier one."""
        self._ticket = f"once-{secrets.token_urlsafe(24)}"
        return f"http://{ADDRESS}:{self.server_port}/?lang={lang}#{self._ticket}"

    def admits(self, said: str) -> bool:
        """Whether this is the ticket, which is void from then on."""
        ticket = self._ticket
        right = bool(ticket) and hmac.compare_digest(said.encode(), ticket.encode())
        if right:
            self._ticket = ""
        return right

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A fault of ours is told by its kind and place alone: its message could hold what a person reads."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError | socket.timeout):
            _tell(error)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    # Head and body leave together and at once: else each answer would wait 40 ms for the other side's acknowledgement.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def version_string(self) -> str:
        return "manyo"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: requests hold what a person searches for and judges."""

    def do_GET(self) -> None:
        if not self._ours():
            return
        path = self.path.split("?", 1)[0]
        if path not in self.server.files:
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
            return
        kind, content = self.server.files[path]
        self._send(HTTPStatus.OK, kind, content)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        if not self._ours():
            return
        question = self.path.removeprefix("/ask/")
        said = self.headers.get(TOKEN, "")
        if question == self.path or question not in (*_QUESTIONS, "enter"):
            self._refuse(HTTPStatus.NOT_FOUND, "there is no such question")
        elif question == "enter" and self.server.admits(said):
            if self._body() is not None:
                self._say(HTTPStatus.OK, {"token": self.server.token})
        elif question == "enter" or not hmac.compare_digest(said.encode(), self.server.token.encode()):
            what = "open the address that `manyo explore` printed: this window's token is not of this run"
            self._refuse(HTTPStatus.FORBIDDEN, what)
        elif (asked := self._body()) is not None:
            self._answer(getattr(self.server.room, question), asked)

    def _answer(self, method: Callable[[Mapping[str, Any]], dict[str, Any]], asked: Mapping[str, Any]) -> None:
        try:
            status, answer = HTTPStatus.OK, method(asked)
        except ManyoError as error:
            status, answer = HTTPStatus.BAD_REQUEST, {"error": error.what, "where": error.where, "hint": error.hint}
        except Exception as error:  # noqa: BLE001  # the page must hear of it, and go on
            _tell(error)
            status, answer = HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "a fault in Manyo: see the terminal"}
        self._say(status, answer)

    def _say(self, status: HTTPStatus, answer: Mapping[str, Any]) -> None:
        content = json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        self._send(status, "application/json; charset=utf-8", content)

    def _ours(self) -> bool:
        """Whether a request is of our own page. Where it is not, it is refused here."""
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        if host not in self.server.hosts:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "this address is not ours")
        elif origin is not None and origin.removeprefix("http://") not in self.server.hosts:
            self._refuse(HTTPStatus.FORBIDDEN, "another site has no business here")
        elif self.command == "POST" and self.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            self._refuse(HTTPStatus.FORBIDDEN, "another site has no business here")
        else:
            return True
        return False

    def _body(self) -> dict[str, Any] | None:
        """The question's JSON object; None where it was refused."""
        kind = self.headers.get("Content-Type", "").split(";")[0].strip().lower()
        length = self.headers.get("Content-Length", "")
        if kind != "application/json":
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a question is JSON")
        elif not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "a question says how long it is")
        elif len(length) > 9 or int(length) > MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a question has at most {MOST_BYTES:,} bytes")
        else:
            try:
                asked = json.loads(self.rfile.read(int(length)).decode("utf-8"))
            except (ValueError, RecursionError):
                asked = None
            if isinstance(asked, dict):
                return asked
            self._refuse(HTTPStatus.BAD_REQUEST, "this is no JSON object in UTF-8")
        return None

    def _refuse(self, status: HTTPStatus, what: str) -> None:
        self.close_connection = True  # the body was not read
        self._say(status, {"error": what})

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Also what the standard library refuses (an unknown method, a line that is no request) is JSON with our headers."""
        self._refuse(HTTPStatus(code), HTTPStatus(code).phrase)

    def _send(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **_HEADERS}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _files() -> dict[str, tuple[str, bytes]]:
    """Everything that is served, by its path."""
    found = {}
    for item in (files("manyo.explore") / "page").iterdir():
        ending = item.name[item.name.rfind(".") :]
        if ending in _TYPES:
            path = "/" if item.name == "index.html" else f"/{item.name}"
            found[path] = _TYPES[ending], item.read_bytes()
    return found


def _tell(error: BaseException | None) -> None:
    """Kind and place of a fault, on standard error."""
    places = traceback.extract_tb(error.__traceback__ if error else None)
    at = f"{places[-1].filename}:{places[-1].lineno}" if places else "nowhere"
    sys.stderr.write(f"a fault in Manyo, please report it: {type(error).__name__} at {at}\n")

"""The front: an HTTP server on loopback that answers for AWS, itself where moto does not, through moto where it
does.
"""

from __future__ import annotations

import http.client
import threading
import time
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

from sandbox.aws import access, answers, families, iam_reads, metrics, paging, sts, wire
from sandbox.aws.control import Control
from sandbox.aws.faults import Faults, HangUp
from sandbox.aws.identities import Caller, Identities
from sandbox.aws.journal import Journal
from sandbox.aws.shaped import Front
from sandbox.aws.signature import is_genuine
from sandbox.aws.wire import Answer, ApiCall, Credential, Refusal, Request

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.aws.model import Estate

PASSED_ON = {"etag", "last-modified", "content-type", "content-range", "accept-ranges"}
NOT_FORWARDED = {"host", "connection", "content-length", "expect", "transfer-encoding"}
ALWAYS_ALLOWED = {"sts:GetCallerIdentity", "sts:AssumeRole", "sts:GetFederationToken"}


class Cloud:
    """Everything that one sandbox knows, shared by the threads that answer."""

    def __init__(self, *, estate: Estate, folder: Path, backend_port: int) -> None:
        self.estate = estate
        self.folder = folder
        self.backend_port = backend_port
        self.identities = Identities(folder / "identities.json")
        self.faults = Faults()
        self.journal = Journal(folder / "calls.jsonl")
        self.page_size: int | None = None
        self.latency_seconds = 0.0
        self.export_key_arn = ""
        self.shaped = Front(one for family in families.found() for one in getattr(family, "ANSWERS", ()))
        self._local = threading.local()

    def answer(self, request: Request) -> Answer:
        """Authenticates, authorises, answers and books one call."""
        started = time.monotonic()
        caller: Caller | None = None
        call: ApiCall | None = None
        claimed: Credential | None = None
        outcome = "FAILED"
        try:
            claimed = wire.credential(request)
            call = self.identify(request, claimed)
            caller = self._authenticate(request, claimed)
            strike = self.faults.strike(call, caller)
            if delay := self.latency_seconds + strike.delay:
                time.sleep(delay)
            answer = strike.cut(self._perform(request, call, caller))
            outcome = "OK" if answer.status < 400 else f"HTTP {answer.status}"  # noqa: PLR2004
        except Refusal as refused:
            service = call.service if call else ""
            answer = wire.refusal(refused, service=service, wire=call.wire if call else "query")
            outcome = refused.kind
        except HangUp:
            outcome = "hang_up"
            raise
        finally:
            self.journal.book(
                access_key_id=claimed.access_key_id if claimed else "",
                caller=caller,
                call=call,
                outcome=outcome,
                milliseconds=(time.monotonic() - started) * 1000,
            )
        return answer

    def identify(self, request: Request, claimed: Credential) -> ApiCall:
        """Which call of which service a request is."""
        return self.shaped.identify(request, claimed) or wire.identify(request, claimed)

    def _authenticate(self, request: Request, claimed: Credential) -> Caller:
        caller = self.identities.caller(claimed.access_key_id)
        if caller is None or request.headers.get("x-amz-security-token", "") != caller.token:
            raise Refusal("unknown_key", "")
        if not is_genuine(request, claimed, secret=caller.secret_access_key):
            raise Refusal("signature", "")
        if caller.expires_at and caller.expires_at <= datetime.now(UTC):
            raise Refusal("expired", "")
        return caller

    def _perform(self, request: Request, call: ApiCall, caller: Caller) -> Answer:
        if not call.operation:
            raise Refusal("unknown_action", "The sandbox does not know this operation.")
        if call.action not in ALWAYS_ALLOWED:
            self.authorize(call, caller)
        if call.service == "sts":
            return sts.answer(call, caller, self.identities)
        if call.service == "iam":
            return iam_reads.answer(call, caller, self.identities)
        return self.read(request, call, caller)

    def authorize(self, call: ApiCall, caller: Caller) -> None:
        """Raises a Refusal where the caller may not make the call."""
        resource = iam_reads.resource_of(call, caller, self.identities) if call.service == "iam" else call.resource
        for action in (call.action, *call.besides):
            access.authorize(replace(call, action=action), caller, resource=resource)
        if self.export_key_arn:
            access.authorize_key(call, caller, key_arn=self.export_key_arn)

    def read(self, request: Request, call: ApiCall, caller: Caller) -> Answer:
        """What stands in the caller's account, from data where a family has it and from moto where not."""
        if self.shaped.knows(call):
            return self.shaped.answer(call, caller, self.estate, page_size=self.page_size)
        if call.service == "cloudwatch":
            return metrics.answer(call, caller, self.estate, page_size=self.page_size)
        if answers.knows(call):
            return answers.answer(call, caller, self.estate, page_size=self.page_size)
        request = paging.short_listing(request, call, self.page_size)
        body = paging.without_paging(call)
        answer = self.forward(request, account=caller.account, body=request.body if body is None else body)
        return paging.cut(call, caller, answer, page_size=self.page_size)

    def forward(self, request: Request, *, account: str, body: bytes) -> Answer:
        """Asks moto. A kept connection may have been closed meanwhile, hence the second attempt on a fresh one."""
        headers = {name: value for name, value in request.headers.items() if name not in NOT_FORWARDED}
        headers["x-moto-account-id"] = account
        for attempt in (1, 2):
            connection = getattr(self._local, "connection", None) or http.client.HTTPConnection(
                "127.0.0.1", self.backend_port
            )
            self._local.connection = connection
            try:
                connection.request(request.method, request.target, body=body, headers=headers)
                response = connection.getresponse()
                content = response.read()
            except (http.client.HTTPException, ConnectionError):
                connection.close()
                self._local.connection = None
                if attempt == 2:  # noqa: PLR2004
                    raise
                continue
            kept = {n: v for n, v in response.getheaders() if n.lower() in PASSED_ON or n.lower().startswith("x-amz")}
            if request.method == "HEAD":
                kept["Content-Length"] = response.getheader("Content-Length") or "0"
            return Answer(status=response.status, body=content, headers=kept)
        raise AssertionError  # the loop returns or raises


class Handler(BaseHTTPRequestHandler):
    """One connection of a client, kept open over many calls."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    cloud: ClassVar[Cloud]

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(method=self.command, target=self.path, headers=headers, body=body)
        try:
            if request.path.startswith("/_sandbox/"):
                answer = Control(self.cloud).answer(request)
            else:
                answer = self.cloud.answer(request)
        except HangUp as hang_up:
            self.close_connection = True
            if hang_up.answer is not None:
                self._send(hang_up.answer, until=len(hang_up.answer.body) // 2)
            return
        except Exception as error:  # noqa: BLE001 - the top of a request
            # A fault of the sandbox's own must not look like one of the provider's.
            traceback.print_exc()
            answer = Answer(status=500, body=f"the sandbox failed: {error!r}".encode())
        self._send(answer, until=None if self.command != "HEAD" else 0)

    def _send(self, answer: Answer, *, until: int | None) -> None:
        """The answer, with all of its body that comes before `until`."""
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[:until])
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _handle  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """The journal books calls; the terminal stays quiet."""


class Server(ThreadingHTTPServer):
    """Takes many callers at once."""

    daemon_threads = True
    request_queue_size = 256


def serve(cloud: Cloud, port: int) -> Server:
    """A server bound to 127.0.0.1; port 0 takes a free one. The caller runs `serve_forever`."""
    handler = type("BoundHandler", (Handler,), {"cloud": cloud})
    return Server(("127.0.0.1", port), handler)

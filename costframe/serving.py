"""What gunicorn itself answers and closes: a request that it cannot read never reaches Django."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

if TYPE_CHECKING:
    import socket

STATUSES = (
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.InvalidResponseHeader, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.InvalidResponseHeaderName, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.ConfigurationProblem, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),
)
SENTENCES = {
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address is too long.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: (
        "The request's headers are too many or too long. If this is a browser, delete its cookies for this address."
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: "That did not work, and it is our fault. The log says why.",
}
ANSWER = (
    "HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: {length}\r\nCache-Control: private, no-store\r\nX-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\nReferrer-Policy: same-origin\r\nCross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n\r\n{body}"
)


class PlainWorker(ThreadWorker):
    """gunicorn's threads, whose error pages would repeat what was sent and carry no security header."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:  # noqa: ANN401 - gunicorn's
        """Log the kind of error, never what was sent; answer in a sentence."""
        del req
        status = status_of(exc)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED:
            self.log.error("A request failed outside of every view.", exc_info=exc)
        else:
            self.log.warning("Refused a request from %s: %s.", addr[0] if addr else "local", type(exc).__name__)
        body = f"{SENTENCES.get(status, 'This request cannot be read.')}\n"
        try:
            write_nonblock(client, ANSWER.format(status=status, length=len(body), body=body).encode("ascii"))
        except OSError:
            self.log.debug("The client had gone.")


def status_of(error: Exception) -> HTTPStatus:
    """What to answer to a request that gunicorn refuses, or that failed outside of Django's own handling."""
    found = (status for kind, status in STATUSES if isinstance(error, kind))
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)

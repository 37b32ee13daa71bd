"""An id for each request, and one line in the log: who asked for what by which way, never with what."""

from __future__ import annotations

import logging
import time
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings

from costframe.client_address import client_address
from costframe.logs import about

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)
HEADER = "X-Request-ID"
OFTEN_ASKED = frozenset({"health"})  # said at level DEBUG only


class RequestLogMiddleware:
    """The outermost: whatever is logged while the request is answered says its id, which the answer says too.

    The id is always our own: one that a client sends could be another request's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say what was answered."""
        request_id = uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]  # the page for a failure shows it
        started = time.perf_counter()
        with about(request_id=request_id):
            response = self.get_response(request)
            response[HEADER] = request_id
            fields = _fields(request, response, seconds=time.perf_counter() - started)
            level = logging.DEBUG if fields["view"] in OFTEN_ASKED else logging.INFO
            log.log(level, "%s %s %s", request.method, request.path, response.status_code, extra={"fields": fields})
        return response


def _fields(request: HttpRequest, response: HttpResponse, *, seconds: float) -> dict[str, Any]:
    match = request.resolver_match
    said: dict[str, Any] = {
        "view": match.view_name if match else "",
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
        "client": client_address(request.META, trusted_proxies=settings.TRUSTED_PROXIES),
    }
    identity = getattr(request, "identity", None) or getattr(getattr(request, "user", None), "identity", None)
    if identity is not None:
        # An operator looks at another organisation than their own.
        organization = getattr(request, "organization", None)
        of = organization.id if organization is not None else identity.organization_id
        said |= {"organization_id": str(of or ""), "user": identity.user_id}
    return said

"""The address that the identity provider's webhooks are sent to. It believes their signature and nothing else."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tenants import inbox
from tenants.svix import NotSigned

if TYPE_CHECKING:
    from django.http import HttpRequest

log = logging.getLogger(__name__)
MOST_BYTES = 262_144
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,99}")


class NotAnEvent(Exception):
    """A body that cannot be an event. The message is for the log and holds nothing of it."""


@never_cache
@csrf_exempt
@require_POST
def clerk(request: HttpRequest) -> HttpResponse:
    """204 for what is genuine, new or not, about whomever; else 400 or 401 and not a word more."""
    at = timezone.now()
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        log.warning("Refused a webhook: it is longer than %d bytes.", MOST_BYTES)
        return HttpResponse(status=400)
    try:
        message_id = settings.CLERK_WEBHOOK_SECRET.verify(headers=request.headers, body=body, at=at)
        event_type, event = _event(body, content_type=request.content_type or "")
    except NotSigned as error:
        log.warning("Refused a webhook: %s.", error)
        return HttpResponse(status=401)
    except NotAnEvent as error:
        log.warning("Refused a signed webhook: %s.", error)
        return HttpResponse(status=400)
    issuer = settings.CLERK_ISSUER.rstrip("/")
    inbox.put_in(issuer=issuer, message_id=message_id, event_type=event_type, body=event, at=at)
    return HttpResponse(status=204)


def _event(body: bytes, *, content_type: str) -> tuple[str, dict[str, Any]]:
    if content_type != "application/json":
        raise NotAnEvent("it is not said to be JSON")
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAnEvent("it is not JSON") from None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str) or not _TYPE.fullmatch(event["type"]):
        raise NotAnEvent("it names no type")
    return event["type"], event

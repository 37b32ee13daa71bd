"""Two files under names that programs know: nothing here is for search engines; whom to tell of a weakness."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest

STATED_DAYS = 180  # RFC 9116 asks for an end, less than a year away


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything is behind a sign-in."""
    del request
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116, where the operator names a contact."""
    del request
    if not settings.SECURITY_CONTACT:
        raise Http404
    until = timezone.now().replace(microsecond=0) + dt.timedelta(days=STATED_DAYS)
    text = (
        f"Contact: {settings.SECURITY_CONTACT}\nExpires: {until.isoformat()}\nPreferred-Languages: en\n"
        f"Canonical: {settings.PUBLIC_ORIGIN}{reverse('security')}\n"
    )
    return HttpResponse(text, content_type="text/plain; charset=utf-8")

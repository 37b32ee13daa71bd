"""The pages for a request that cannot be answered: each says what happened and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form did not carry this browser's own token; nothing was changed."""
    del reason
    return render(request, "costframe/form_refused.html", status=403)

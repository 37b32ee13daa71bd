"""Asking an operator for the reason, which the organisation will read beside every page that was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tenants import viewing
from tenants.operator_reads import MAX_REASON, MIN_REASON

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from tenants.requests import OperatorRequest


class ReasonForm(forms.Form):
    """The reason, as the trail's function takes it."""

    reason = forms.CharField(
        label="Why do you look?",
        min_length=MIN_REASON,
        max_length=MAX_REASON,
        widget=forms.TextInput(attrs={"size": 80, "autocomplete": "off", "autofocus": True, "class": "vTextField"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reason(request: OperatorRequest, organization_id: UUID) -> HttpResponse:
    """Ask once an hour, then go on to the page that was asked for."""
    form = ReasonForm(request.POST or None)
    wanted = request.POST.get("next", request.GET.get("next", "/"))
    if request.method == "POST" and form.is_valid():
        return _go_on(request, organization_id, text=form.cleaned_data["reason"], wanted=wanted)
    context = {
        "title": "Why do you look?",
        "form": form,
        "next": wanted,
        "has_permission": True,
        "site_title": "Costframe operators",
        "site_header": "Costframe operators",
    }
    return render(request, "tenants/operator_reason.html", context, status=422 if form.is_bound else 200)


def _go_on(request: OperatorRequest, organization_id: UUID, *, text: str, wanted: str) -> HttpResponse:
    place = viewing.Place(organization_id=organization_id, rest=f"/{wanted.lstrip('/')}")
    # Whatever was asked to come next, it lies below this organisation.
    response = HttpResponseRedirect(place.prefix + place.rest[1:])
    response.set_cookie(
        viewing.cookie_name(organization_id),
        viewing.signed_reason(
            identity=request.user.identity, organization_id=organization_id, text=text, at=timezone.now()
        ),
        max_age=viewing.REASON_SECONDS,
        path=place.prefix,
        secure=settings.USE_HTTPS,
        httponly=True,
        samesite="Strict",
    )
    return response

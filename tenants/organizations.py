"""Choosing an organisation: the page, the switch through the identity provider, and the way back from its own page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tenants.handshake import ANOTHER_ORGANIZATION, configure, redirect_to
from tenants.visits import ORGANIZATION, ORGANIZATION_NAME, Visit, local_path

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from tenants.handshake import Provider
    from tenants.requests import TenantRequest

SEE_OTHER = 303  # the form is not sent to the provider
NOT_A_NAME = 422


@require_http_methods(["GET", "POST"])
def organization(request: TenantRequest) -> HttpResponse:
    """The organisations that one may choose, and the switch to one of them.

    Which ones there are, the browser asks the provider. Whatever is chosen here is a wish that the provider grants or
    not; the token that comes back says where one is.
    """
    provider = configure(settings)
    if request.method != "POST":
        return render(request, "tenants/organization.html", organization_page(request, provider))
    wanted = request.POST.get("organization", "").strip()
    if not ORGANIZATION_NAME.fullmatch(wanted):
        context = {**organization_page(request, provider), "typed": wanted, "is_no_name": True}
        return render(request, "tenants/organization.html", context, status=NOT_A_NAME)
    # The address names the organisation, so that coming back in another one is noticed.
    back_to = local_path(request.POST.get("next", "/"), also={ORGANIZATION: wanted})
    asked = provider.ask_provider(Visit.of(request), reason=ANOTHER_ORGANIZATION, back_to=back_to, organization=wanted)
    return redirect_to(asked, is_secure=settings.USE_HTTPS, status=SEE_OTHER)


@require_GET
def organization_chosen(request: TenantRequest) -> HttpResponse:
    """Back from the provider's own page to choose one: the token that is held is still of the old choice."""
    asked = configure(settings).ask_provider(Visit.of(request), reason=ANOTHER_ORGANIZATION, back_to="/")
    return redirect_to(asked, is_secure=settings.USE_HTTPS)


def organization_page(request: HttpRequest, provider: Provider) -> dict[str, object]:
    """What the page to choose an organisation needs. Reads no rows."""
    visit = Visit.of(request)
    back = {"redirect_url": provider.public_origin + reverse("organization_chosen")}
    return {
        "choose_url": f"{provider.choose_url}?{urlencode(back)}",
        "memberships_url": f"{provider.verifier.issuer}/v1/me/organization_memberships",
        "not_granted": visit.organization,
    }

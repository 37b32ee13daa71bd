"""Two tabs, two organisations: the session's cookie is shared by tabs, so each request says whose page it comes from.

What it says is only ever compared with the token's organisation. Where they differ, nothing is shown and nothing is
changed: a poll gets a line, a form its page to send again from, a link the question whether to switch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from tenants.handshake import ANOTHER_ORGANIZATION, redirect_to
from tenants.identity import SAFE_METHODS
from tenants.refused import claimed, typed_by_visitor
from tenants.visits import HEADER, ORGANIZATION, Visit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from tenants.handshake import Provider
    from tenants.identity import Identity

CONFLICT = 409


def unless_in_step(request: HttpRequest, identity: Identity, provider: Provider) -> HttpResponse | None:
    """The answer to a request of another organisation's page, or None where page and token are of the same one."""
    if request.method in SAFE_METHODS and HEADER not in request.headers:
        return _compare_address(request, identity, provider)
    organization, name = claimed(request)
    if organization == identity.clerk_organization_id:
        return None
    if not organization and request.method not in SAFE_METHODS:
        # Every form of ours says it. One that does not could be any tab's.
        return render(request, "costframe/form_refused.html", status=403)
    if request.headers.get("HX-Request") == "true" or request.method in SAFE_METHODS:
        line = "This browser is in another organisation now than the page that asks."
        return HttpResponse(line, status=CONFLICT, content_type="text/plain")
    context = {
        "form_mark": f"{organization} {name}".strip(),
        "wanted": organization,
        "wanted_name": name or organization,
        "typed": typed_by_visitor(request),
        "browser_session": provider.browser_session(identity, organization=organization),
    }
    return render(request, "tenants/form_of_another_organization.html", context, status=CONFLICT)


def _compare_address(request: HttpRequest, identity: Identity, provider: Provider) -> HttpResponse | None:
    """An address may name the organisation that it is of: a link that was clicked in a tab of another one does."""
    visit = Visit.of(request)
    wanted = visit.organization
    if wanted is None or not visit.is_document:
        return None
    if wanted in (identity.clerk_organization_id, identity.organization_slug):
        response: HttpResponse = HttpResponseRedirect(provider.public_origin + visit.own_path(without={ORGANIZATION}))
        response["Cache-Control"] = "no-store"
        return response
    if visit.is_from_our_page and not visit.redirects:
        asked = provider.ask_provider(visit, reason=ANOTHER_ORGANIZATION, back_to=visit.own_path(), organization=wanted)
        return redirect_to(asked, is_secure=settings.USE_HTTPS)
    if identity.organization_id is None:
        return None  # whoever is in none is asked to choose one anyway
    context = {"wanted": wanted, "next": visit.own_path(without={ORGANIZATION}), "came_back": visit.redirects > 0}
    return render(request, "tenants/link_of_another_organization.html", context, status=CONFLICT)

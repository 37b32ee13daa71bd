"""Signing in and out and whether the process is well, for anybody; members and roles, for members."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from tenants.access import MAY, SENTENCES, role_named
from tenants.cookies import LAST_CHANGE, Cookie, set_cookies
from tenants.handshake import configure
from tenants.identity import is_same_origin
from tenants.models import Member
from tenants.roles import Role

if TYPE_CHECKING:
    from django.http import HttpRequest

    from tenants.requests import TenantRequest


@never_cache
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """200 when this process reaches its database. Says nothing else, as anybody may ask."""
    del request
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """To the identity provider's page, and from there to our first page."""
    del request
    provider = configure(settings)
    return HttpResponseRedirect(f"{provider.sign_in_url}?{urlencode({'redirect_url': settings.PUBLIC_ORIGIN + '/'})}")


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget the session in this browser. The page's script has ended the provider's own before, and says so."""
    if not is_same_origin(request.headers, origin=settings.PUBLIC_ORIGIN):
        return render(request, "costframe/form_refused.html", status=403)
    provider = configure(settings)
    is_over = request.POST.get("ended") == "true"
    response = HttpResponseRedirect(reverse("signed_out") + ("" if is_over else "?elsewhere=open"))
    forgotten = [name for name in request.COOKIES if name in provider.cookie_names or name.startswith(LAST_CHANGE)]
    cookies = [Cookie(name, domain=domain) for name in forgotten for domain in ("", *provider.domains)]
    set_cookies(response, (*cookies, Cookie(settings.CSRF_COOKIE_NAME)), is_secure=settings.USE_HTTPS)
    return response


@never_cache
@require_GET
def signed_out(request: HttpRequest) -> HttpResponse:
    """That one is signed out here, and what may still be open at the identity provider."""
    context = {"is_open_elsewhere": "elsewhere" in request.GET, "provider_url": configure(settings).sign_in_url}
    return render(request, "tenants/signed_out.html", context)


@require_safe
def members(request: TenantRequest) -> HttpResponse:
    """Who belongs to the organisation, and who did."""
    everybody = Member.objects.order_by("name", "user_id")
    context = {
        "members": [
            {
                "user_id": one.user_id,
                "name": one.name or one.user_id,
                "role": one.role,
                "our_role": role_named(one.role),
                "last_seen_at": one.last_seen_at,
            }
            for one in everybody.filter(removed_at=None)
        ],
        "removed": list(everybody.exclude(removed_at=None)),
    }
    return render(request, "tenants/members.html", context)


@require_safe
def roles(request: TenantRequest) -> HttpResponse:
    """The table of what each role may do, with one's own marked."""
    own = role_named(request.identity.role)
    given = settings.CLERK_ROLES.items()
    context = {
        "roles": [
            {"name": role, "is_own": role == own, "given_to": sorted(name for name, ours in given if ours == role)}
            for role in Role
        ],
        "lines": [
            {"sentence": sentence, "allowed": [permission in MAY[role] for role in Role]}
            for permission, sentence in SENTENCES.items()
        ],
    }
    return render(request, "tenants/roles.html", context)

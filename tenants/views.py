"""The few views that anybody may ask for: signing in, signing out, and whether the process is well."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.handshake import LAST_CHANGE, configure

if TYPE_CHECKING:
    from django.http import HttpRequest


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
    """Forget the session in this browser, then to the identity provider, which ends its own."""
    provider = configure(settings)
    response = HttpResponseRedirect(
        f"{provider.verifier.issuer}/sign-out?{urlencode({'redirect_url': settings.PUBLIC_ORIGIN + '/'})}"
    )
    for name in request.COOKIES:
        if name in provider.cookie_names or name.startswith(LAST_CHANGE):
            response.delete_cookie(name, samesite="Lax")
    return response

"""Views that fail, log and warn with secrets in their hands, for the tests of what becomes of them."""

from __future__ import annotations

import logging
import warnings

from django.http import HttpResponse
from django.urls import include, path

from costframe.urls import handler400, handler403, handler404, handler500
from tenants.access import Permission, needs
from tests.costframe.test_logs import PLANTED, Planted

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@needs(Permission.READ)
def raises(request):
    secret = request.POST["role_arn"]
    raise Planted from ValueError(secret)


@needs(Permission.READ)
def logs(request):
    logging.getLogger("x").warning("Typed: %s; %s", request.POST, PLANTED["token"])
    logging.getLogger("x").error("From %s of %s", request.get_full_path(), request.COOKIES)
    return HttpResponse("logged")


@needs(Permission.READ)
def warns(request):
    warnings.warn(f"Careful: {request.POST}", stacklevel=1)
    logging.getLogger("py.warnings").warning("Careful: %s", request.META)
    return HttpResponse("warned")


urlpatterns = [
    path("failing/raises/", raises),
    path("failing/logs/", logs),
    path("failing/warns/", warns),
    path("", include("costframe.urls")),
]

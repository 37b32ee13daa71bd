"""What the web process serves."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from audits.urls import of_connections
from connections.urls import urlpatterns as wizard
from costframe import views, well_known
from findings.urls import of_bills

# A connection's pages belong to three apps, of which the lower ones do not know the upper.
connections = [*wizard, *of_connections, path("<uuid:connection_id>/delete/", views.delete, name="delete")]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="findings:list"), name="home"),
    path("robots.txt", well_known.robots, name="robots"),
    path(".well-known/security.txt", well_known.security, name="security"),
    path("", include("tenants.urls")),
    path("", include("audits.urls")),
    path("bills/uploads/", include((of_bills, "bill_list"))),
    path("connections/", include((connections, "connections"))),
    path("findings/", include("findings.urls")),
]

handler400 = "costframe.errors.bad_request"
handler403 = "costframe.errors.forbidden"
handler404 = "costframe.errors.not_found"
handler500 = "costframe.errors.failed"

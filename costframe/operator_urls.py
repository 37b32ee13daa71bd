"""What the operator process serves: read-only lists, to operators only."""

from __future__ import annotations

from django.urls import path

from tenants import views
from tenants.admin import site

urlpatterns = [
    path("health", views.health, name="health"),
    path("", site.urls),
]

handler400 = "costframe.errors.bad_request_plainly"
handler403 = handler404 = "costframe.errors.plainly"
handler500 = "costframe.errors.failed_plainly"

"""What the operator process serves outside of any organisation: the list of them, and the question why."""

from __future__ import annotations

from django.urls import path

from tenants import operator_views, views
from tenants.admin import site

urlpatterns = [
    path("health", views.health, name="health"),
    path("organizations/<uuid:organization_id>/reason/", operator_views.reason, name="reason"),
    path("", site.urls),
]

handler400 = "costframe.errors.bad_request_plainly"
handler403 = handler404 = "costframe.errors.plainly"
handler500 = "costframe.errors.failed_plainly"

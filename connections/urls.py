"""The connect wizard's addresses. `costframe.urls` puts the pages of other apps beside them."""

from __future__ import annotations

from django.urls import path

from connections import views

urlpatterns = [
    path("new/", views.new, name="new"),
    path("<uuid:connection_id>/kit/", views.kit, name="kit"),
    path("<uuid:connection_id>/kit/<slug:name>/", views.kit, name="kit_as"),
    path("<uuid:connection_id>/kit/<slug:name>/file", views.kit_file, name="kit_file"),
    path("<uuid:connection_id>/access/", views.access, name="access"),
    path("<uuid:connection_id>/check/", views.check, name="check"),
    path("<uuid:connection_id>/check/again/", views.check_again, name="check_again"),
]

"""Signing in and out, choosing an organisation, and whether the process is well."""

from __future__ import annotations

from django.urls import path

from tenants import organizations, views

urlpatterns = [
    path("health", views.health, name="health"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("signed-out/", views.signed_out, name="signed_out"),
    path("organization/", organizations.organization, name="organization"),
    path("organization/chosen/", organizations.organization_chosen, name="organization_chosen"),
]

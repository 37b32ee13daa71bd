"""Signing in and out, choosing an organisation, who is in it, its trail, the provider's webhooks, and health."""

from __future__ import annotations

from django.urls import path

from tenants import organizations, trail_views, views, webhooks

urlpatterns = [
    path("health", views.health, name="health"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("signed-out/", views.signed_out, name="signed_out"),
    path("organization/", organizations.organization, name="organization"),
    path("organization/chosen/", organizations.organization_chosen, name="organization_chosen"),
    path("organization/members/", views.members, name="members"),
    path("organization/roles/", views.roles, name="roles"),
    path("webhooks/clerk", webhooks.clerk, name="clerk_webhook"),
    path("activity/", trail_views.trail, name="activity"),
    path("activity/chain/", trail_views.verify, name="activity_chain"),
]

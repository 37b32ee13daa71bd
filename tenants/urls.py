"""Signing in and out, whether the process is well, who is in the organisation, its trail, the provider's webhooks."""

from __future__ import annotations

from django.urls import path

from tenants import trail_views, views, webhooks

urlpatterns = [
    path("health", views.health, name="health"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("organization/members/", views.members, name="members"),
    path("organization/roles/", views.roles, name="roles"),
    path("webhooks/clerk", webhooks.clerk, name="clerk_webhook"),
    path("activity/", trail_views.trail, name="activity"),
    path("activity/chain/", trail_views.verify, name="activity_chain"),
]

"""Signing in and out, the activity trail, and whether the process is well."""

from __future__ import annotations

from django.urls import path

from tenants import trail_views, views

urlpatterns = [
    path("health", views.health, name="health"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("activity/", trail_views.trail, name="activity"),
    path("activity/chain/", trail_views.verify, name="activity_chain"),
]

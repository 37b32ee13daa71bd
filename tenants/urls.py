"""Signing in and out, and whether the process is well."""

from __future__ import annotations

from django.urls import path

from tenants import views

urlpatterns = [
    path("health", views.health, name="health"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
]

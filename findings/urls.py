"""The action list, a finding, and the rules."""

from __future__ import annotations

from django.urls import path

from findings import bill_list_views, views

app_name = "findings"

urlpatterns = [
    path("", views.action_list, name="list"),
    path("actions.csv", views.action_list_csv, name="csv"),
    path("rules/", views.rules, name="rules"),
    path("bills/<uuid:upload_id>/", bill_list_views.bill_list, name="bill_list"),
    path("bills/<uuid:upload_id>/list.csv", bill_list_views.bill_list_csv, name="bill_list_csv"),
    path("<uuid:finding_id>/", views.finding, name="finding"),
    path("<uuid:finding_id>/evidence.json", views.evidence, name="evidence"),
]

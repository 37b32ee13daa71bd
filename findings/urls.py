"""The action list, a finding, and the rules; and what a bill proves, which `costframe.urls` puts beside its files."""

from __future__ import annotations

from django.urls import path

from findings import bill_list_views, opinion_views, threshold_views, views

app_name = "findings"

urlpatterns = [
    path("", views.action_list, name="list"),
    path("actions.csv", views.action_list_csv, name="csv"),
    path("opinions/", opinion_views.opinions, name="opinions"),
    path("opinions.csv", opinion_views.opinions_csv, name="opinions_csv"),
    path("rules/", views.rules, name="rules"),
    path("rules/previews/<uuid:preview_id>/", threshold_views.preview, name="preview"),
    path("rules/previews/<uuid:preview_id>/keep/", threshold_views.keep, name="keep_thresholds"),
    path("rules/<slug:rule_id>/", threshold_views.rule, name="rule"),
    path("<uuid:finding_id>/", views.finding, name="finding"),
    path("<uuid:finding_id>/evidence.json", views.evidence, name="evidence"),
]

of_bills = [
    path("<uuid:upload_id>/proves/", bill_list_views.bill_list, name="page"),
    path("<uuid:upload_id>/proves.csv", bill_list_views.bill_list_csv, name="csv"),
]

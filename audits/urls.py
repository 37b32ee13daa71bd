"""Audits and bills; and a connection's pages that show its audits, which `costframe.urls` puts beside its wizard."""

from __future__ import annotations

from django.urls import path

from audits import cost_views, focus_views, rate_views, upload_views, views

app_name = "audits"

urlpatterns = [
    path("audits/", views.audit_list, name="list"),
    path("audits/<uuid:audit_id>/", views.audit_detail, name="detail"),
    path("audits/<uuid:audit_id>/stop/", views.stop, name="stop"),
    path("audits/<uuid:audit_id>/calls/", views.calls, name="calls"),
    path("audits/nights/", views.organization_nights, name="nights"),
    path("bills/", views.bills, name="bills"),
    path("costs/", cost_views.costs, name="costs"),
    path("costs/costs.csv", cost_views.costs_csv, name="costs_csv"),
    path("bills/<uuid:load_id>/", views.bill, name="bill"),
    path("bills/<uuid:load_id>/focus/", focus_views.bill_export, name="bill_export"),
    path("bills/<uuid:load_id>/focus.csv.gz", focus_views.bill_focus, name="bill_focus"),
    path("bills/upload/", upload_views.upload, name="upload"),
    path("bills/uploads/<uuid:upload_id>/", upload_views.upload_detail, name="upload_detail"),
    path("bills/uploads/<uuid:upload_id>/stop/", upload_views.stop_upload, name="stop_upload"),
    path("bills/rates/", rate_views.rates, name="rates"),
    path("bills/rates/remove/", rate_views.remove, name="remove_rates"),
    path("bills/<uuid:load_id>/rows-left-out.csv", views.rows_left_out, name="rows_left_out"),
    path("bills/formats/", views.bill_formats, name="bill_formats"),
]

of_connections = [
    path("", views.connection_list, name="list"),
    path("<uuid:connection_id>/", views.connection_detail, name="detail"),
    path("<uuid:connection_id>/audit/", views.start, name="start"),
    path("<uuid:connection_id>/check/calls/", views.check_calls, name="check_calls"),
    path("<uuid:connection_id>/pause/", views.pause, name="pause"),
    path("<uuid:connection_id>/resume/", views.resume, name="resume"),
]

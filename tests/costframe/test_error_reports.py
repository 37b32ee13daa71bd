"""Django's own error reports, where somebody switches them on: no secret of the request, the settings or a variable."""

from __future__ import annotations

import sys

import pytest
from django.test import RequestFactory
from django.views.debug import get_exception_reporter_class, get_exception_reporter_filter

from costframe.error_reports import HIDDEN_NAMES, Report, ReportFilter
from tests.costframe.test_logs import PLANTED, Planted, leaks


def request():
    return RequestFactory().post(
        f"/failing/?token={PLANTED['token']}&anything={PLANTED['password']}",
        {"role_arn": PLANTED["arn"], "anything": PLANTED["password"]},
        headers={
            "authorization": f"Bearer {PLANTED['token']}",
            "cookie": f"__session={PLANTED['token']}; other={PLANTED['password']}",
            "referer": f"https://costframe.example/?password={PLANTED['password']}",
        },
    )


def speak(password):
    raise ValueError(f"A library says what it was given:\n{password}")


def fails(given):
    """As a view that holds secrets under telling and under harmless names."""
    sealing_passphrase, blob, aws = PLANTED["password"], PLANTED["password"].encode(), {"any": PLANTED["password"]}
    text, typed = f"{PLANTED['arn']} {PLANTED['key']} {PLANTED['secret']} {PLANTED['external id']}", given.POST
    try:
        speak(aws["any"])
    except ValueError as error:
        raise Planted from error if (text, typed, sealing_passphrase, blob) else None


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("form", ["html", "text"])
def test_a_report_holds_no_secret(settings, monkeypatch, form, debug):
    settings.DEBUG = debug
    settings.SEALING_KEY_PASSPHRASE = settings.REDIS_URL = settings.CLERK_WEBHOOK_SECRET = PLANTED["password"]
    settings.AWS_SECRET_ACCESS_KEY = PLANTED["secret"]
    settings.ENVIRONMENT = {"ANYTHING": PLANTED["password"]}
    try:
        given = request()
        fails(given)
    except Planted:
        report = Report(given, *sys.exc_info())
    text = report.get_traceback_html() if form == "html" else report.get_traceback_text()
    assert "Planted" in text
    assert "fails" in text
    assert leaks(text) == []


def test_the_settings_name_our_reports_and_our_filter():
    given = request()
    assert get_exception_reporter_class(given) is Report
    assert type(get_exception_reporter_filter(given)) is ReportFilter
    assert get_exception_reporter_filter(given).is_active(given)


@pytest.mark.parametrize(
    "name",
    ["SEALING_KEY_DIR", "passphrase", "CLERK_ISSUER", "AWS_ACCESS_KEY_ID", "role_arn", "blob", "jwt", "session", "HTTP_AUTHORIZATION",
     "HTTP_COOKIE", "webhook", "DATABASE_URL", "DATABASES", "REDIS_URL", "CONTEXT_KEY", "ENVIRONMENT", "proof", "csrf_token", "identity",
     "QUERY_STRING", "RAW_URI", "HTTP_REFERER"],
)  # fmt: skip
def test_a_telling_name_is_hidden_in_settings_and_variables(name):
    assert HIDDEN_NAMES.search(name)
    assert ReportFilter().cleanse_setting(name, "planted") == ReportFilter.cleansed_substitute


def test_a_report_without_a_request_is_one_all_the_same():
    try:
        fails(request())
    except Planted:
        report = Report(None, *sys.exc_info())
    assert leaks(report.get_traceback_text()) == []

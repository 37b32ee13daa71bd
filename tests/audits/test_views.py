"""Pages of audits: progress in counted steps, gaps by name, every call, and bills as they stand to the invoice."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from audits.booking import CalledFor, book_calls
from audits.models import ApiCall, Audit, BillLoad, Gap, Schedule, Step
from connections.models import AccessCheck, Connection
from connections.provider import CallCount
from tenants import scope
from tests.audits.sources import source_of
from tests.conftest import AT
from tests.connections.test_views import text
from tests.database import acting_as
from tests.findings.rows import make_audit, make_connection
from tests.web import Visitor


@pytest.fixture
def connection(organization):
    with scope.organization(organization.id):
        return make_connection()


@pytest.fixture
def audit(organization, connection):
    with scope.organization(organization.id), acting_as("cf_worker"):
        return make_audit(connection)


def write(organization, model, **values):
    with scope.organization(organization.id), acting_as("cf_worker"):
        return model.objects.create(**values)


def change(organization, rows, **values):
    with scope.organization(organization.id), acting_as("cf_worker"):
        type(rows).objects.filter(id=rows.id).update(**values)


def add_gap(organization, audit, **values):
    with scope.organization(organization.id), acting_as("cf_worker"):
        step = Step.objects.filter(audit=audit).first()
        Gap.objects.create(
            **{
                "audit": audit, "step": step, "account_id": "111111111111", "region": "eu-west-1", "service": "rds",
                "action": "rds:DescribeDBInstances", "reason": "REFUSED", "message": "no", "kinds": ["database"],
                **values,
            }
        )  # fmt: skip


def audits(organization):
    with scope.organization(organization.id):
        return list(Audit.objects.order_by("-requested_at"))


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        (
            "/connections/",
            "No account is connected, so there is nothing to look at yet. Connecting takes a few minutes",
        ),
        ("/audits/", "No audit yet. Start one on a connection"),
        ("/bills/", "No bill is loaded yet. Bills are read from the cost export"),
        ("/costs/", "No bill is loaded yet, so there are no costs to show. Bills are read from the cost export"),
    ],
)
def test_an_empty_page_is_a_sentence_with_one_next_step(visitor, page, sentence):
    answer = visitor.get(page)
    assert sentence in text(answer)
    main = answer.content.decode().partition("<main")[2]
    assert len(re.findall(r'class="button[^"]*"', main)) == 1


def test_starting_asks_for_an_audit_and_shows_it(visitor, organization, connection):
    answer = visitor.post(f"/connections/{connection.id}/audit/")
    (audit,) = audits(organization)
    assert answer["Location"] == f"/audits/{audit.id}/"
    assert (audit.state, audit.requested_by) == ("REQUESTED", "Ada (user_ada)")
    assert "Waiting for a worker" in text(visitor.get(answer["Location"]))


def test_a_second_start_says_that_one_is_running(visitor, organization, connection):
    visitor.post(f"/connections/{connection.id}/audit/")
    answer = visitor.post(f"/connections/{connection.id}/audit/")
    assert "has not ended yet" in text(visitor.get(answer["Location"]))
    assert len(audits(organization)) == 1


def test_a_connection_that_is_not_let_in_cannot_be_looked_at(visitor, organization):
    with scope.organization(organization.id):
        draft = make_connection(state="DRAFT", account_id=None)
    answer = visitor.post(f"/connections/{draft.id}/audit/")
    assert "is not connected, so it cannot be looked at" in text(visitor.get(answer["Location"]))


def test_a_place_that_was_not_called_says_why_and_is_neither_done_nor_a_gap(visitor, organization, audit):
    connection_id = audit.connection_id
    told = {"NOT_OFFERED": None, "NOT_BILLED": 30, "SPOT_CHECK": 30, "NOT_RECORDED": None}
    for region, (plan, days) in enumerate(told.items()):
        state = "DONE" if plan == "SPOT_CHECK" else "NOT_CALLED"
        there = False if plan == "NOT_RECORDED" else None
        write(organization, Step, audit=audit, connection_id=connection_id, kind="INVENTORY", state=state, account_id="1",
              region=f"r-{region}", service="kafka", plan=plan, billed_days=days, is_recorded=there, started_at=None)  # fmt: skip
    with scope.organization(organization.id):
        called = Step.objects.filter(audit=audit).exclude(state="NOT_CALLED").count()
    page = text(visitor.get(f"/audits/{audit.id}/"))
    assert "not called not offered in this region" in page
    assert "not called nothing billed there in 30 days" in page
    assert "not called AWS Config records none there" in page
    assert "spot check: nothing billed there in 30 days" in page
    assert page.index("r-2") < page.index("kafka") < page.index("not called nothing billed"), "a row a service"
    assert "Not called 3 places in which nothing is offered" in page
    assert f"{called} of {called} steps" in page


def test_the_list_says_what_each_night_and_each_audit_took(visitor, organization, audit):
    change(organization, audit, night_date=dt.date(2026, 11, 20), estimated_cost_usd="0.00683")
    with scope.organization(organization.id), acting_as("cf_worker"):
        book_calls(
            [CallCount(service="ec2", operation="DescribeVolumes", outcome="OK", count=41),
             CallCount(service="cloudwatch", operation="GetMetricData", outcome="OK", count=2, units=683)],
            called_for=CalledFor.of_audit(audit, account_id="1"),
        )  # fmt: skip
    write(organization, Step, audit=audit, connection_id=audit.connection_id, kind="INVENTORY", state="NOT_CALLED",
          account_id="1", region="r-1", service="kafka", plan="NOT_BILLED", billed_days=30)  # fmt: skip
    page = text(visitor.get("/audits/"))
    assert "2026-11-20 1 43 1 0.00683" in page
    assert "43 0.00683 0" in page


def test_stopping_before_it_began_ends_it(visitor, organization, connection):
    visitor.post(f"/connections/{connection.id}/audit/")
    (audit,) = audits(organization)
    answer = visitor.post(f"/audits/{audit.id}/stop/")
    assert audits(organization)[0].state == "STOPPED"
    assert "stopped" in text(visitor.get(answer["Location"]))


def test_pausing_takes_the_next_night_away_and_resuming_gives_it_back(visitor, organization, connection):
    write(organization, Schedule, connection=connection, due_at=AT)
    visitor.post(f"/connections/{connection.id}/pause/")
    assert "paused" in text(visitor.get("/connections/"))
    with scope.organization(organization.id):
        assert (Schedule.objects.get().due_at, Connection.objects.get().is_paused) == (None, True)
    visitor.post(f"/connections/{connection.id}/resume/")
    with scope.organization(organization.id):
        assert Schedule.objects.get().due_at is not None


def test_progress_counts_steps_and_is_polled_until_the_audit_ends(visitor, organization, audit):
    with scope.organization(organization.id), acting_as("cf_worker"):
        Step.objects.filter(audit=audit, service="rds").update(state="RUNNING")
    page = visitor.poll(f"/audits/{audit.id}/")
    assert page.status_code == 200
    assert "2 of 3 steps done" in text(page)
    assert "Looking now: rds in eu-west-1." in text(page)
    assert 'max="3" value="2"' in page.content.decode()
    assert 'hx-trigger="every ' in page.content.decode()
    with scope.organization(organization.id), acting_as("cf_worker"):
        Step.objects.filter(audit=audit).update(state="DONE")
    change(organization, audit, state="DONE", ended_at=AT)
    page = visitor.poll(f"/audits/{audit.id}/")
    assert (page.status_code, "hx-trigger" in page.content.decode()) == (286, False)
    assert "No gaps: every call that was made was answered." in text(page)


def test_the_page_without_scripts_says_the_same_and_links_to_itself(visitor, audit):
    page = visitor.get(f"/audits/{audit.id}/")
    assert "3 of 3 steps done" in text(page)
    assert f'id="reload-link" href="/audits/{audit.id}/"' in page.content.decode()


@pytest.mark.parametrize(("age", "seconds"), [(0, 2), (3600, 5)])
def test_polling_slows_down_after_a_minute(visitor, organization, audit, age, seconds):
    change(organization, audit, started_at=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=age))
    assert f'hx-trigger="every {seconds}s"' in visitor.get(f"/audits/{audit.id}/").content.decode()


def test_a_gap_names_the_action_the_regions_and_the_findings_that_may_be_lost(visitor, organization, audit):
    for region in ("eu-west-1", "us-east-1"):
        add_gap(organization, audit, region=region)
    change(organization, audit, state="DONE", ended_at=AT)
    page = text(visitor.get(f"/audits/{audit.id}/"))
    assert "rds:DescribeDBInstances eu-west-1, us-east-1 permission refused no " in page
    assert "RDS database without connections" in page
    assert "No gaps" not in page


def test_regions_that_were_not_looked_at_are_told_apart_from_gaps(visitor, organization, audit):
    add_gap(organization, audit, region="ap-south-1", reason="NOT_LOOKED_AT", action="")
    change(organization, audit, state="DONE", ended_at=AT)
    page = text(visitor.get(f"/audits/{audit.id}/"))
    assert "Not looked at: ap-south-1." in page
    assert "No gaps" in page


def test_the_result_counts_every_rule_in_every_region(visitor, organization, audit):
    grid = [{"rule": "aws_ebs_volume_unattached", "region": "eu-west-1", "WASTE": 7, "FINE": 41, "UNKNOWN": 2}]
    change(organization, audit, state="DONE", ended_at=AT, summary={"grid": grid})
    page = text(visitor.get(f"/audits/{audit.id}/"))
    assert "EBS volume attached to nothing 7 / 41 / 2" in page


def test_a_failed_audit_says_why(visitor, organization, audit):
    change(organization, audit, state="FAILED", ended_at=AT, message="The role cannot be assumed any more.")
    assert "The role cannot be assumed any more." in text(visitor.get(f"/audits/{audit.id}/"))


def call(organization, audit, operation, *, service="ec2", outcome="OK", count=1, error_code=""):
    with scope.organization(organization.id), acting_as("cf_worker"):
        step = Step.objects.filter(audit=audit).first()
        ApiCall.objects.create(
            audit=audit, step=step, account_id="1", service=service, operation=operation, outcome=outcome, count=count,
            error_code=error_code,
        )  # fmt: skip


def test_every_call_is_counted_by_outcome_with_awss_own_access_level(visitor, organization, audit):
    call(organization, audit, "DescribeVolumes", count=14)
    call(organization, audit, "DescribeVolumes", outcome="THROTTLED", count=2, error_code="RequestLimitExceeded")
    call(organization, audit, "AssumeRole", service="sts", count=3)
    page = text(visitor.get(f"/audits/{audit.id}/calls/"))
    assert "0 of 19 calls changed anything." in page
    assert "ec2:DescribeVolumes RequestLimitExceeded List 14 0 2 0" in page
    assert f"costframe-{audit.connection_id}" in page


def test_the_calls_of_access_checks_stand_on_a_page_of_the_connection_all_together(visitor, organization, connection):
    page = text(visitor.get(f"/connections/{connection.id}/check/calls/"))
    assert "No access check of this connection has made a call yet." in page
    counts = (CallCount(service="sts", operation="AssumeRole", outcome="OK", count=2),)
    for minutes in (0, 5):
        asked_at = AT + dt.timedelta(minutes=minutes)
        with scope.organization(organization.id):
            check = AccessCheck.objects.create(connection=connection, generation=1, requested_at=asked_at)
            with acting_as("cf_worker"):
                book_calls(counts, called_for=CalledFor.of_check(check, account_id="1"))
                AccessCheck.objects.filter(id=check.id).update(ended_at=asked_at + dt.timedelta(seconds=9))
    page = text(visitor.get(f"/connections/{connection.id}/check/calls/"))
    assert "0 of 4 calls changed anything." in page
    assert "--start-time 2026-11-20T12:00:00Z --end-time 2026-11-20T12:05:09Z" in page


def test_calls_of_an_audit_that_never_had_a_step_are_shown_too(visitor, organization, audit):
    calls = (CallCount(service="iam", operation="GetRole", outcome="REFUSED", count=1, error_code="AccessDenied"),)
    with scope.organization(organization.id), acting_as("cf_worker"):
        book_calls(calls, called_for=CalledFor.of_audit(audit, account_id="1"))
    assert "iam:GetRole AccessDenied Read 0 1 0 0" in text(visitor.get(f"/audits/{audit.id}/calls/"))
    assert "resources in 1 calls" in text(visitor.get(f"/audits/{audit.id}/"))


def test_a_call_that_is_not_known_to_read_is_not_called_harmless(visitor, organization, audit):
    call(organization, audit, "DescribeVolumes")
    call(organization, audit, "DeleteVolume")
    page = text(visitor.get(f"/audits/{audit.id}/calls/"))
    assert "1 operation below is not known to be read-only." in page
    assert "changed anything" not in page


def source(organization, connection):
    with acting_as("cf_worker"), scope.organization(organization.id):
        return source_of(connection)


def load(organization, connection, *, billed="100.00", invoices=None, **values):
    totals = {"USD": {"billed_cost": billed, "effective_cost": billed}} if billed else {}
    return write(
        organization, BillLoad, source=source(organization, connection), loaded_at=AT, totals=totals, invoice_totals=invoices or {},
        **{"billing_period": dt.date(2026, 10, 1), "state": "LOADED", **values},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("invoices", "sentence"),
    [
        ({"INV-1": {"USD": "60"}, "INV-2": {"USD": "40.00"}}, "100.00 USD all of it"),
        ({"INV-1": {"USD": "60"}}, "60.00 USD 40.00 on none yet"),
        ({"": {"USD": "100"}}, "none named"),
        ({}, "none named"),
    ],
)
def test_a_bill_is_held_against_its_invoices(visitor, organization, connection, invoices, sentence):
    load(organization, connection, invoices=invoices)
    page = text(visitor.get("/bills/"))
    assert "equal to the files" in page
    assert sentence in page


def test_a_refused_load_says_what_is_wrong(visitor, organization, connection):
    load(organization, connection, billed=None, state="REFUSED", message="Part 2 is cut off in line 7.")
    assert "refused, nothing was changed Part 2 is cut off in line 7." in text(visitor.get("/bills/"))


def test_currencies_stand_in_lines_of_their_own(visitor, organization, connection):
    both = {code: {"billed_cost": cost, "effective_cost": cost} for code, cost in (("USD", "10"), ("EUR", "20"))}
    write(
        organization, BillLoad, source=source(organization, connection), loaded_at=AT, totals=both, state="LOADED",
        billing_period=dt.date(2026, 10, 1),
    )  # fmt: skip
    page = text(visitor.get("/bills/"))
    assert "10.00 USD" in page
    assert "20.00 EUR" in page
    assert "30.00" not in page


def test_a_connection_says_what_it_cannot_read_and_how_old_its_data_are(visitor, organization, connection, audit):
    add_gap(organization, audit)
    change(organization, audit, state="DONE", ended_at=AT)
    change(organization, connection, night_cost_usd="0.4149")
    load(organization, connection, billed_until=dt.date(2026, 10, 19))
    row = text(visitor.get("/connections/"))
    assert "rds:DescribeDBInstances in eu-west-1" in row
    assert "2026-10-18" in row, "the last complete day, as on the page of costs"
    assert "0.41" in row
    change(organization, connection, night_cost_usd="0.0028")
    assert "&lt; 0.01" in text(visitor.get("/connections/"))


def test_a_file_of_one_row_has_one_row(visitor, organization, connection):
    files = [{"key": "a.csv", "size": 10, "rows": 1}, {"key": "b.csv", "size": 10, "rows": 2}]
    page = text(visitor.get(f"/bills/{load(organization, connection, files=files).id}/"))
    assert re.search(r"a\.csv , 10\Wbytes, 1 row b\.csv , 10\Wbytes, 2 rows", page)


@pytest.mark.parametrize(
    ("until", "words"), [("2026-11-01", "2026-10 complete until 2026-10-31"), ("2026-10-01", "2026-10 Shop")]
)
def test_a_bill_names_its_last_complete_day_unless_it_has_none(visitor, organization, connection, until, words):
    load(organization, connection, billed_until=until)
    assert words in text(visitor.get("/bills/"))


def test_a_page_of_many_connections_takes_as_many_queries_as_one(visitor, organization, connection):
    from django.db import connection as database
    from django.test.utils import CaptureQueriesContext

    with scope.organization(organization.id), acting_as("cf_worker"):
        make_audit(connection, state="DONE")
    visitor.get("/connections/")
    with CaptureQueriesContext(database) as one:
        visitor.get("/connections/")
    with scope.organization(organization.id):
        many = [make_connection(account_id=f"{number:012}", label=f"n{number}") for number in range(12)]
        with acting_as("cf_worker"):
            for each in many:
                make_audit(each, state="DONE")
    with CaptureQueriesContext(database) as several:
        visitor.get("/connections/")
    assert len(several) == len(one)


def test_a_viewer_sees_audits_and_no_button(organization, audit, provider_key):
    page = Visitor(role="viewer").get(f"/audits/{audit.id}/").content.decode()
    assert re.findall(r'<form method="post" action="([^"]+)"', page) == ["/sign-out/"]

"""What a bill alone proves is told in a child, kept, and shown with its sums apart and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction

from audits.billed_things import Span
from findings import trial
from findings.models import BillList
from findings.registry import bill_rule
from findings.trial_process import TrialFailed, try_lines
from tenants import scope
from tenants.models import Activity
from tests.audits.focus_files import text_of
from tests.audits.uploading import hand_in, the_upload
from tests.connections.test_views import text
from tests.costframe.test_bill_uploads import own_folder, work  # noqa: F401 - a fixture
from tests.database import acting_as
from tests.web import Visitor

OCTOBER = dt.date(2026, 10, 1)


def month(**row):
    """A charge on each day of October."""
    days = [OCTOBER + dt.timedelta(days=number) for number in range(31)]
    return [
        {"ChargePeriodStart": f"{day}T00:00:00Z", "ChargePeriodEnd": f"{day + dt.timedelta(days=1)}T00:00:00Z", **row}
        for day in days
    ]


IDLE_ADDRESS = {
    "ResourceId": "=HYPERLINK(1)", "ServiceName": "Amazon Virtual Private Cloud", "EffectiveCost": "0.12",
    "BilledCost": "0.12", "ConsumedQuantity": "24", "ConsumedUnit": "Hours", "SkuMeter": "PublicIPv4:IdleAddress",
    "x_UsageType": "EUC1-PublicIPv4:IdleAddress", "ChargeDescription": "$0.005 per idle public IPv4 address per hour",
}  # fmt: skip
BILL = text_of([*month(), *month(**IDLE_ADDRESS)])


@pytest.fixture
def kept(visitor, organization):
    """The list of a bill with a gp2 volume and an idle address."""
    hand_in(visitor, {"bill.csv": BILL}, label="Shop")
    assert work(organization).state == "DONE"
    with scope.organization(organization.id):
        return BillList.objects.get()


def test_each_row_says_how_sure_it_is_and_what_a_bill_does_not_tell(visitor, kept, organization):
    page = text(visitor.get(f"/bills/uploads/{kept.upload_id}/proves/"))
    assert "State age. A bill tells costs and no state." in page
    assert "could not be checked: disaster recovery, keep tag." in page
    answer = visitor.get(f"/bills/uploads/{kept.upload_id}/proves.csv")
    rows = {row["rule_id"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    assert rows["bill_address_idle"]["confidence_points"] == "83"
    assert "State age does not apply: A bill tells costs and no state." in rows["bill_address_idle"]["confidence_parts"]


def test_a_list_that_is_older_than_confidence_is_still_shown(visitor, kept, organization):
    old = json.loads(json.dumps(kept.told))
    for group in old["rules"]:
        for row in group["rows"]:
            del row["points"], row["parts"]
    with scope.organization(organization.id), acting_as("cf_worker"):
        BillList.objects.update(told=old)
    assert "not worked out" in text(visitor.get(f"/bills/uploads/{kept.upload_id}/proves/"))
    answer = visitor.get(f"/bills/uploads/{kept.upload_id}/proves.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {(row["confidence_points"], row["confidence_parts"]) for row in rows} == {("", "")}


def test_an_organisation_without_any_connection_sees_what_its_bill_proves(visitor, kept):
    link = f"/bills/uploads/{kept.upload_id}/proves/"
    assert f'href="{link}"' in visitor.get(f"/bills/uploads/{kept.upload_id}/").content.decode()
    page = text(visitor.get(link))
    assert "Shop, complete from 2026-10-01 to 2026-10-31 . Looked at 2 resources, 0 commitments and 2 services." in page
    assert "=HYPERLINK(1)" in page
    assert "3.65 USD" in page  # 0.12 a day, 30.4375 days a month
    assert "Access would add" in page


def test_sums_are_of_all_that_is_found_and_what_is_assumed_stands_apart(kept):
    told = kept.told
    added = {name: Decimal(0) for name in ("proven", "assumed")}
    for rule in told["rules"]:
        name = "assumed" if bill_rule(rule["rule_id"]).assumes else "proven"
        added[name] += sum((Decimal(row["net"]) for row in rule["rows"] if row["net"] is not None), Decimal(0))
        assert rule["count"] == len(rule["rows"])
    assert {name: Decimal(told["totals"][name].get("USD", 0)) for name in added} == added
    assert added["proven"] > 0


def test_the_file_holds_every_row_and_runs_nothing(visitor, organization, kept):
    answer = visitor.get(f"/bills/uploads/{kept.upload_id}/proves.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == sum(len(rule["rows"]) for rule in kept.told["rules"])
    (address,) = [row for row in rows if row["rule_id"] == "bill_address_idle"]
    assert (address["verdict"], address["resource_id"], address["currency"]) == ("Waste", "'=HYPERLINK(1)", "USD")
    assert Decimal(address["monthly_saving"]).quantize(Decimal("0.01")) == Decimal("3.65")
    with scope.organization(organization.id):
        assert Activity.objects.get(verb="export.bill_list").detail == {"rows": str(len(rows))}


def test_who_may_only_read_sees_the_list_and_takes_no_file(kept, provider_key):
    viewer = Visitor(role="viewer")
    assert viewer.get(f"/bills/uploads/{kept.upload_id}/proves/").status_code == 200
    assert viewer.get(f"/bills/uploads/{kept.upload_id}/proves.csv").status_code == 403


def test_another_organisations_list_is_not_there(stranger, kept):
    assert stranger.get(f"/bills/uploads/{kept.upload_id}/proves/").status_code == 404
    assert stranger.get(f"/bills/uploads/{kept.upload_id}/proves.csv").status_code == 404


def test_before_it_is_told_the_page_leads_to_how_far_it_is(visitor, organization):
    hand_in(visitor, {"bill.csv": BILL})
    upload = the_upload(organization)
    answer = visitor.get(f"/bills/uploads/{upload.id}/proves/")
    assert (answer.status_code, answer["Location"]) == (302, f"/bills/uploads/{upload.id}/")
    assert visitor.get(f"/bills/uploads/{upload.id}/proves.csv").status_code == 404


def test_a_bill_of_nothing_but_a_fee_is_loaded_and_says_why_it_proves_nothing(visitor, organization):
    fee = {"ChargeCategory": "Tax", "ResourceId": ""}
    hand_in(visitor, {"bill.csv": text_of([fee])})
    assert work(organization).state == "DONE"
    with scope.organization(organization.id):
        kept = BillList.objects.get()
    assert kept.message == "The bill charges for no day of usage, so nothing can be told from it."
    assert kept.message in text(visitor.get(f"/bills/uploads/{kept.upload_id}/proves/"))


def stand_in(monkeypatch, folder, program):
    """Something else runs in the place of the child that tries a bill; the one that reads it stays."""
    script = folder / "python"
    script.write_text(
        f'#!/bin/sh\nif [ "$2" = findings.trial ]; then exec {sys.executable} -c "{program}"; fi\n'
        f'exec {sys.executable} "$@"\n'
    )
    script.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(script))


def test_a_bill_that_takes_more_memory_than_it_may_is_loaded_all_the_same(visitor, organization, monkeypatch, tmp_path):
    stand_in(
        monkeypatch, tmp_path, "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30,) * 2); bytes(2 << 30)"
    )
    hand_in(visitor, {"bill.csv": BILL})
    upload = work(organization)
    with scope.organization(organization.id):
        kept = BillList.objects.get()
    assert (upload.state, len(upload.load_ids)) == ("DONE", 1)
    assert (kept.told, "within the memory" in kept.message) == ({}, True)


def test_a_bill_of_too_many_lines_is_loaded_and_not_tried(visitor, organization, monkeypatch):
    monkeypatch.setattr("audits.upload_step.MOST_KEPT_BYTES", 100)
    hand_in(visitor, {"bill.csv": BILL})
    assert work(organization).state == "DONE"
    with scope.organization(organization.id):
        assert BillList.objects.get().message.startswith("The bill has too many lines to be tried at once")


def test_the_child_ends_when_time_is_up_or_nobody_waits_any_more(tmp_path, monkeypatch):
    stand_in(monkeypatch, tmp_path, "import signal; signal.pause()")
    lines = tmp_path / "lines"
    lines.write_bytes(b"")
    span = Span(first=OCTOBER, until=OCTOBER + dt.timedelta(days=31))
    with pytest.raises(TrialFailed, match="not told within 0 seconds"):
        try_lines(lines=lines, span=span, seconds=0.3, on_wait=lambda: None)

    def leave():
        raise KeyError("leaving")

    with pytest.raises(KeyError):
        try_lines(lines=lines, span=span, seconds=60, on_wait=leave)


def test_the_child_holds_itself_to_its_memory(monkeypatch):
    asked = []
    monkeypatch.setattr(trial.resource, "setrlimit", lambda kind, limits: asked.append((kind, limits)))
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({})))
    with pytest.raises(KeyError):
        trial.main()
    assert asked == [(trial.resource.RLIMIT_AS, (2 << 30, 2 << 30))]


def test_an_empty_action_list_leads_to_the_files_of_a_bill(visitor):
    assert 'href="/bills/upload/"' in visitor.get("/findings/").content.decode()


def test_web_cannot_write_a_list(organization, kept):
    with (
        scope.organization(organization.id),
        acting_as("cf_web"),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        BillList.objects.filter(id=kept.id).update(message="x")

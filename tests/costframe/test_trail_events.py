"""What is told in the activity trail, by whom, and with which words. Connections' own lines: see their operations."""

from __future__ import annotations

import dataclasses
import os
import uuid
from hashlib import sha256

import pytest

from audits import collect, nights, operations
from audits.models import Audit, Schedule
from connections.models import AccessCheck, Confirmation, SealedCredential
from connections.provider import AccessReport
from connections.seal import Binding, seal
from connections.unseal import CannotUnseal, KeyDirectory
from costframe import checking
from costframe.deletion import delete_connection
from findings.models import Finding
from tenants import scope
from tenants.models import Activity
from tests.conftest import AT
from tests.database import acting_as
from tests.findings.rows import DAY, UNATTACHED, judged_audit, load_bill, make_connection
from tests.web import Visitor

PROCESS = f"worker host-1, process {os.getpid()}"


@pytest.fixture
def shop(organization, settings):
    settings.WORKER_NAME = "host-1"
    with scope.organization(organization.id):
        yield make_connection()


def told(*verbs):
    """(actor, verb, subject, detail) of the lines with these verbs, in order; of all of them where none are named."""
    lines = Activity.objects.order_by("at", "verb", "subject_id")
    lines = lines.filter(verb__in=verbs) if verbs else lines
    return list(lines.values_list("actor", "verb", "subject_id", "detail"))


def test_an_audit_that_was_requested_and_stopped(shop):
    audit = operations.request_audit(connection=shop, by="Ada", at=AT)
    operations.request_stop(audit=audit, by="Bo", at=AT + DAY)
    assert told() == [
        ("Ada", "audit.requested", audit.id, {"connection": "Shop"}),
        ("Bo", "audit.stop_requested", audit.id, {"connection": "Shop"}),
    ]


def test_the_nightly_plan_is_told_as_who_asked(shop):
    with acting_as("cf_worker"):
        schedule = Schedule.objects.create(connection=shop, due_at=AT)
        audit = nights.begin_night(schedule_id=schedule.id, at=AT)
        assert nights.begin_night(schedule_id=schedule.id, at=AT) is None
    assert told() == [
        ("the nightly plan", "audit.requested", audit.id, {"connection": "Shop", "night": "2026-11-20"}),
    ]


@pytest.mark.parametrize(
    ("refusals", "outcome", "count"), [((), "PASSED", "0"), ((("role_arn", "Planted sentence."),), "REFUSED", "1")]
)
def test_what_an_access_check_came_to(shop, refusals, outcome, count):
    asked = AccessCheck.objects.create(connection=shop, generation=0, requested_at=AT, due_at=AT)
    with acting_as("cf_worker"):
        check = AccessCheck.take(asked.id, at=AT, seconds=60)
        for _ in range(2):  # the second time its claim is settled, and it is not told again
            checking.write(check, AccessReport(account_id=None, refusals=refusals), None)
    detail = {"connection": "Shop", "outcome": outcome, "refusals": count, "submission": "0"}
    assert told() == [(PROCESS, "connection.checked", shop.id, detail)]


@pytest.fixture
def sealed(shop, settings, tmp_path):
    """The shop's credential, which this process can open."""
    keys = KeyDirectory(tmp_path / "keys")
    settings.SEALING_KEY_DIR, settings.SEALING_KEY_PASSPHRASE = str(keys.path), ""
    binding = Binding(
        organization_id=shop.organization_id, connection_id=shop.id, provider="aws", generation=shop.generation
    )
    made = seal({"role_arn": "planted-arn"}, public_key=keys.make().public_key, binding=binding)
    with acting_as("cf_worker"):
        Confirmation.objects.create(
            connection=shop, account_id="1", digest=sha256(made.blob).hexdigest(), confirmed_at=AT
        )
    return SealedCredential.objects.create(
        connection=shop, generation=shop.generation, key_id=made.key_id, blob=made.blob, created_at=AT
    )


def open_for(shop, kind, number):
    with acting_as("cf_worker"):
        return collect.open_credential(
            organization_id=shop.organization_id,
            connection=shop,
            purpose=collect.Purpose(kind=kind, id=uuid.UUID(int=number)),
            at=AT,
        )


def test_opening_a_credential_is_told_once_for_each_audit_or_check_that_a_process_opens_it_for(shop, sealed):
    for kind, number in (("audit", 1), ("audit", 1), ("access check", 2)):
        assert open_for(shop, kind, number).secret == {"role_arn": "planted-arn"}
    detail = {"connection": "Shop", "submission": "0", "key": sealed.key_id}
    assert sorted(told(), key=str) == [
        (PROCESS, "credential.opened", shop.id, {**detail, "for": f"access check 00000000-0000-0000-0000-{2:012d}"}),
        (PROCESS, "credential.opened", shop.id, {**detail, "for": f"audit 00000000-0000-0000-0000-{1:012d}"}),
    ]


def test_another_process_that_opens_it_is_told_too(shop, sealed, monkeypatch):
    open_for(shop, "audit", 1)
    monkeypatch.setattr("tenants.activity.os.getpid", lambda: 1)
    open_for(shop, "audit", 1)
    assert {actor for actor, *_ in told()} == {PROCESS, "worker host-1, process 1"}


def test_what_cannot_be_told_is_not_opened(shop, sealed, monkeypatch):
    def fail(**_):
        raise RuntimeError("the trail is away")

    monkeypatch.setattr("audits.collect.activity.book_once", fail)
    monkeypatch.setattr("audits.collect.unseal", lambda *_, **__: pytest.fail("opened"))
    with pytest.raises(RuntimeError, match="the trail is away"):
        open_for(shop, "audit", 1)


def test_a_credential_is_opened_when_its_line_is_written_and_never_before(shop, sealed, monkeypatch):
    seen = []
    monkeypatch.setattr("audits.collect.unseal", lambda *_, **__: seen.extend(told()) or {})
    open_for(shop, "audit", 1)
    assert [verb for _, verb, *_ in seen] == ["credential.opened"]


def test_a_credential_that_was_never_confirmed_is_not_told_to_be_opened_for_an_audit(shop, sealed):
    with acting_as("cf_worker"):
        Confirmation.objects.update(digest="another")
    with pytest.raises(CannotUnseal, match="not the one that was tried"):
        open_for(shop, "audit", 1)
    assert told() == []
    open_for(shop, "access check", 2)
    assert [verb for _, verb, *_ in told()] == ["credential.opened"]


def test_where_there_is_no_credential_none_is_told_to_be_opened(shop):
    with pytest.raises(CannotUnseal):
        open_for(shop, "audit", 1)
    assert told() == []


ATTACHED_NOW = {"detached_at": None, "state": "in-use", "attached_to": ("i-9",)}


def test_a_finding_that_opens_is_resolved_and_comes_again(shop):

    days = [AT + number * DAY for number in range(4)]
    with acting_as("cf_worker"):
        audits = [
            judged_audit(shop, UNATTACHED, at=days[0]),
            judged_audit(shop, UNATTACHED, at=days[1]),
            judged_audit(shop, dataclasses.replace(UNATTACHED, **ATTACHED_NOW), at=days[2]),
            judged_audit(shop, dataclasses.replace(UNATTACHED, detached_at=AT - 40 * DAY), at=days[3]),
        ]
    finding = Finding.objects.get()
    what = {"rule": "aws_ebs_volume_unattached", "resource": "vol-1"}
    assert told() == [
        (
            "Costframe's rules",
            "finding.opened",
            finding.id,
            {**what, "from": "none", "to": "OPEN", "audit": str(audits[0].id)},
        ),
        (
            "Costframe's rules",
            "finding.resolved",
            finding.id,
            {**what, "from": "OPEN", "to": "RESOLVED", "why": "NOT_WASTEFUL", "audit": str(audits[2].id)},
        ),
        (
            "Costframe's rules",
            "finding.reopened",
            finding.id,
            {**what, "from": "RESOLVED", "to": "OPEN", "audit": str(audits[3].id)},
        ),
    ]


def test_a_finding_whose_resource_is_gone(shop):
    with acting_as("cf_worker"):
        judged_audit(shop, UNATTACHED)
        judged_audit(shop, at=AT + DAY)
    ((_, _, _, detail),) = told("finding.resolved")
    assert detail["why"] == "RESOURCE_GONE"


def test_a_connection_that_is_deleted_with_what_goes_with_it(shop, sealed):
    with acting_as("cf_worker"):
        judged_audit(shop, UNATTACHED)
        Audit.objects.create(connection=shop, state="RUNNING", requested_by="x", requested_at=AT, due_at=AT)
    assert delete_connection(connection=shop, by="Ada", at=AT + DAY)
    assert [(actor, verb) for actor, verb, *_ in told()][1:] == [
        ("Ada", "audit.stop_requested"),
        ("Ada", "connection.deleted"),
        ("Ada", "finding.resolved"),
    ]
    ((_, _, _, deleted),) = told("connection.deleted")
    ((_, _, _, resolved),) = told("finding.resolved")
    assert deleted == {"connection": "Shop", "credentials purged": "1"}
    assert (resolved["from"], resolved["to"], resolved["why"]) == ("OPEN", "RESOLVED", "CONNECTION_DELETED")


@pytest.fixture
def finding(shop):
    with acting_as("cf_worker"):
        judged_audit(shop, UNATTACHED)
    return Finding.objects.get()


def asked(visitor, path, **extra):
    answer = visitor.get(path, **extra)
    assert answer.status_code == 200, answer
    return answer


def test_an_export_of_the_list_with_its_filters(finding, provider_key, organization):
    asked(Visitor(), "/findings/actions.csv?region=eu-west-1")
    ((actor, _, subject, detail),) = told("export.csv")
    assert (actor, subject) == ("Ada (user_ada)", None)
    assert detail == {"rows": "1", "filters": "region=eu-west-1&state=OPEN"}


def test_an_export_of_evidence(finding, provider_key):
    asked(Visitor(), f"/findings/{finding.id}/evidence.json")
    ((actor, _, subject, detail),) = told("export.evidence")
    assert (actor, subject) == ("Ada (user_ada)", finding.id)
    assert detail == {"rule": "aws_ebs_volume_unattached", "resource": "vol-1"}


def test_an_export_of_costs_with_what_was_asked_for(shop, provider_key):
    asked(Visitor(), "/costs/costs.csv?by=account&region=eu-west-1")
    ((actor, _, subject, detail),) = told("export.costs")
    assert (actor, subject) == ("Ada (user_ada)", None)
    assert detail == {"rows": "0", "filters": "by=account&region=eu-west-1"}


def test_an_export_of_a_bill(shop, provider_key):
    with acting_as("cf_worker"):
        found = load_bill(shop)
    asked(Visitor(), f"/bills/{found.id}/focus.csv.gz")
    ((actor, _, subject, detail),) = told("export.focus")
    assert (actor, subject) == ("Ada (user_ada)", found.id)
    assert detail == {"rows": "0", "month": f"{found.billing_period:%Y-%m}"}


def test_an_export_that_is_refused_is_not_told(finding, provider_key):
    assert Visitor().get("/findings/actions.csv?region=nowhere").status_code == 400
    assert told("export.csv") == []


def test_pausing_and_resuming(shop, provider_key):
    visitor = Visitor()
    for what in ("pause", "resume"):
        assert visitor.post(f"/connections/{shop.id}/{what}/").status_code == 302
    assert sorted(told("connection.paused", "connection.resumed"), key=str) == [
        ("Ada (user_ada)", "connection.paused", shop.id, {"connection": "Shop"}),
        ("Ada (user_ada)", "connection.resumed", shop.id, {"connection": "Shop"}),
    ]


def signed_in():
    return [detail for _, _, _, detail in told("person.signed_in")]


def test_a_sign_in_is_told_once_a_session_whatever_is_asked_for(shop, provider_key):
    visitor = Visitor(sid="sess_1")
    for path in ("/findings/", "/connections/", "/audits/"):
        asked(visitor, path)
    asked(Visitor(sid="sess_1"), "/findings/")  # as another process, which does not know
    assert signed_in() == [{"role": "engineer", "session": "sess_1"}]
    asked(Visitor(sid="sess_2"), "/findings/")
    assert len(signed_in()) == 2


def test_a_sign_in_is_told_in_each_organisation_of_the_session(organization, other_organization, provider_key):
    asked(Visitor(sid="sess_1"), "/findings/")
    asked(Visitor(sid="sess_1", organization="org_contoso"), "/findings/")
    for one in (organization, other_organization):
        with scope.organization(one.id):
            assert len(signed_in()) == 1


def test_whoever_acts_as_somebody_else_is_told_with_the_session(shop, provider_key):
    asked(Visitor(sid="sess_1", act={"sub": "user_support"}), "/findings/")
    assert signed_in() == [
        {"role": "engineer", "session": "sess_1", "by somebody acting as them": "user_support"},
    ]


def test_a_sign_in_is_told_even_where_the_page_fails(shop, provider_key, settings):
    settings.ROOT_URLCONF = "tests.tenants.odd_urls"
    visitor = Visitor(sid="sess_1")
    visitor.raise_request_exception = False
    assert visitor.get("/odd/raises/failure/").status_code == 500
    assert len(signed_in()) == 1


def test_a_refused_token_signs_nobody_in(shop, provider_key):
    assert Visitor(sid="sess_1", age=300).get("/findings/").status_code == 307
    assert signed_in() == []

"""An organisation's own thresholds: kept with a note, counted from the next judging on, told beside each finding."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from findings import registry, thresholds
from findings.models import Finding, RuleSettings, ThresholdPreview, Verdict
from findings.operations import judge, price_again
from tenants import scope
from tenants.models import Activity
from tests.database import acting_as
from tests.findings.rows import (
    AT,
    DAY,
    IDLE,
    UNATTACHED,
    bill,
    judged_audit,
    load_bill,
    make_audit,
    make_connection,
    see,
    use,
)
from tests.findings.test_views import text_of
from tests.tenants.planted import work_out
from tests.web import Visitor

RULE = registry.rule("aws_ebs_volume_unattached")
IDLE_RULE = registry.rule("aws_ec2_instance_idle")
RULE_URL = "/findings/rules/aws_ebs_volume_unattached/"


def previewed(days=60, *, rule=RULE, **values):
    """A preview that a worker has worked out, in the open scope."""
    values = values or {"unattached_days": days}
    preview = thresholds.request_preview(rule=rule, values=values, by="Ada", at=timezone.now())
    with acting_as("cf_worker"):
        ThresholdPreview.objects.filter(id=preview.id).update(state="DONE", due_at=None)
    preview.refresh_from_db()
    return preview


def set_to(days=60, *, rule=RULE, note="Our disks wait two months", at=None, **values):
    preview = previewed(days, rule=rule, **values)
    return thresholds.keep(preview=preview, rule=rule, note=note, by="Ada", at=at or timezone.now())


@pytest.fixture
def shop(organization):
    with scope.organization(organization.id):
        yield make_connection()


def judged(shop, *things, at=AT):
    with acting_as("cf_worker"):
        return judged_audit(shop, *things, at=at)


def outcome(rule=RULE):
    return Verdict.objects.get(rule_id=rule.id).outcome


def test_the_next_judging_goes_by_the_newest_settings_and_whatever_calls_it(shop):
    judged(shop, UNATTACHED)
    assert outcome() == "WASTE"
    set_to(60)
    judged(shop, UNATTACHED, at=AT + DAY)
    assert (outcome(), Finding.objects.get().state) == ("FINE", "RESOLVED")
    set_to(30)
    judged(shop, UNATTACHED, at=AT + 2 * DAY)
    assert (outcome(), Finding.objects.get().state) == ("WASTE", "OPEN")
    assert Finding.objects.get().evidence["rule"]["settings"] == {"unattached_days": 30}


def test_pricing_again_goes_by_the_newest_settings_too(shop):
    judged(shop, UNATTACHED)
    before = Finding.objects.get()
    set_to(20)
    with acting_as("cf_worker"):
        price_again(connection_id=shop.id, at=timezone.now())
    after = Finding.objects.get()
    assert before.evidence["rule"]["settings"] == {"unattached_days": 14}
    assert after.evidence["rule"]["settings"] == {"unattached_days": 20}


def test_a_longer_window_without_its_history_is_unknown_and_leaves_the_finding_alone(shop):
    def look(at):
        with acting_as("cf_worker"):
            audit = make_audit(shop, at=at)
            [machine] = see(audit, IDLE)
            use(machine, days=14, until=at.date())
            judge(audit=audit, at=at)
            audit.state = "DONE"
            audit.save()

    look(AT)
    assert outcome(IDLE_RULE) == "WASTE"
    set_to(rule=IDLE_RULE, idle_days=30)
    look(AT + DAY)
    assert (outcome(IDLE_RULE), Finding.objects.get().state) == ("UNKNOWN", "OPEN")


def test_another_organisations_settings_change_nothing_here(organization, other_organization):
    with scope.organization(other_organization.id):
        set_to(60, note="Contoso's own")
    with scope.organization(organization.id):
        assert thresholds.of_rule(RULE) == ()
        assert thresholds.in_force() == {}
        judged(make_connection(), UNATTACHED)
        assert outcome() == "WASTE"


def test_what_lies_in_the_table_and_cannot_be_used_leaves_the_default(shop):
    preview = previewed(60)
    RuleSettings.objects.create(
        rule_id=RULE.id, number=1, values={"unattached_days": -(10**12), "other": 1}, note="forged", by="x", at=AT,
        preview=preview,
    )  # fmt: skip
    RuleSettings.objects.create(
        rule_id="no_such_rule", number=1, values={"a": 1}, note="forged", by="x", at=AT, preview_id=previewed(50).id
    )
    assert thresholds.in_force() == {RULE.id: {}}
    judged(shop, UNATTACHED)
    assert outcome() == "WASTE"


@pytest.mark.parametrize("role", ["cf_web", "cf_worker"])
def test_settings_are_append_only_for_everybody(shop, role):
    set_to(60)
    for change in (lambda: RuleSettings.objects.update(note="x"), lambda: RuleSettings.objects.all().delete()):
        with acting_as(role), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()


def test_a_worker_sets_no_thresholds_and_web_writes_no_effect(shop):
    preview = previewed(60)
    with acting_as("cf_worker"), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        RuleSettings.objects.create(rule_id=RULE.id, number=1, values={}, note="x", by="x", at=AT, preview=preview)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ThresholdPreview.objects.update(effect={"into": 1})


def test_a_note_is_demanded_by_the_table_and_a_preview_is_kept_once(shop):
    kept = set_to(60)
    row = {"rule_id": RULE.id, "values": {}, "by": "x", "at": AT}
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSettings.objects.create(number=2, note="", preview=previewed(50), **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSettings.objects.create(number=2, note="x", preview_id=kept.preview_id, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSettings.objects.create(number=1, note="x", preview=previewed(40), **row)


def test_what_was_previewed_against_older_thresholds_is_not_kept(shop):
    first, second = previewed(60), previewed(70)
    thresholds.keep(preview=first, rule=RULE, note="n", by="Ada", at=AT)
    with pytest.raises(thresholds.Overtaken):
        thresholds.keep(preview=second, rule=RULE, note="n", by="Ada", at=AT)
    with pytest.raises(thresholds.NotPreviewed):
        thresholds.keep(preview=first, rule=RULE, note="n", by="Ada", at=AT)
    assert RuleSettings.objects.count() == 1


def test_so_many_previews_are_taken_and_no_more(shop):
    for days in range(20, 20 + thresholds.MOST_UNDER_WAY):
        thresholds.request_preview(rule=RULE, values={"unattached_days": days}, by="Ada", at=AT)
    with pytest.raises(thresholds.TooManyPreviews):
        thresholds.request_preview(rule=RULE, values={"unattached_days": 50}, by="Ada", at=AT)
    with pytest.raises(thresholds.NothingChanges):
        thresholds.request_preview(rule=RULE, values={"unattached_days": 14}, by="Ada", at=AT)


def test_the_findings_page_names_the_thresholds_that_counted_since_when_and_why(shop, organization, provider_key):
    judged(shop, UNATTACHED)
    page = reverse("findings:finding", args=[Finding.objects.get().id])
    assert "Thresholds The rule's defaults Rule" in text_of(Visitor().get(page))
    set_to(20, note="Three weeks are enough", at=AT + dt.timedelta(hours=1))
    shown = text_of(Visitor().get(page))
    assert "The rule's defaults Changed since, on 2026-11-20: “Three weeks are enough”" in shown
    judged(shop, UNATTACHED, at=AT + DAY)
    shown = text_of(Visitor().get(page))
    assert "Your organisation's since 2026-11-20, by Ada: “Three weeks are enough”" in shown
    assert "Changed since" not in shown
    set_to(25, note="Four", at=AT + 2 * DAY)
    shown = text_of(Visitor().get(page))
    assert "“Three weeks are enough” Changed since, on 2026-11-22: “Four”" in shown


def test_the_rules_page_has_criterion_thresholds_needs_findings_and_money(shop, organization, provider_key):
    with acting_as("cf_worker"):
        bill(load_bill(shop), "vol-1", "0.25")
    judged(shop, UNATTACHED)
    set_to(20, note="Three weeks are enough")
    shown = text_of(Visitor().get(RULE_URL))
    for expected in (
        "An EBS volume that no instance has used", "Unattached days 20 Changed default 14", "ec2:DescribeVolumes",
        "Open findings 1", "7.61 USD", "1 wasteful", "“Three weeks are enough” unattached days 14 to 20",
        "A whole number from 1 to 3,650; the rule's default is 14.",
    ):  # fmt: skip
        assert expected in shown, expected
    assert "cloudwatch:GetMetricData" in text_of(Visitor().get("/findings/rules/aws_ec2_instance_idle/"))
    listed = text_of(Visitor().get("/findings/rules/"))
    assert "Changed unattached days: 20" in listed
    assert "7.61 USD" in listed


def test_a_bad_value_is_named_with_its_field_and_the_remedy_and_nothing_is_asked_for(visitor, organization):
    answer = visitor.post(RULE_URL, {"unattached_days": "-14"})
    assert answer.status_code == 422
    assert "Unattached days : “-14” is no whole number that can be used: write digits alone, as in 14." in text_of(
        answer
    )
    for data in ({}, {"unattached_days": "14"}, {"unattached_days": "9" * 5000}, {"unattached_days": "3651"}):
        assert visitor.post(RULE_URL, data).status_code == 422
    with scope.organization(organization.id):
        assert not ThresholdPreview.objects.exists()


def test_asking_previewing_and_keeping_with_a_note(visitor, organization):
    answer = visitor.post(RULE_URL, {"unattached_days": "60"})
    assert answer.status_code == 302
    page = answer["Location"]
    assert "waiting for a worker" in text_of(visitor.get(page))
    assert visitor.poll(page).status_code == 200
    assert visitor.post(f"{page}keep/", {"note": "too early"}).status_code == 409
    with scope.organization(organization.id), acting_as("cf_worker"):
        ThresholdPreview.objects.update(state="DONE", due_at=None)
    assert visitor.poll(page).status_code == 286
    assert visitor.post(f"{page}keep/", {"note": " \x00 \n"}).status_code == 422
    assert visitor.post(f"{page}keep/", {"note": "\u200b"}).status_code == 422
    assert visitor.post(f"{page}keep/", {"note": "x" * 501}).status_code == 422
    assert visitor.post(f"{page}keep/", {"note": "Disks <b>wait</b>"}).status_code == 302
    assert visitor.post(f"{page}keep/", {"note": "again"}).status_code == 409
    with scope.organization(organization.id):
        kept = RuleSettings.objects.get()
        line = Activity.objects.get(verb="rule.thresholds_changed")
    assert (kept.values, kept.note, kept.number) == ({"unattached_days": 60}, "Disks <b>wait</b>", 1)
    assert line.detail == {"rule": RULE.id, "note": "Disks <b>wait</b>", "unattached days": "14 to 60"}
    assert b"<b>wait</b>" not in visitor.get(RULE_URL).content
    assert "changed the thresholds of a rule" in text_of(visitor.get("/activity/"))


@pytest.mark.parametrize(("because", "headings"), [("", "Where Saves a month"), ("In use.", "Where Why Saves a month")])
def test_a_preview_has_reasons_where_verdicts_give_any(visitor, organization, because, headings):
    page = visitor.post(RULE_URL, {"unattached_days": "60"})["Location"]
    with scope.organization(organization.id), acting_as("cf_worker"):
        work_out(preview := ThresholdPreview.objects.get(), "vol")
        preview.effect["rows"][0]["because"] = because
        preview.save(update_fields=["effect"])
    assert headings in text_of(visitor.get(page))


def test_another_organisations_preview_is_as_a_random_one(visitor, stranger, organization):
    with scope.organization(organization.id):
        preview = previewed(60)
    for made in (preview.id, uuid4()):
        url = reverse("findings:preview", args=[made])
        assert stranger.get(url).status_code == 404
        assert stranger.post(f"{url}keep/", {"note": "theirs"}).status_code == 404
    with scope.organization(organization.id):
        assert not RuleSettings.objects.exists()
    assert "Unattached days 14" in text_of(stranger.get(RULE_URL))


@pytest.mark.parametrize("role", ["viewer", "finance"])
def test_a_role_that_may_not_sees_the_rule_and_changes_nothing(role, organization, provider_key):
    with scope.organization(organization.id):
        preview = previewed(60)
    person, page = Visitor(role=role), reverse("findings:preview", args=[preview.id])
    assert '<form method="post" class="form"' not in person.get(RULE_URL).content.decode()
    assert person.get(page).status_code == 200
    assert person.post(RULE_URL, {"unattached_days": "70"}).status_code == 403
    assert person.post(f"{page}keep/", {"note": "mine"}).status_code == 403
    with scope.organization(organization.id):
        assert (RuleSettings.objects.count(), ThresholdPreview.objects.count()) == (0, 1)


def test_a_rule_that_is_not_there_is_no_page(visitor):
    assert visitor.get("/findings/rules/no_such_rule/").status_code == 404
    assert visitor.get("/findings/rules/bill_address_idle/").status_code == 404


def test_a_rule_without_thresholds_says_so(visitor, organization):
    shown = text_of(visitor.get("/findings/rules/aws_vpc_address_unassociated/"))
    assert "It has no thresholds" in shown
    assert "Try other thresholds" not in shown

"""The pages of findings, asked for through every wall."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import json
import re
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from django.urls import reverse

from audits.models import Usage
from findings.frozen import hash_of
from findings.models import Finding
from findings.operations import judge
from findings.registry import RULES
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import (
    ADDRESS,
    AT,
    DAY,
    IDLE,
    ORPHAN,
    UNATTACHED,
    bill,
    hide,
    judged_audit,
    load_bill,
    make_audit,
    make_connection,
    see,
    use,
)
from tests.tenants.tokens import ISSUER, private_key, token


@pytest.fixture
def visit(settings):
    """Ask for a page as a member of an organisation: visit(organization, url)."""
    pem = private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    settings.CLERK_JWKS_PEM, settings.CLERK_ISSUER = pem.decode(), ISSUER
    client = Client(headers={"host": "app.localhost:8000"})

    def ask(organization, url, **query):
        now = int(dt.datetime.now(dt.UTC).timestamp())
        bearer = token(
            azp="http://app.localhost:8000", iat=now - 5, nbf=now - 15, exp=now + 55,
            o={"id": organization.clerk_id, "slg": organization.name, "rol": "engineer"},
        )  # fmt: skip
        return client.get(url, query, headers={"authorization": f"Bearer {bearer}"})

    return ask


@pytest.fixture
def full(organization):
    """Northwind after an audit: a priced volume, an idle machine whose metrics have a hole, and one without a price."""
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            load = load_bill(shop)
            bill(load, "vol-1", "0.25")
            bill(load, "i-1", "2.30", usage_type="BoxUsage:m5.large", quantity="24", unit="Hrs", commitment="arn:sp")
            bill(load, "vol-1", "-0.10", usage_type="", category="Credit")
            bill(load, ADDRESS.resource_id, "0.12", currency="EUR", usage_type="PublicIPv4:IdleAddress")
            audit = make_audit(shop)
            _, machine, *_ = see(audit, UNATTACHED, IDLE, ADDRESS, ORPHAN)
            use(machine, days=30)
            Usage.objects.filter(metric="CPUUtilization").update(values=[1.5] * 5 + [None, None] + [2.0] * 23)
            judge(audit=audit, at=AT)
            audit.state = "DONE"
            audit.save()
    return organization


def finding_of(organization, rule_id="aws_ebs_volume_unattached") -> Finding:
    with scope.organization(organization.id):
        return Finding.objects.get(rule_id=rule_id)


def text_of(response) -> str:
    """What a reader reads: without tags, spaces as one."""
    body = re.sub(r"<(script|style|svg).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_list_shows_each_finding_with_its_saving_and_totals_by_currency(full, visit):
    response = visit(full, reverse("findings:list"))
    shown = text_of(response)
    assert response.status_code == 200
    for expected in (
        "7.61 USD", "3.65 EUR", "unknown", "70.01 frees a commitment", "EBS volume attached to nothing", "vol-1",
        "No price", "Saving a month, USD", "Saving a month, EUR", "4 findings", "Shop 111111111111",
    ):  # fmt: skip
        assert expected in shown


def test_only_the_sorted_column_says_how_it_is_sorted(full, visit):
    body = visit(full, reverse("findings:list"), sort="-age").content.decode()
    assert '<input type="hidden" name="sort" value="-age">' in body, "what is shown next keeps the order"
    assert re.findall(r'aria-sort="(\w+)"><a href="([^"]+)">(\w+)', body) == [
        ("ascending", "?state=OPEN&amp;sort=age", "Age")
    ]


def test_a_page_leads_to_the_next_and_back_with_the_same_filter(full, visit, monkeypatch):
    monkeypatch.setattr("findings.views.PAGE_SIZE", 1)
    url, seen = reverse("findings:list") + "?region=eu-west-1", []
    while url:
        response = visit(full, url)
        body = response.content.decode()
        seen += re.findall(rf'{reverse("findings:list")}([0-9a-f-]{{36}})/"', body)
        [following] = re.findall(r'href="(\?[^"]+)" rel="next"', body) or [""]
        assert not following or "region=eu-west-1" in following
        url = reverse("findings:list") + html.unescape(following) if following else ""
    assert len(seen) == len(set(seen)) == 4
    assert 'rel="prev"' in body


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"region": "mars-1"}, "Region: mars-1 is not there to choose."),
        ({"sort": "colour"}, "Sort: colour is not there to choose."),
        ({"after": "nonsense"}, "Page: this place is not in the list."),
        ({"q": "\0"}, "Name or id begins with:   holds a character that is in no text."),
        ({"confidence": "<script>alert(1)</script>"}, "Confidence: <script>alert(1)</script> is not there to choose."),
    ],
)
def test_a_bad_value_gets_a_sentence_with_field_and_value_and_the_rest_of_the_page(full, visit, query, sentence):
    response = visit(full, reverse("findings:list"), **query)
    assert response.status_code == 200
    assert sentence in html.unescape(response.content.decode())
    assert "<script>alert" not in response.content.decode()
    for described in re.findall('aria-describedby="([^"]+)"', response.content.decode()):
        assert f'<li id="{described}">' in response.content.decode()
    assert "7.61" in text_of(response)


def test_three_empty_lists_say_three_things(organization, visit):
    url = reverse("findings:list")
    assert "No audit has ended yet." in text_of(visit(organization, url))
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            audit = judged_audit(shop)
    assert "All in order." in text_of(visit(organization, url))
    with scope.organization(organization.id), acting_as("cf_worker"):
        hide(audit)
    assert "not everything could be read" in text_of(visit(organization, url))
    assert "ec2:DescribeVolumes" in text_of(visit(organization, url))
    assert "No finding is like that." in text_of(visit(organization, url, q="x"))


def test_the_csv_holds_exactly_what_is_filtered(full, visit):
    response = visit(full, reverse("findings:csv"), currency="EUR")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert len(lines) == 2
    assert ",EUR,3.6525," in lines[1]
    assert len(visit(full, reverse("findings:csv")).content.decode().splitlines()) == 5


def test_a_csv_of_a_bad_filter_is_refused_by_name(full, visit):
    response = visit(full, reverse("findings:csv"), region="mars-1")
    assert (response.status_code, response.content.decode()) == (400, "Region: mars-1 is not there to choose.")


def test_a_name_that_is_a_formula_is_disarmed_in_the_csv(organization, visit):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            judged_audit(shop, dataclasses.replace(UNATTACHED, name='=HYPERLINK("http://evil")'))
    assert "\"'=HYPERLINK" in visit(organization, reverse("findings:csv")).content.decode()


def test_a_finding_shows_checks_bill_sum_and_action(full, visit):
    finding = finding_of(full)
    shown = text_of(visit(full, reverse("findings:finding", args=[finding.id])))
    for expected in (
        "30 lines left out", "-0.1", "100 GiB attached to nothing for 40 days", "Verified", "Holds", "30 charges for usage", "INV-1",
        "Complete billed days from 2026-10-21 to 2026-11-19, days in UTC", "0.25",
        "Divided by its complete billed days 30 days", "Saving a month that counts 7.609375 USD",
        "aws ec2 delete-volume --region eu-west-1 --volume-id vol-1", "Costframe only reads; it never runs this.",
        "Create a volume from the snapshot.", finding.evidence_hash, "Unattached days 14",
    ):  # fmt: skip
        assert expected in shown


def test_a_finding_shows_the_discounts_that_its_charges_are_less(organization, visit):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            load = load_bill(shop)
            for cost in ("0.35", "-0.10"):
                bill(load, "vol-1", cost)
            judged_audit(shop, UNATTACHED)
    shown = text_of(visit(organization, reverse("findings:finding", args=[finding_of(organization).id])))
    assert "30 discounts on lines of their own, by which the effective costs above are less" in shown
    assert "lines left out" not in shown
    assert "0.25 0.35" in shown, "of a charge what it cost in effect, and what it was billed at"
    assert "-0.1 -0.1" in shown


def test_a_finding_shows_how_sure_it_is_by_parts_and_which_traps_were_checked(full, visit):
    finding = finding_of(full)
    shown = text_of(visit(full, reverse("findings:finding", args=[finding.id])))
    for expected in (
        "How sure it is: 100 of 100", "20 of 20 State age. Its state was read at 2026-11-20 12:00 UTC.",
        "Does not apply History complete. The rule needs no usage.", "15 of 15 Traps checked. 6 of 6 traps ruled out.",
        "Ruled out Keep tag. No tag asks to keep it.",
    ):  # fmt: skip
        assert expected in shown
    address = finding_of(full, "aws_vpc_address_unassociated")
    shown = text_of(visit(full, reverse("findings:finding", args=[address.id])))
    assert "Ruled out Recent launch. Made 400 days ago." in shown


def test_the_list_and_its_file_have_the_points(full, visit):
    assert "Verified 100 of 100" in text_of(visit(full, reverse("findings:list"), sort="confidence"))
    header, *lines = visit(full, reverse("findings:csv"), points="100", sort="confidence").content.decode().splitlines()
    place = header.split(",").index("confidence_points")
    assert lines
    assert {line.split(",")[place] for line in lines} == {"100"}


def test_a_finding_frozen_before_there_were_parts_is_still_shown_and_intact(full, visit):
    finding = finding_of(full)
    old = {name: value for name, value in finding.evidence.items() if name not in {"points", "parts", "traps"}}
    old["bill"] = {name: value for name, value in old["bill"].items() if name != "discounts"}
    old["format"] = 1
    with scope.organization(full.id), acting_as("cf_worker"):
        Finding.objects.filter(id=finding.id).update(evidence=old, evidence_hash=hash_of(old), confidence_points=-1)
    shown = text_of(visit(full, reverse("findings:finding", args=[finding.id])))
    assert "This was judged before confidence was worked out by parts: the next audit tells." in shown
    assert "not what was frozen" not in shown
    assert "of 100" not in shown
    listed = text_of(visit(full, reverse("findings:list"), rule=finding.rule_id))
    assert "Verified EBS volume attached to nothing" in listed


def test_the_usage_chart_draws_a_hole_as_a_hole_and_has_a_table(full, visit):
    finding = finding_of(full, "aws_ec2_instance_idle")
    body = visit(full, reverse("findings:finding", args=[finding.id])).content.decode()
    cpu = body[body.index("CPU, highest of the day") :]
    cpu = cpu[: cpu.index("</figure>")]
    assert cpu.count("<polyline") == 2
    assert cpu.count('class="gap"') == 1
    assert 'class="threshold"' in cpu
    assert 'role="img"' in cpu
    assert "the limit is 5 %; no data on 2 of 30 days." in cpu
    assert cpu.count("no data</td>") == 2


def test_what_a_commitment_covers_is_called_so(full, visit):
    finding = finding_of(full, "aws_ec2_instance_idle")
    shown = text_of(visit(full, reverse("findings:finding", args=[finding.id])))
    assert "Of it cash 0.00 USD 70.01 USD frees a commitment for other use" in shown


def test_a_finding_without_a_price_says_why_and_shows_no_zero(full, visit):
    finding = finding_of(full, "aws_ebs_snapshot_orphaned")
    shown = text_of(visit(full, reverse("findings:finding", args=[finding.id])))
    assert "Saves a month unknown Not known, and not counted as 0" in shown
    assert "0.00" not in shown.partition("What did")[0].partition("Where")[0]


def test_a_resolved_finding_says_why(full, visit):
    with scope.organization(full.id), acting_as("cf_worker"):
        judged_audit(Finding.objects.first().connection, at=AT + DAY)
    finding = finding_of(full)
    shown = text_of(visit(full, reverse("findings:finding", args=[finding.id])))
    assert "Resolved 2026-11-21 12:00 UTC: the resource is gone" in shown
    assert "Resolved: the resource is gone" in text_of(visit(full, reverse("findings:list"), state="RESOLVED"))


def test_evidence_that_was_changed_is_not_passed_off_as_frozen(full, visit):
    finding = finding_of(full)
    with scope.organization(full.id), acting_as("cf_worker"):
        finding.evidence["saving"]["monthly"] = "999"
        finding.save(update_fields=["evidence"])
    assert "is not what was frozen" in text_of(visit(full, reverse("findings:finding", args=[finding.id])))


def test_the_downloaded_evidence_has_the_hash_that_anyone_can_compute(full, visit):
    finding = finding_of(full)
    response = visit(full, reverse("findings:evidence", args=[finding.id]))
    document = json.loads(response.content)
    assert hash_of(document["evidence"]) == document["sha256"] == finding.evidence_hash
    assert "attachment" in response["Content-Disposition"]


def test_a_finding_of_a_rule_taken_out_is_still_shown(full, visit):
    finding = finding_of(full)
    with scope.organization(full.id), acting_as("cf_worker"):
        Finding.objects.filter(id=finding.id).update(rule_id="aws_gone_rule")
    assert "aws_gone_rule" in text_of(visit(full, reverse("findings:finding", args=[finding.id])))
    assert "aws_gone_rule" in text_of(visit(full, reverse("findings:list")))


@pytest.mark.parametrize("name", ["finding", "evidence"])
def test_another_organisations_finding_answers_as_one_that_never_was(full, other_organization, visit, name):
    theirs = visit(other_organization, reverse(f"findings:{name}", args=[finding_of(full).id]))
    random = visit(other_organization, reverse(f"findings:{name}", args=[uuid4()]))
    assert theirs.status_code == random.status_code == 404
    # Around it every page has the visitor's own token's end and a fresh word against forgery.
    assert text_of(theirs) == text_of(random) != ""
    assert len(theirs.content) == len(random.content)


def test_another_organisation_sees_none_of_it(full, other_organization, visit):
    for name in ("list", "csv", "rules"):
        response = visit(other_organization, reverse(f"findings:{name}"))
        assert response.status_code == 200
        assert "vol-1" not in response.content.decode()
        assert "eu-west-1" not in response.content.decode()


def test_the_rules_page_names_settings_permissions_and_figures(full, visit):
    shown = text_of(visit(full, reverse("findings:rules")))
    for expected in (
        f"{len(RULES)} rules",
        "Idle EC2 instance",
        "max CPU (%): 5",
        "ec2:DescribeVolumes",
        "cloudwatch:GetMetricData",
        "CPUUtilization.Maximum",
    ):
        assert expected in shown


@pytest.mark.parametrize("count", [2, 30])
def test_the_list_asks_the_same_few_questions_however_long_it_is(
    organization, visit, count, django_assert_max_num_queries
):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            judged_audit(shop, *(dataclasses.replace(UNATTACHED, resource_id=f"vol-{n}") for n in range(count)))
    visit(organization, reverse("findings:rules"))  # a session's first request tells of the sign-in
    with django_assert_max_num_queries(14):
        visit(organization, reverse("findings:list"))


def test_all_questions_are_asked_before_the_template_starts(full, visit, monkeypatch):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from findings import views

    real, asked = views.render, []

    def counted(*arguments, **named):
        with CaptureQueriesContext(connection) as captured:
            answer = real(*arguments, **named)
        asked.append(len(captured))
        return answer

    monkeypatch.setattr(views, "render", counted)
    finding = finding_of(full, "aws_ec2_instance_idle")
    for url in (reverse("findings:list"), reverse("findings:finding", args=[finding.id]), reverse("findings:rules")):
        assert visit(full, url).status_code == 200
    assert asked == [0, 0, 0]

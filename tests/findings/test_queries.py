"""Filters, pages by key, and totals of the action list."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from django.http import QueryDict

from findings.filters import FindingFilter
from findings.models import Finding
from findings.queries import HEAVY, SORTS, account_labels, action_rows, latest_audits, short_id, totals_of, why_empty
from tenants import scope
from tenants.paging import BadCursor, page_of
from tests.database import acting_as
from tests.findings.rows import (
    ACCOUNT,
    ADDRESS,
    AT,
    DAY,
    ORPHAN,
    UNATTACHED,
    bill,
    hide,
    judged_audit,
    load_bill,
    make_audit,
    make_connection,
)


@pytest.fixture
def northwind(organization):
    """Northwind's scope, as web reads it."""
    with scope.organization(organization.id):
        yield organization


@pytest.fixture
def shop(northwind):
    """A connection with a bill in two currencies and twelve findings, one of them without a price."""
    shop = make_connection()
    volumes = [dataclasses.replace(UNATTACHED, resource_id=f"vol-{n}", name=f"disk {n}") for n in range(10)]
    with acting_as("cf_worker"):
        load = load_bill(shop)
        for number, volume in enumerate(volumes):
            bill(load, volume.resource_id, f"0.{number // 3 + 1}", quantity="1")
        bill(load, ADDRESS.resource_id, "0.12", currency="EUR", usage_type="PublicIPv4:IdleAddress")
        judged_audit(shop, *volumes, ADDRESS, ORPHAN)
    return shop


def asked(**query) -> FindingFilter:
    data = QueryDict(mutable=True)
    data.update(query)
    return FindingFilter(data, labels=account_labels())


def walk(rows, sort, size=3) -> list:
    """All ids, page by page forward, checked against the same walk backward."""
    forward, page = [], page_of(rows, sort=sort, size=size)
    assert page.before is None
    while True:
        forward += [row.id for row in page.rows]
        if page.after is None:
            break
        page = page_of(rows, sort=sort, size=size, after=page.after)
    backward = [row.id for row in page.rows]
    while page.before is not None:
        page = page_of(rows, sort=sort, size=size, before=page.before)
        backward = [row.id for row in page.rows] + backward
    assert backward == forward
    return forward


@pytest.mark.parametrize("name", SORTS)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_pages_show_every_finding_once_in_either_direction(shop, name, is_reversed):
    sort = dataclasses.replace(SORTS[name], is_reversed=is_reversed)
    seen = walk(Finding.objects.all(), sort)
    assert len(seen) == len(set(seen)) == 12
    reverse = walk(Finding.objects.all(), dataclasses.replace(sort, is_reversed=not is_reversed))
    assert reverse == seen[::-1]


def test_the_largest_saving_comes_first_inside_each_currency_and_unknown_last(shop):
    rows = [Finding.objects.get(id=one) for one in walk(Finding.objects.all(), SORTS["saving"])]
    assert [row.currency for row in rows] == ["USD"] * 10 + ["EUR"] + [""]
    amounts = [row.estimated_monthly_savings for row in rows[:10]]
    assert amounts == sorted(amounts, reverse=True)
    assert rows[-1].estimated_monthly_savings is None


def test_the_surest_comes_first_and_what_has_no_points_yet_last(shop):
    with acting_as("cf_worker"):
        Finding.objects.filter(provider_resource_id="vol-3").update(confidence_points=-1)
    rows = [Finding.objects.get(id=one) for one in walk(Finding.objects.all(), SORTS["confidence"])]
    points = [row.points for row in action_rows(rows, labels={}, at=AT)]
    assert points[-1] is None
    assert points[:-1] == sorted(points[:-1], reverse=True)
    assert points[0] == 100 > points[-2]


def test_the_next_page_neither_repeats_nor_skips_when_rows_come_in_between(shop):
    sort, rows = SORTS["saving"], Finding.objects.all()
    first = page_of(rows, sort=sort, size=4)
    rest_before = [row.id for row in page_of(rows, sort=sort, size=50, after=first.after).rows]
    with acting_as("cf_worker"):
        Finding.objects.filter(id=first.rows[1].id).update(savings_sort=10**12)
        Finding.objects.filter(id=first.rows[2].id).update(savings_sort=10**12 + 1)
    assert [row.id for row in page_of(rows, sort=sort, size=50, after=first.after).rows] == rest_before


@pytest.mark.parametrize(
    "place",
    ["x", "", "bm90IGpzb24", "WyJhIl0", "W10", "bnVsbA", "WyJVU0QiLCAieCIsICJ5Il0", "WyJcdTAwMDAiLCAiMSIsICJ5Il0", "é"],
)
def test_a_place_that_was_never_given_out_is_refused_and_nothing_else(shop, place):
    if not place:
        assert len(page_of(Finding.objects.all(), sort=SORTS["saving"], size=3, after=place).rows) == 3
        return
    with pytest.raises(BadCursor):
        page_of(Finding.objects.all(), sort=SORTS["saving"], size=3, after=place)


def test_a_page_is_one_question_without_an_offset_and_without_the_evidence(shop, django_assert_num_queries):
    with django_assert_num_queries(1) as asked_of_database:
        page = page_of(Finding.objects.defer(*HEAVY), sort=SORTS["saving"], size=3, after=None)
        page_rows = action_rows(page.rows, labels={}, at=AT)
    assert len(page_rows) == 3
    sql = asked_of_database.captured_queries[0]["sql"]
    assert "OFFSET" not in sql
    assert '"evidence"' not in sql


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 12),
        ({"state": "RESOLVED"}, 0),
        ({"state": ""}, 12),
        ({"confidence": "UNKNOWN"}, 1),
        ({"confidence": "VERIFIED"}, 11),
        ({"rule": "aws_ebs_volume_unattached"}, 10),
        ({"account": ACCOUNT}, 12),
        ({"region": "eu-west-1"}, 12),
        ({"currency": "EUR"}, 1),
        ({"price_unknown": "on"}, 1),
        ({"q": "VOL-"}, 10),
        ({"q": "disk 3"}, 1),
        ({"q": "isk"}, 0),
        ({"q": "snap-"}, 1),
        ({"q": "eipalloc"}, 1),
        ({"q": "100%_"}, 0),
        ({"new": "on"}, 12),
        ({"points": "0"}, 12),
        ({"points": "100"}, 11),
    ],
)
def test_a_filter_keeps(shop, query, count):
    filters = asked(**query)
    assert filters.complaints == []
    assert filters.qs.count() == count


def test_new_means_opened_by_the_latest_audit(shop):
    with acting_as("cf_worker"):
        judged_audit(shop, UNATTACHED, dataclasses.replace(UNATTACHED, resource_id="vol-new"), at=AT + DAY)
    assert [found.provider_resource_id for found in asked(new="on").qs] == ["vol-new"]


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"region": "mars-1"}, "Region: mars-1 is not there to choose."),
        ({"confidence": "SURE"}, "Confidence: SURE is not there to choose."),
        ({"points": "101"}, "Confidence at least: 101 is no whole number from 0 to 100."),
        ({"points": "9.5"}, "Confidence at least: 9.5 is no whole number from 0 to 100."),
        ({"points": "many"}, "Confidence at least: many is no whole number from 0 to 100."),
        ({"state": "GONE"}, "State: GONE is not there to choose."),
        ({"rule": "x' or 1=1"}, "Rule: x' or 1=1 is not there to choose."),
        ({"q": "a\0b"}, "Name or id begins with: a b holds a character that is in no text."),
        (
            {"q": "x" * 300},
            f"Name or id begins with: {'x' * 80}… is longer than 200 characters: write the beginning alone.",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_field(shop, query, complaint):
    filters = asked(**query)
    assert [str(one) for one in filters.complaints] == [complaint]
    assert filters.qs.count() == 12
    assert filters.query == {"state": "OPEN"} if "state" not in query else filters.query == {}


def test_a_state_that_is_none_never_adds_resolved_findings_to_open_ones(shop):
    with acting_as("cf_worker"):
        judged_audit(shop, UNATTACHED, at=AT + DAY)
    assert asked(state="").qs.count() == 12
    assert asked(state="GONE").qs.count() == asked().qs.count() == 1


def test_totals_stand_apart_by_currency_and_leave_out_what_is_not_known(shop):
    totals = totals_of(asked().qs)
    assert [(total.currency, total.count, total.estimated) for total in totals.currencies] == [
        ("USD", 10, 0),
        ("EUR", 1, 0),
    ]
    usd = totals.currencies[0]
    assert usd.monthly == usd.verified == usd.cash == Decimal("30.4375") * Decimal("2.2")
    assert (totals.unknown_count, totals.count) == (1, 12)


def test_the_list_names_the_connection_of_an_account(shop):
    [row] = action_rows(asked(q="disk 3").qs, labels=account_labels(), at=AT + 3 * DAY)
    assert (row.account, row.account_id, row.age_days, row.effort) == ("Shop", ACCOUNT, 3, "Very low")


def test_a_stranger_sees_an_empty_list(organization, other_organization):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            judged_audit(shop, UNATTACHED)
    with scope.organization(other_organization.id):
        assert asked().qs.count() == 0
        assert totals_of(asked().qs).count == 0
        assert why_empty().has_audit is False


def test_an_empty_list_tells_no_audit_from_not_permitted_from_all_in_order(northwind):
    assert why_empty().has_audit is False
    shop, till = make_connection(), make_connection(account_id="222222222222", label="Till")
    with acting_as("cf_worker"):
        make_audit(shop, at=AT - DAY)
        assert why_empty().has_audit is False
        clean = judged_audit(till, at=AT)
    assert (why_empty().has_audit, why_empty().gap_count) == (True, 0)
    with acting_as("cf_worker"):
        hide(clean)
    assert (why_empty().gap_count, why_empty().actions) == (1, ("ec2:DescribeVolumes",))


def test_only_the_latest_audit_of_each_living_connection_counts(northwind):
    shop = make_connection()
    gone = make_connection(account_id="222222222222", label="Gone", state="DELETED")
    with acting_as("cf_worker"):
        judged_audit(shop, at=AT)
        latest = judged_audit(shop, at=AT + DAY)
        judged_audit(gone, at=AT)
    assert [audit.id for audit in latest_audits()] == [latest.id]


@pytest.mark.parametrize(
    ("resource_id", "short"),
    [
        ("vol-1", "vol-1"),
        ("arn:aws:ec2:eu-west-1:1:snapshot/snap-1", "snap-1"),
        ("arn:aws:rds:eu-west-1:1:db:orders", "orders"),
        ("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/front/50dc", "app/front/50dc"),
        ("arn:odd", "odd"),
    ],
)
def test_the_short_id_is_what_a_person_looks_for(resource_id, short):
    assert short_id(resource_id) == short

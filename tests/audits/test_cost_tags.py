"""Costs by tag: each value to the last digit, all values too many as one sum, and what has no such tag."""

import datetime as dt
import json
import re
from decimal import Decimal

import pytest

from audits import focus_process
from audits.models import CostTag, CostTagKey
from tenants import scope
from tests.audits.test_bills import payer  # noqa: F401 - a fixture
from tests.audits.test_cost_page import BILL, NOVEMBER, charge, file_of, loaded, shown  # noqa: F401 - fixtures
from tests.connections.test_views import text
from tests.database import acting_as


def tagged(tags, day=1, cost="1", **more):
    return charge(day, cost, Tags=json.dumps(tags), **more)


TAGGED = [
    tagged({"user:team": "shop", "env": "prod"}, 1, "1.000000000000000000000001", ServiceName="A"),
    tagged({"user:team": "shop"}, 2, "2", ServiceName="B"),
    tagged({"user:team": "data", "env": ""}, 3, "4", ServiceName="A"),
    tagged({}, 4, "8", ServiceName="B"),
    tagged({"env": "prod"}, 5, "16", ServiceName="A"),
    tagged({"user:team": "shop"}, 1, "-0.5", ServiceName="A", ChargeCategory="Credit"),
]


def test_costs_are_added_up_by_the_values_of_a_tag_and_what_has_none(loaded, shown):  # noqa: F811
    loaded(TAGGED)
    page = shown("?by=tag:user:team")
    assert "Tag user:team Effective, USD" in page
    assert "Without this tag, or without a value for it 24.00" in page
    assert "data 4.00" in page
    assert "shop 3.00 3.000000000000000000000001" in page
    assert "Usage and support 31.00 31.000000000000000000000001 Credits -0.50 Total 30.50" in page
    assert "Without this tag, or without a value for it 14.00" in shown("?by=tag:env")


@pytest.mark.parametrize("cost", ["effective", "billed", "list", "contracted"])
@pytest.mark.parametrize("key", ["user:team", "env"])
def test_by_a_tag_the_total_is_the_loads_to_the_last_digit(loaded, visitor, key, cost):  # noqa: F811
    found = loaded([*TAGGED, *BILL])
    rows = file_of(visitor.get(f"/costs/costs.csv?by=tag:{key}&cost={cost}"))
    assert sum(Decimal(row["cost"]) for row in rows) == Decimal(found.totals["USD"][f"{cost}_cost"])
    assert len(rows) > 3


def test_each_row_of_a_tag_leads_to_its_own_charges(loaded, visitor):  # noqa: F811
    loaded([one for one in TAGGED if "ChargeCategory" not in one or one["ChargeCategory"] != "Credit"])
    seen, waiting = set(), ["?by=tag:user:team"]
    while waiting:
        page = visitor.get(f"/costs/{waiting.pop()}").content.decode()
        for url, cost in re.findall(r'<a href="(\?[^"]+)">[^<]*</a></th>\s*<td[^>]*><span>([^<]+)', page):
            address = url.replace("&amp;", "&")
            if address not in seen:
                seen.add(address)
                waiting.append(address)
                assert f"Total {cost}" in text(visitor.get(f"/costs/{address}")), address
    assert {"value=shop" in one for one in seen} == {True, False}
    assert any("tagged=without" in one for one in seen)


def test_what_is_narrowed_to_a_tag_says_so_and_is_drawn(loaded, shown):  # noqa: F811
    loaded(TAGGED)
    page = shown("?tag=user:team&value=shop")
    assert "Only charges tagged user:team = shop." in page
    assert "Total 2.50" in page
    assert "between 0.00 and 2.00, the most on 2026-10-02" in page
    page = shown("?tag=user:team&tagged=without&by=day")
    assert "Only charges without the tag user:team, or without a value for it." in page
    assert "2026-10-04 8.00 2026-10-05 16.00" in page
    assert "between 0.00 and 16.00, the most on 2026-10-05" in page


def test_values_too_many_to_keep_are_one_sum_that_makes_the_total_whole(loaded, shown, monkeypatch):  # noqa: F811
    monkeypatch.setattr(focus_process, "MOST_TAG_VALUES", 2)
    loaded([tagged({"name": f"host-{number}"}, 1, str(number)) for number in range(1, 6)])
    page = shown("?by=tag:name")
    assert "Other values, kept as one sum 6.00" in page
    assert "host-5 5.00" in page
    assert "host-3" not in page
    assert "Total 15.00" in page
    assert "The tag name has 3 values more in a bill, which are kept as one sum: other values." in page
    assert "Total 6.00" in shown("?tag=name&tagged=others")


def test_keys_too_many_to_keep_are_left_out_the_cheapest_first(loaded, payer, monkeypatch):  # noqa: F811
    monkeypatch.setattr(focus_process, "MOST_TAG_KEYS", 2)
    loaded([tagged({f"key-{number}": "x"}, 1, str(number)) for number in range(1, 6)])
    with scope.organization(payer.organization_id):
        assert sorted(CostTagKey.objects.values_list("key", flat=True)) == ["key-4", "key-5"]


def test_the_page_of_a_load_and_the_costs_say_which_keys_are_left_out(loaded, shown, visitor, monkeypatch):  # noqa: F811
    monkeypatch.setattr(focus_process, "MOST_TAG_KEYS", 2)
    names = [f"key-{number:02}" for number in range(14)]
    found = loaded([tagged({name: "x"}, 1, str(100 - number)) for number, name in enumerate(names)])
    said = (
        "Costs are added up by the 40 keys of tags that cost most. 12 keys are left out: key-02, key-03, key-04, key-05, "
        "key-06, key-07, key-08, key-09, key-10, key-11 and 2 more."
    )
    assert said in text(visitor.get(f"/bills/{found.id}/"))
    assert f"Bill of 2026-10 from Payer: {said}" in shown("")
    assert (found.left_out_tag_keys, found.left_out_tag_key_count) == (names[2:], 12)


def test_of_two_currencies_the_dearest_keys_of_each_are_kept_and_the_pages_say_so(loaded, shown, visitor, monkeypatch):  # noqa: F811
    monkeypatch.setattr(focus_process, "MOST_TAG_KEYS", 1)
    dear = [("a", "USD", "9"), ("b", "EUR", "9"), ("c", "USD", "8"), ("c", "EUR", "8")]
    found = loaded([tagged({key: "x"}, 1, cost, BillingCurrency=currency) for key, currency, cost in dear])
    with scope.organization(found.organization_id):
        assert sorted(CostTagKey.objects.values_list("key", flat=True)) == ["a", "b"]
    said = "by the 40 keys of tags that cost most in each currency. 1 key is left out: c."
    assert said in text(visitor.get(f"/bills/{found.id}/"))
    assert said in shown("")


def test_a_load_that_keeps_all_keys_says_nothing_of_it(loaded, shown, visitor):  # noqa: F811
    found = loaded(TAGGED)
    assert "left out" not in text(visitor.get(f"/bills/{found.id}/")) + shown("")


def test_a_long_key_that_is_left_out_is_cut_where_it_is_said(loaded, shown, monkeypatch):  # noqa: F811
    monkeypatch.setattr(focus_process, "MOST_TAG_KEYS", 1)
    loaded([tagged({"dear": "x"}, 1, "2"), tagged({"k" * 300: "x"}, 1, "1")])
    assert f"1 key is left out: {'k' * 80}…." in shown("")


def test_a_value_that_is_dear_in_one_currency_is_kept_in_each(loaded, shown, monkeypatch):  # noqa: F811
    monkeypatch.setattr(focus_process, "MOST_TAG_VALUES", 1)
    rows = [("a", "USD", "9"), ("b", "USD", "1"), ("a", "EUR", "1"), ("b", "EUR", "9"), ("c", "EUR", "2")]
    loaded([tagged({"k": value}, 1, cost, BillingCurrency=currency) for value, currency, cost in rows])
    page = shown("?by=tag:k&currency=EUR")
    assert "b 9.00" in page
    assert "a 1.00" in page
    assert "Other values, kept as one sum 2.00" in page


def test_a_restated_bill_leaves_no_tags_of_the_earlier_one(loaded, payer):  # noqa: F811
    loaded(TAGGED)
    loaded([tagged({"other": "x"})], execution="run-2")
    with scope.organization(payer.organization_id), acting_as("cf_worker"):
        assert list(CostTagKey.objects.values_list("key", flat=True)) == ["other"]
        assert CostTag.objects.count() == 1


def test_a_tag_is_compared_with_the_time_before(loaded, shown):  # noqa: F811
    loaded([tagged({"team": "shop"}, 1, "5"), tagged({}, 1, "1"), tagged({"team": "gone"}, 1, "7")])
    loaded(
        [tagged({"team": "shop"}, 1, "8", month=11), tagged({}, 1, "2", month=11)], month=NOVEMBER, execution="run-2"
    )
    page = shown("?by=tag:team")
    assert "shop 8.00 5.00 +3.00" in page
    assert "Without this tag, or without a value for it 2.00 1.00 +1.00" in page
    assert "gone 0.00 7.00 -7.00" in page


@pytest.mark.parametrize(
    ("keys", "owner"),
    [
        (["env", "user:Owner"], "user:Owner"),
        (["Team", "owner"], "owner"),
        (["aws:createdBy", "user:Cost-Center"], "user:Cost-Center"),
        (["env"], ""),
    ],
)
def test_the_owners_tag_is_told_by_its_name(loaded, shown, keys, owner):  # noqa: F811
    loaded([tagged(dict.fromkeys(keys, "x"))])
    page = shown("?by=owner")
    if owner:
        assert f"Tag {owner} Effective, USD" in page
        assert f"Owner (tag {owner})" in page
    else:
        assert "By: “owner” is none of:" in page
        assert "Owner (tag" not in page


def test_a_bill_of_which_no_tags_are_kept_says_so(loaded, shown, payer):  # noqa: F811
    loaded(TAGGED)
    loaded([charge(1, "1", month=11, Tags="")], month=NOVEMBER, execution="run-2")
    assert "No tags are kept of the bill of 2026-11 from Payer" in shown("?by=tag:env")
    assert "No tags are kept" not in shown("?by=tag:env&month=2026-10")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?by=tag:nobodys", "By: “tag:nobodys” is none of: service, account, region, provider, kind, day, or tag:"),
        ("?tag=nobodys&value=x", "Tag: “nobodys” is no key of a tag that is loaded: choose one under By."),
        ("?value=x", "Value of the tag: is given without Tag"),
        ("?tagged=without", "Tagged: is given without Tag"),
        ("?tag=env", "Tag: env is given without a value"),
        ("?tag=env&tagged=maybe", "Tagged: “maybe” is none of: without, others."),
        ("?tag=env&value=prod&by=tag:env", "By: tag:env is one value already among the charges that are shown"),
        ("?tag=env&value=prod&and_tag=env&and_value=x", "Second tag: env is chosen already: choose a value of another"),
        ("?tag=env&value=prod&and_tag=user:team", "Second tag: user:team is given without a value"),
        ("?and_value=x", "Value of the second tag: is given without Second tag"),
        ("?and_tag=nobodys&and_value=x", "Second tag: “nobodys” is no key of a tag that is loaded"),
        ("?tag=env&value=%00", "Value of the tag: Null characters are not allowed."),
    ],
)
def test_what_cannot_be_asked_of_tags_is_named_with_its_remedy(loaded, shown, query, sentence):  # noqa: F811
    loaded(TAGGED)
    page = shown(query)
    assert sentence in page
    assert "Data as of" in page


def test_dates_take_a_tags_charges_of_all_bills(loaded, shown):  # noqa: F811
    loaded([tagged({"team": "shop"}, 31, "4"), tagged({"team": "shop"}, 30, "2")])
    loaded([tagged({"team": "shop"}, 1, "8", month=11)], month=NOVEMBER, execution="run-2")
    page = shown("?since=2026-10-31&until=2026-11-01&by=tag:team")
    assert "shop 12.00 2.00 +10.00" in page
    assert dt.date(2026, 10, 31).isoformat() in page

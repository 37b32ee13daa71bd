"""Two tags crossed: what has a value of one by the values of another, to the last digit of what the load has."""

import re
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from audits import cost_crossed, focus_process
from audits.models import BillLoad
from tenants import scope
from tests.audits.test_bills import payer  # noqa: F401 - a fixture
from tests.audits.test_cost_page import BILL, NOVEMBER, TAX, charge, file_of, loaded, shown  # noqa: F401 - fixtures
from tests.audits.test_cost_tags import tagged
from tests.connections.test_views import text
from tests.database import acting_as

CROSSED = [
    tagged({"team": "payments", "env": "prod"}, 1, "1.000000000000000000000001", ServiceName="A"),
    tagged({"team": "payments", "env": "prod"}, 2, "2", ServiceName="B"),
    tagged({"team": "payments", "env": "test"}, 2, "4", ServiceName="A", SubAccountId="111111111111"),
    tagged({"team": "payments"}, 3, "8", ServiceName="A"),
    tagged({"team": "payments", "env": "prod"}, 3, "-0.5", ServiceName="A", ChargeCategory="Credit"),
    tagged({"team": "shop", "env": "prod"}, 4, "16", ServiceName="B"),
    tagged({"env": "test"}, 5, "32", ServiceName="A"),
    tagged({"team": "", "env": "prod"}, 6, "64", ServiceName="B"),
    charge(7, "128", ServiceName="C", Tags=""),
]
PAYMENTS = "?tag=team&value=payments"


def without_lines(load):
    """As retention marks it."""
    with scope.organization(load.organization_id), acting_as("cf_worker"):
        BillLoad.objects.filter(id=load.id).update(lines_removed_at=load.loaded_at)


def test_charges_of_one_tags_value_are_added_up_by_another_tag(loaded, shown):  # noqa: F811
    loaded(CROSSED)
    page = shown(f"{PAYMENTS}&by=tag:env")
    assert "Only charges tagged team = payments." in page
    assert "Tag env Effective, USD" in page
    assert "prod 3.00 3.000000000000000000000001" in page
    assert "test 4.00" in page
    assert "Without this tag, or without a value for it 8.00" in page
    assert "Usage and support 15.00 15.000000000000000000000001 Credits -0.50 Total 14.50" in page
    assert "2026-10-02 0 4 2 6 2026-10-03 8 0 0 8" in page  # the chart as a table: without, test, prod, all


def test_charges_without_a_tag_are_added_up_by_another(loaded, shown):  # noqa: F811
    loaded(CROSSED)
    page = shown("?tag=team&tagged=without&by=tag:env")
    assert "prod 64.00" in page
    assert "test 32.00" in page
    assert "Without this tag, or without a value for it 128.00" in page


def test_two_tags_values_at_once_are_narrowed_and_added_up_by_all_else(loaded, shown):  # noqa: F811
    loaded(CROSSED)
    both = f"{PAYMENTS}&and_tag=env&and_value=prod"
    page = shown(both)
    assert "Only charges tagged team = payments. Show those of any such tag" in page
    assert "Only charges tagged env = prod. Show those of any such tag" in page
    assert "B 2.00" in page
    assert "A 1.00 1.000000000000000000000001" in page
    assert "Total 2.50" in page
    assert "Total 4.00" in shown(f"{PAYMENTS}&and_tag=env&and_value=test&by=day&account=111111111111&service=A")
    assert "2026-10-02 4.00" in shown(f"{PAYMENTS}&and_tag=env&and_value=test&by=day")
    assert "Credits -0.50" in shown(f"{both}&by=kind")


@pytest.mark.parametrize("cost", ["effective", "billed", "list", "contracted"])
def test_all_crossings_of_two_tags_add_up_to_the_loads_total_to_the_last_digit(loaded, visitor, cost):  # noqa: F811
    found = loaded([*CROSSED, *BILL])
    total = Decimal(0)
    for team in ("value=payments", "value=shop", "tagged=without"):
        rows = file_of(visitor.get(f"/costs/costs.csv?tag=team&{team}&by=tag:env&cost={cost}"))
        total += sum(Decimal(row["cost"]) for row in rows)
    assert total == Decimal(found.totals["USD"][f"{cost}_cost"])


@pytest.mark.parametrize("by", ["service", "account", "region", "provider", "kind", "day"])
def test_a_crossing_says_of_one_tag_what_the_loads_own_sums_say(loaded, visitor, by):  # noqa: F811
    loaded([*CROSSED, *BILL])
    alone = file_of(visitor.get(f"/costs/costs.csv{PAYMENTS}&by={by}"))
    crossed = [
        row
        for env in ("and_value=prod", "and_value=test", "and_tagged=without")
        for row in file_of(visitor.get(f"/costs/costs.csv{PAYMENTS}&and_tag=env&{env}&by={by}"))
    ]
    names = {(row["name"], row["stands"]) for row in alone}
    assert names == {(row["name"], row["stands"]) for row in crossed}
    for name in names:
        sums = [sum(Decimal(r["cost"]) for r in rows if (r["name"], r["stands"]) == name) for rows in (alone, crossed)]
        assert sums[0] == sums[1], name


def test_each_row_of_a_crossing_leads_to_its_own_charges(loaded, visitor):  # noqa: F811
    loaded([one for one in CROSSED if one.get("ChargeCategory") != "Credit"])
    page = visitor.get(f"/costs/{PAYMENTS}&by=tag:env").content.decode()
    rows = re.findall(r'<a href="(\?[^"]+)">[^<]*</a></th>\s*<td[^>]*><span>([^<]+)', page)
    assert len(rows) == 3
    for url, cost in rows:
        assert f"Total {cost}" in text(visitor.get(f"/costs/{url.replace('&amp;', '&')}")), url


def test_values_that_are_kept_as_one_sum_are_one_in_a_crossing_too(loaded, visitor, monkeypatch):  # noqa: F811
    monkeypatch.setattr(focus_process, "MOST_TAG_VALUES", 2)
    found = loaded(
        [tagged({"name": f"host-{number}", "env": "prod"}, 1, str(number)) for number in range(1, 6)]
        + [tagged({"name": "host-1", "env": "test"}, 1, "100")]
    )
    page = text(visitor.get("/costs/?tag=env&value=prod&by=tag:name"))
    assert "host-5 5.00" in page
    assert "host-1 1.00" in page
    assert "Other values, kept as one sum 9.00" in page
    assert "The tag name has 3 values more in a bill, which are kept as one sum" in page
    assert "Total 9.00" in text(visitor.get("/costs/?tag=env&value=prod&and_tag=name&and_tagged=others"))
    assert found.totals["USD"]["billed_cost"] == "115"


def test_a_crossing_is_compared_with_the_time_before(loaded, shown):  # noqa: F811
    loaded([tagged({"team": "payments", "env": "prod"}, 1, "5")])
    november = [
        tagged({"team": "payments", "env": "prod"}, 1, "8", month=11),
        tagged({"team": "shop", "env": "prod"}, 1, "1", month=11),
    ]
    loaded(november, month=NOVEMBER, execution="run-2")
    assert "prod 8.00 5.00 +3.00" in shown(f"{PAYMENTS}&by=tag:env")
    assert "prod 13.00" in shown(f"{PAYMENTS}&by=tag:env&since=2026-10-01&until=2026-11-30")


def test_a_charge_for_more_than_a_day_is_named_in_a_crossing(loaded, shown):  # noqa: F811
    loaded([tagged({"team": "payments", "env": "prod"}, 1, "31", days=31, ServiceName="A"), TAX])
    page = shown(f"{PAYMENTS}&by=tag:env")
    assert "Charges for more than a day stand on their first day: A, 31.00 USD for 31 days on 2026-10-01" in page


@pytest.mark.parametrize("crossing", ["&by=tag:env", "&and_tag=env&and_value=prod"])
def test_what_cannot_be_crossed_says_why_and_gives_no_file(loaded, visitor, monkeypatch, crossing):  # noqa: F811
    found = loaded(CROSSED)
    monkeypatch.setattr(cost_crossed, "MOST_LINES", found.line_count - 1)
    page = text(visitor.get(f"/costs/{PAYMENTS}{crossing}"))
    assert f"these bills have {found.line_count}, more than the {found.line_count - 1} that a page adds up" in page
    assert "Only charges tagged team = payments." in page
    assert "Total 14.50" in page
    assert visitor.get(f"/costs/costs.csv{PAYMENTS}{crossing}").status_code == 400
    without_lines(found)
    assert "those of 2026-10 are no longer kept: choose a later month" in text(
        visitor.get(f"/costs/{PAYMENTS}{crossing}")
    )


def test_a_time_before_that_cannot_be_crossed_is_left_out_and_said(loaded, shown):  # noqa: F811
    earlier = loaded(CROSSED)
    loaded([tagged({"team": "payments", "env": "prod"}, 1, "8", month=11)], month=NOVEMBER, execution="run-2")
    without_lines(earlier)
    page = shown(f"{PAYMENTS}&by=tag:env")
    assert (
        "The time before cannot be compared with. Two tags are crossed by a bill's lines, and those of 2026-10" in page
    )
    assert "prod 8.00" in page
    assert "Before" not in page.partition("Tag env")[2]


def test_a_third_tag_is_refused_by_name(loaded, shown):  # noqa: F811
    loaded([tagged({"a": "1", "b": "2", "c": "3"})])
    page = shown("?tag=a&value=1&and_tag=b&and_value=2&by=tag:c")
    assert "By: tag:c would be a third tag, and 2 at most are crossed: take one back" in page
    assert "Total 1.00" in page


def test_a_value_of_a_tag_is_never_part_of_the_question(loaded, visitor):  # noqa: F811
    odd = 'it\'s 100% "odd" %(loads)s; --'
    loaded([tagged({"team": odd, "env": odd}, 1, "3"), tagged({"team": "x", "env": odd}, 1, "5")])
    asked = urlencode({"tag": "team", "value": odd, "and_tag": "env", "and_value": odd})
    assert "Total 3.00" in text(visitor.get(f"/costs/?{asked}"))
    assert "Total 3.00" in text(visitor.get(f"/costs/?{urlencode({'tag': 'team', 'value': odd, 'by': 'tag:env'})}"))

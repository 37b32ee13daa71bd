"""What other thresholds change is told exactly: findings and money in and out, and what is not known any more."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from findings.effects import MOST_ROWS, Effect, Seen
from findings.overlaps import Claim
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from findings.savings import Saving
from tests.findings.rows import UNATTACHED

RULE = rule("aws_ebs_volume_unattached")
WASTE, FINE, UNKNOWN = Waste(saves=ALL, because="Nobody uses it."), Fine("It is in use."), Unknown("its usage")


def saving(monthly, *, currency="USD", cost=None):
    amount = Decimal(monthly)
    return Saving(
        basis="BILL", monthly=amount, cash=amount, frees_commitment=Decimal(0), currency=currency,
        monthly_cost=Decimal(cost or monthly),
    )  # fmt: skip


UNPRICED = Saving(basis="", why_unknown="Nothing tells.")
SEEN = Seen(
    rule=RULE, thing=UNATTACHED, before=WASTE, after=WASTE, saving_before=saving("10"), saving_after=saving("10")
)


def told(*changes):
    effect = Effect()
    effect.add(dataclasses.replace(SEEN, **one) for one in changes)
    return effect.told()


def figures(effect):
    """Counts and money of (in, out, staying), and what the list changes by."""
    return [
        *((effect[name]["count"], effect[name]["money"].get("USD", "0")) for name in ("into", "out_of", "stay")),
        effect["change"],
    ]


@pytest.mark.parametrize(
    ("before", "after", "is_open", "wanted"),
    [
        (WASTE, WASTE, True, [(0, "0"), (0, "0"), (1, "10.000000"), {}]),
        (FINE, WASTE, False, [(1, "10.000000"), (0, "0"), (0, "0"), {"USD": "10.000000"}]),
        (WASTE, FINE, True, [(0, "0"), (1, "10.000000"), (0, "0"), {"USD": "-10.000000"}]),
        (FINE, FINE, False, [(0, "0"), (0, "0"), (0, "0"), {}]),
        # Unknown touches nothing: what is open stays so, and what would have opened does not.
        (WASTE, UNKNOWN, True, [(0, "0"), (0, "0"), (1, "7.000000"), {"USD": "-3.000000"}]),
        (WASTE, UNKNOWN, False, [(0, "0"), (1, "10.000000"), (0, "0"), {"USD": "-10.000000"}]),
        (UNKNOWN, WASTE, False, [(1, "10.000000"), (0, "0"), (0, "0"), {"USD": "10.000000"}]),
        (UNKNOWN, FINE, True, [(0, "0"), (1, "7.000000"), (0, "0"), {"USD": "-7.000000"}]),
        (UNKNOWN, UNKNOWN, True, [(0, "0"), (0, "0"), (1, "7.000000"), {}]),
    ],
)
def test_findings_and_money_come_and_go_as_the_verdicts_say(before, after, is_open, wanted):
    change = {
        "before": before,
        "after": after,
        "saving_before": saving("10") if before is WASTE else None,
        "saving_after": saving("10") if after is WASTE else None,
        "open_saving": saving("7") if is_open else None,
    }
    assert figures(told(change)) == wanted


def test_what_is_not_known_any_more_is_counted_apart():
    effect = told(
        {"after": UNKNOWN, "open_saving": saving("10")},
        {"after": UNKNOWN},
        {"before": FINE, "after": UNKNOWN},
        {"before": UNKNOWN, "after": UNKNOWN},
        {"before": UNKNOWN, "after": FINE},
    )
    assert (effect["looked_at"], effect["unknown"], effect["unknown_open"], effect["told_now"]) == (5, 3, 1, 1)
    because = {row["because"] for row in effect["rows"] if row["change"] == "unknown"}
    assert because == {"Not known: its usage."}
    # What stays open goes on saving what it did; of the others there is nothing to say.
    assert sorted(str(row["monthly"]) for row in effect["rows"] if row["change"] == "unknown") == [
        "10.000000",
        "None",
        "None",
    ]


def test_money_is_net_of_what_other_rules_find_on_the_resource():
    """Deleting comes before a better price: the cheaper finding gives way, and gets its own back when it goes."""
    price = Claim(rule_id="aws_ebs_volume_gp2_to_gp3", stage="PRICE", saving=saving("2", cost="10"))
    gone = told({"after": FINE, "open_saving": saving("10"), "others": (price,)})
    assert figures(gone) == [(0, "0"), (1, "10.000000"), (0, "0"), {"USD": "-8.000000"}]
    come = told({"before": FINE, "others": (price,)})
    assert figures(come) == [(1, "10.000000"), (0, "0"), (0, "0"), {"USD": "8.000000"}]


def test_two_currencies_are_never_added_and_what_has_no_price_is_counted_apart():
    effect = told(
        {"before": FINE},
        {"before": FINE, "saving_after": saving("5", currency="EUR")},
        {"before": FINE, "saving_after": UNPRICED},
    )
    assert effect["into"] == {"count": 3, "unpriced": 1, "money": {"EUR": "5.000000", "USD": "10.000000"}}
    assert effect["change"] == {"EUR": "5.000000", "USD": "10.000000"}


def test_the_dearest_rows_of_each_kind_are_kept_and_all_are_counted():
    cheap = [{"before": FINE, "saving_after": saving(str(number))} for number in range(1, MOST_ROWS + 10)]
    effect = told(*cheap, {"after": FINE})
    rows = [row for row in effect["rows"] if row["change"] == "into"]
    assert len(rows) == MOST_ROWS
    assert Decimal(rows[0]["monthly"]) == MOST_ROWS + 9
    assert [row["change"] for row in effect["rows"]].count("out_of") == 1
    assert effect["into"]["count"] == MOST_ROWS + 9

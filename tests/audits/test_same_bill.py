"""Whether two bills of a month charge the same accounts, by the ids that their files have."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from audits.same_bill import Bill, Likeness, likeness, shared_accounts, standing, together

PATH = "/providers/Microsoft.Billing/billingAccounts/8611537"
PROFILES = (f"{PATH}/billingProfiles/A", f"{PATH}/billingProfiles/B")
GUID = "ed570627-0265-4620-bb42-bae06bcfa914"


def bill(payers, accounts):
    return SimpleNamespace(billing_account_ids=payers.split(), sub_account_ids=accounts.split())


VERDICTS = {
    "another payer's": (bill("p", "a b"), bill("q", "a b"), Likeness.APART),
    "other accounts of one payer": (bill("p", "a b"), bill("p", "c"), Likeness.APART),
    "a member's own, of which the payer's is loaded": (bill("p", "a"), bill("p", "a b"), Likeness.WITHIN),
    "the payer's, of which a member's own is loaded": (bill("p", "a b"), bill("p", "a"), Likeness.COVERS),
    "the same accounts": (bill("p", "a b"), bill("p", "b a"), Likeness.COVERS),
    "some accounts each": (bill("p", "a b"), bill("p", "b c"), Likeness.CROSSED),
    "a member's that has changed its payer": (bill("p q", "a"), bill("q", "a b"), Likeness.WITHIN),
    "the new payer's of such a member": (bill("q", "a b"), bill("p q", "a"), Likeness.COVERS),
    "the same accounts of a payer more": (bill("p q", "a"), bill("q", "a"), Likeness.COVERS),
    "the same accounts of another payer each": (bill("p q", "a"), bill("q r", "a"), Likeness.CROSSED),
    "lines without accounts, twice": (bill("p", ""), bill("p", ""), Likeness.COVERS),
    "lines without accounts, of other payers": (bill("p", ""), bill("q", ""), Likeness.APART),
    "lines without accounts, of a payer more": (bill("p", ""), bill("p q", ""), Likeness.WITHIN),
    "lines without accounts beside some with": (bill("p", ""), bill("p", "a"), Likeness.CROSSED),
    "lines with accounts beside some without": (bill("p", "a"), bill("p", ""), Likeness.CROSSED),
    "a payer that no file names": (bill("", "a"), bill("", "a"), Likeness.COVERS),
    "a payer that no file names, of fewer accounts": (bill("", "a"), bill("", "a b"), Likeness.WITHIN),
    "a payer that no file names, of some accounts each": (bill("", "a b"), bill("", "b c"), Likeness.CROSSED),
    "a payer that no file names, of other accounts": (bill("", "a"), bill("", "b"), Likeness.APART),
    "nothing that any file names": (bill("", ""), bill("", ""), Likeness.APART),
    "a payer that only the loaded one names": (bill("", "a"), bill("p", "a b"), Likeness.CROSSED),
    "a payer that only the new one names": (bill("p", "a b"), bill("", "a"), Likeness.CROSSED),
    "a payer that one names, of other accounts": (bill("p", "a"), bill("", "b"), Likeness.APART),
    "a payer that is charged where none is named": (bill("p", ""), bill("", "p"), Likeness.CROSSED),
    "Azure's FOCUS beside its own format": (
        bill(PATH, f"/subscriptions/{GUID}"), bill("8611537", GUID.upper()), Likeness.COVERS,
    ),
    "Azure's own format beside its FOCUS": (
        bill("8611537", GUID), bill(PATH, f"/subscriptions/{GUID} /subscriptions/x"), Likeness.WITHIN,
    ),
    "two profiles of one of Azure's accounts": (
        bill(PROFILES[0], f"/subscriptions/{GUID}"), bill(PROFILES[1], f"/subscriptions/{GUID}"), Likeness.APART,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("new", "held", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_a_bill_stands_to_another_as_their_accounts_do(new, held, verdict):
    assert likeness(new, held) is verdict


def whole(accounts, last_day, payers="p", **costs):
    return Bill(
        billing_account_ids=payers.split(),
        sub_account_ids=accounts.split(),
        costs={name: Decimal(cost) for name, cost in costs.items()},
        last_day=last_day and date(2026, 10, last_day),
    )


STANDINGS = {
    "more accounts and more cost": (whole("a b", 20, USD=9), whole("a", 20, USD=5), Likeness.COVERS),
    "more accounts, a day behind": (whole("a b", 19, USD=9), whole("a", 20, USD=5), Likeness.COVERS),
    "more accounts, for five days": (whole("a b", 5, USD=9), whole("a", 20, USD=5), Likeness.SMALLER),
    "all accounts, of one service": (whole("a b", 20, USD=2), whole("a b", 20, USD=5), Likeness.SMALLER),
    "all accounts, in another currency": (whole("a", 20, EUR=5), whole("a", 20, USD=5), Likeness.SMALLER),
    "all accounts, of one currency": (whole("a", 20, USD=5), whole("a", 20, USD=5, EUR=1), Likeness.SMALLER),
    "all accounts, rounded otherwise": (whole("a", 20, USD="4.999"), whole("a", 20, USD=5), Likeness.COVERS),
    "all accounts, without usage": (whole("a", None, USD=5), whole("a", 20, USD=5), Likeness.SMALLER),
    "all accounts, of what had no usage": (whole("a", 20, USD=5), whole("a", None, USD=5), Likeness.COVERS),
    "fewer accounts and less cost": (whole("a", 20, USD=5), whole("a b", 20, USD=9), Likeness.WITHIN),
    "fewer accounts, a day ahead": (whole("a", 21, USD=5), whole("a b", 20, USD=9), Likeness.WITHIN),
    "fewer accounts than of the 3rd, by now more cost": (whole("a", 20, USD=9), whole("a b", 3, USD=5), Likeness.LARGER),
    "fewer accounts, later and less cost": (whole("a", 20, USD=5), whole("a b", 3, USD=9), Likeness.SMALLER),
    "fewer accounts, more cost but not so late": (whole("a", 3, USD=9), whole("a b", 20, USD=5), Likeness.SMALLER),
    "some accounts each, however large": (whole("a b", 20, USD=9), whole("b c", 3, USD=1), Likeness.CROSSED),
    "other accounts, however large": (whole("a", 20, USD=9), whole("c", 3, USD=1), Likeness.APART),
    "a payer's, larger than a member's with an earlier payer": (
        whole("a b", 20, USD=9), whole("a", 20, payers="a p", USD=5), Likeness.COVERS,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("new", "held", "verdict"), STANDINGS.values(), ids=STANDINGS)
def test_accounts_tell_which_bill_is_whole_unless_cost_or_days_would_be_lost(new, held, verdict):
    assert standing(new, held) is verdict


def test_bills_together_come_to_the_sum_of_each_currency_up_to_the_last_day():
    sums = together([whole("a", 3, USD=1), whole("b", 20, USD=2, EUR=5), whole("c", None)])
    assert sums == Bill(
        billing_account_ids=["p"],
        sub_account_ids=["a", "b", "c"],
        costs={"USD": Decimal(3), "EUR": Decimal(5)},
        last_day=date(2026, 10, 20),
    )


@pytest.mark.parametrize(
    ("new", "held", "named"),
    [(bill("p", "a b"), bill("p", "b c"), ["b"]), (bill("p q", ""), bill("p", "a"), ["p"])],
    ids=["accounts", "no account on one of them"],
)
def test_the_accounts_that_both_charge_are_named_as_the_new_one_has_them(new, held, named):
    assert shared_accounts(new, held) == named

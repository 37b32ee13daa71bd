"""Whether two bills of a month charge the same accounts, by the ids that their files have."""

from types import SimpleNamespace

import pytest

from audits.same_bill import Likeness, likeness, shared_accounts

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
    "a member's that has changed its payer": (bill("p q", "a"), bill("q", "a b"), Likeness.CROSSED),
    "the new payer's of such a member": (bill("q", "a b"), bill("p q", "a"), Likeness.CROSSED),
    "lines without accounts, twice": (bill("p", ""), bill("p", ""), Likeness.COVERS),
    "lines without accounts, of other payers": (bill("p", ""), bill("q", ""), Likeness.APART),
    "lines without accounts, of a payer more": (bill("p", ""), bill("p q", ""), Likeness.WITHIN),
    "lines without accounts beside some with": (bill("p", ""), bill("p", "a"), Likeness.CROSSED),
    "lines with accounts beside some without": (bill("p", "a"), bill("p", ""), Likeness.CROSSED),
    "a payer that no file names": (bill("", "a"), bill("", "a"), Likeness.APART),
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


@pytest.mark.parametrize(
    ("new", "held", "named"),
    [(bill("p", "a b"), bill("p", "b c"), ["b"]), (bill("p q", ""), bill("p", "a"), ["p"])],
    ids=["accounts", "no account on one of them"],
)
def test_the_accounts_that_both_charge_are_named_as_the_new_one_has_them(new, held, named):
    assert shared_accounts(new, held) == named

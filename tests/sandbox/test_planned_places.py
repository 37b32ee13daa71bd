"""What an audit leaves out by the sandbox's own bill: nothing of which the truth tells stands there."""

from __future__ import annotations

import datetime as dt

import pytest

from audits.collect import place
from audits.planning import MOST_DAYS, Billed, Plan, planned
from connections.providers.aws import inventory
from connections.resources import KINDS
from findings.registry import RULES
from sandbox.aws import names
from sandbox.aws.estate import build
from tests.sandbox.test_estate import AS_OF


def bill_of(estate, account):
    """What the estate's resources charge for in one account; commitments, taxes and credits left aside."""
    since = (AS_OF - dt.timedelta(days=MOST_DAYS)).date()
    charged = {
        (charge.service, item.region)
        for item in estate.items
        for charge in item.charges
        if item.account == account and charge.last >= since
    }
    return Billed(days=MOST_DAYS, charged=frozenset(charged))


@pytest.mark.parametrize("seed", [7, 8, 4711])
def test_no_resource_of_the_truth_stands_where_the_bill_lets_no_call_be_made(seed):
    estate = build(seed=seed, as_of=AS_OF)
    looked_at = {rule.looks_at for rule in RULES}
    left_out = set()
    for account in names.ACCOUNTS:
        billed = bill_of(estate, account)
        for region, service in inventory.places(regions=names.REGIONS, is_payer=account == names.PAYER):
            known = place(account_id=account, region=region, service=service, looked_at=looked_at)
            if planned(known, billed=billed, is_recorded=None, seen=(), night="").plan in {
                Plan.NOT_BILLED,
                Plan.SPOT_CHECK,
            }:
                left_out.add((account, region if known.is_regional else "", service))
    stands = {
        (item.account, where, KINDS[item.kind].SERVICE)
        for item in estate.items
        if item.kind in KINDS and item.is_in_inventory
        for where in (item.region, "")
    }
    assert left_out & stands == set()
    assert left_out, "the estate has a place in which nothing stands"

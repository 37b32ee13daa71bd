"""What an audit leaves out by the sandbox's own bill or AWS Config: nothing of which the truth tells stands there."""

from __future__ import annotations

import datetime as dt

import pytest

from audits.collect import place
from audits.planning import MOST_DAYS, NOTHING_BILLED, Billed, Plan, planned, recorded_there
from connections.providers.aws import inventory, recorders
from connections.providers.aws.reader import Listing
from connections.resources import KINDS
from findings.registry import RULES
from sandbox.aws import names
from sandbox.aws.estate import build
from sandbox.aws.families import records
from sandbox.aws.shaped import Asked
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


def records_of(estate, account):
    """What its AWS Config counts, by region."""
    found = {}
    for region in names.REGIONS:
        asked = Asked(account=account, region=region, parameters={}, estate=estate)
        [recorder] = records._recorders(asked)["ConfigurationRecorders"]
        told_of = recorders.records(recorder, region=region)
        counts = Listing(rows=tuple(records.counts(asked).items()), is_complete=True)
        found[region] = recorders.record_of(counts, told_of=told_of)
    return found


def standing(estate):
    """The places in which something stands; of what is of no one region, "" is one of them."""
    return {
        (item.account, where, KINDS[item.kind].SERVICE)
        for item in estate.items
        if item.kind in KINDS and item.is_in_inventory
        for where in (item.region, "")
    }


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
    assert left_out & standing(estate) == set()
    assert left_out, "the estate has a place in which nothing stands"


@pytest.mark.parametrize("seed", [7, 8, 4711])
def test_no_resource_of_the_truth_stands_where_aws_config_lets_no_call_be_made(seed):
    estate = build(seed=seed, as_of=AS_OF)
    left_out = {}
    for account in (names.LAB, names.SHOP):
        told = records_of(estate, account)
        for region, service in inventory.places(regions=names.REGIONS, is_payer=False):
            known = place(account_id=account, region=region, service=service, looked_at=())
            there = recorded_there(known, records=told)
            plan = planned(known, billed=NOTHING_BILLED, is_recorded=there, seen=(), night="").plan
            if plan in {Plan.NOT_RECORDED, Plan.SPOT_CHECK}:
                left_out.setdefault(account, set()).add((account, region if known.is_regional else "", service))
    assert set().union(*left_out.values()) & standing(estate) == set()
    assert left_out[names.LAB], "the account has a place in which nothing stands"

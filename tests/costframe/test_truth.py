"""The whole chain against what the estate's generator did: the committed estate, and one drawn at random."""

from __future__ import annotations

import os
import random
import shutil
from decimal import Decimal

import psycopg
import pytest

from findings import registry
from sandbox import customer, demo
from sandbox.aws import families
from tests.database import ROOT

pytestmark = pytest.mark.processes

FINDINGS = """select f.account_id, f.region, f.provider_resource_id, f.rule_id, f.gross_monthly_savings,
    f.freed_commitment_monthly, f.estimated_monthly_savings, f.currency, f.confidence
    from findings_finding f where f.state = 'OPEN' and f.rule_id not like 'bill%'"""
BILLED = """select f.rule_id, f.account_id, f.provider_resource_id, f.estimated_monthly_savings, f.apart
    from findings_finding f where f.state = 'OPEN' and f.rule_id like 'bill%'"""
VERDICTS = """select r.account_id, r.region, r.resource_id, v.rule_id, v.outcome from findings_verdict v
    join audits_resource r on r.id = v.resource_id"""
GAPS = "select distinct account_id, region, action, reason from audits_gap order by 1, 2, 3"
BILLS = "select billing_period, execution_id, row_count, totals from audits_billload where state = 'LOADED'"
CALLS = "select distinct service, operation, outcome from audits_apicall"


class Chain:
    """One demo run to its end: what the database holds, and the truth."""

    def __init__(self, seed: int) -> None:
        state = ROOT / ".local" / f"truth-{os.getpid()}-{seed}"
        try:
            with demo.running(state, seed=seed) as running:
                demo.audit_everything(running)
                self.truth = running.cloud.estate
                self.calls = running.cloud.calls()
                admin = running.postgres.url(database=demo.DATABASE)
                with psycopg.connect(admin) as connection:
                    self.findings = connection.execute(FINDINGS).fetchall()
                    self.billed = connection.execute(BILLED).fetchall()
                    self.verdicts = connection.execute(VERDICTS).fetchall()
                    self.gaps = connection.execute(GAPS).fetchall()
                    self.bills = connection.execute(BILLS).fetchall()
                    self.booked = connection.execute(CALLS).fetchall()
                browser = running.browser()
                looks = [customer.home_of(browser, account) for account in customer.ACCOUNTS]
                self.connected = all(looks)
        finally:
            shutil.rmtree(state, ignore_errors=True)

    def found(self) -> dict[tuple[str, str, str, str], tuple]:
        return {(account, region, name, rule): tuple(rest) for account, region, name, rule, *rest in self.findings}

    def judged(self, outcome: str) -> set[tuple[str, str, str, str]]:
        return {tuple(key) for *key, found in self.verdicts if found == outcome}

    def told(self, verdict: str) -> set[tuple[str, str, str, str]]:
        return {(row["account"], row["region"], row["native_id"], row["rule_id"]) for row in self.truth[verdict]}

    def wasted(self) -> dict[tuple[str, str, str, str], dict]:
        return {(row["account"], row["region"], row["native_id"], row["rule_id"]): row for row in self.truth["waste"]}


@pytest.fixture(scope="module", params=["committed", "random"])
def chain(request):
    seed = 7 if request.param == "committed" else random.SystemRandom().randrange(1, 1_000_000)
    print(f"seed {seed}")
    return Chain(seed)


def test_precision_and_recall_are_one(chain):
    found, wasted = set(chain.found()), set(chain.wasted())
    print(f"{len(found)} found, {len(wasted)} true")
    assert found - wasted == set(), "found what is no waste"
    assert wasted - found == set(), "missed what is waste"
    assert len(wasted) > 80


def test_what_cannot_be_told_is_unknown_and_nothing_else_is(chain):
    assert chain.judged("UNKNOWN") == chain.told("unknown")


def test_what_a_rule_must_find_in_order_it_finds_in_order(chain):
    assert len(chain.told("fine")) > 300
    assert chain.told("fine") - chain.judged("FINE") == set()


def test_each_saving_is_the_one_that_the_bill_bears_out(chain):
    worst = Decimal(0)
    for key, row in chain.wasted().items():
        gross, freed, net, currency, confidence = chain.found()[key]
        if row["monthly_saving"] is None:
            assert confidence != "VERIFIED", key
            continue
        worst = max(worst, abs(gross - Decimal(row["monthly_saving"])))
        assert currency == row["currency"]
        if registry.rule(key[-1]).why_apart:
            assert (net, freed) == (None, None), "a figure that stands apart adds to nothing"
            continue
        assert net <= gross
        assert (freed > 0) <= (Decimal(row["commitment_saving"]) > 0), key
    print(f"the saving's largest error is {worst:.8f}")
    assert worst < Decimal("0.0001")


def test_what_the_bill_bears_out_is_verified(chain):
    doubtful = [
        (key, chain.found()[key][-1])
        for key, row in chain.wasted().items()
        if row["monthly_saving"] is not None
        and row["billed_days"] >= 7
        and not row["is_silent"]
        and chain.found()[key][-1] != "VERIFIED"
    ]
    assert doubtful == []


def test_what_is_waste_by_silence_or_by_list_prices_is_an_estimate(chain):
    silent = [key for key, row in chain.wasted().items() if row["is_silent"]]
    assert silent
    assert {chain.found()[key][-1] for key in silent} == {"ESTIMATED"}


def test_what_bills_alone_tell_is_of_nothing_that_an_audit_reads(chain):
    counted = {tuple(key): net for *key, net, apart in chain.billed if not apart}
    true = {(row["rule_id"], row["account"], row["resource_id"]): row for row in chain.truth["billed"]}
    print(f"{len(counted)} counted of {len(chain.billed)} told by bills alone")
    assert set(counted) == set(true)
    assert all(abs(counted[key] - Decimal(row["monthly_saving"])) < Decimal("0.0001") for key, row in true.items())
    apart = [(rule, net) for rule, _, _, net, why in chain.billed if why]
    assert {rule for rule, _ in apart} <= {"bill_ipv4_public_many"}
    assert all(net is None for _, net in apart)


def test_the_bill_equals_the_export_to_the_last_digit(chain):
    assert len(chain.bills) == 2
    for period, execution_id, rows, totals in chain.bills:
        truth = chain.truth["bill"][f"{period:%Y-%m}"]
        assert (execution_id, rows) == (truth["execution_id"], truth["rows"])
        (sums,) = totals.values()
        for name, column in (("billed_cost", "BilledCost"), ("effective_cost", "EffectiveCost"),
                             ("list_cost", "ListCost"), ("contracted_cost", "ContractedCost")):  # fmt: skip
            assert Decimal(sums[name]) == Decimal(truth[column]), (period, name)


def test_what_the_cloud_refuses_and_fails_to_answer_is_a_gap_and_nothing_else_is(chain):
    cell = ("333344445555", "ap-southeast-2")
    refused = {(*cell, "elasticloadbalancing:DescribeTargetHealth"), *families.refused()}
    assert list(cell) in chain.truth["unanswered"]
    assert set(chain.gaps) == {
        *((*where, "cloudwatch:GetMetricData", "FAILED") for where in chain.truth["unanswered"]),
        *((*where, "REFUSED") for where in refused),
    }


def test_every_call_that_the_cloud_saw_was_a_read_and_is_booked(chain):
    seen = {(call["service"], call["operation"]) for call in chain.calls if call["operation"] != "AssumeRole"}
    assert all(operation.startswith(("Describe", "Get", "List", "Head", "BatchGet")) for _, operation in seen)
    audited = {operation for _, operation, _ in chain.booked}
    assert {operation for service, operation in seen if service in {"ec2", "elbv2", "rds", "cloudwatch"}} <= audited
    assert chain.connected

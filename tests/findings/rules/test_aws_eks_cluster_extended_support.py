"""A cluster whose version of Kubernetes is past its standard support."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from audits.evidence import Bill, Evidence
from connections.resources.kubernetes import KubernetesCluster
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, TODAY, ago, bill, usage_of, waste

RULE = rule("aws_eks_cluster_extended_support")
WASTEFUL = KubernetesCluster(
    **ACCOUNT,
    resource_id="arn:aws:eks:us-east-1:111122223333:cluster/shop",
    name="shop",
    created_at=ago(700),
    state="ACTIVE",
    version="1.31",
    upgrade_policy="EXTENDED",
    version_support="EXTENDED_SUPPORT",
    standard_support_ends_at=datetime(2025, 11, 26, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"state": "UPDATING"}, Waste),
        ({"upgrade_policy": None}, Waste),
        ({"standard_support_ends_at": None}, Waste),
        ({"version_support": "STANDARD_SUPPORT"}, Fine),
        ({"version_support": "UNSUPPORTED"}, Fine),
        ({"upgrade_policy": "STANDARD"}, Fine),
        ({"state": "CREATING"}, Fine),
        ({"state": "DELETING"}, Fine),
        ({"state": "FAILED"}, Fine),
        ({"state": "CREATING", "version_support": None}, Fine),
        ({"version_support": None, "standard_support_ends_at": None}, Unknown),
        ({"version_support": None, "version": ""}, Unknown),
    ],
)
def test_extended_support_is_waste_where_nobody_chose_to_be_upgraded(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_the_version_and_the_day():
    assert waste(RULE, WASTEFUL).because == (
        "It runs Kubernetes 1.31, whose standard support ended on 2025-11-26: each hour of extended support is charged "
        "on top of the cluster's own."
    )
    assert "1.31: each hour" in waste(RULE, replace(WASTEFUL, standard_support_ends_at=None)).because


def saving(on_bill):
    evidence = Evidence(thing=WASTEFUL, usage=usage_of({}), bill=on_bill)
    return monthly_saving(saves=waste(RULE, WASTEFUL).saves, evidence=evidence, listed=table("aws"))


def test_the_hours_of_extended_support_are_saved_and_the_clusters_own_stay():
    support = bill(days=30, cost="12", usage_type="USE1-AmazonEKS-Hours:extendedSupport")
    own = bill(days=30, cost="2.4", usage_type="USE1-AmazonEKS-Hours:perCluster")
    found = saving(replace(support, lines=support.lines + own.lines))
    assert (found.basis, found.monthly) == ("BILL", 12 * Decimal("30.4375"))


def test_without_a_bill_it_is_the_list_price_of_a_month():
    found = saving(Bill(billed_until=TODAY))
    assert (found.basis, found.monthly) == ("PRICES", Decimal("0.5") * Decimal("730.5"))


def test_the_hint_names_the_cluster():
    assert "--name shop " in RULE.hint_for(WASTEFUL)


def test_the_way_back_is_as_long_as_eks_has_one():
    assert RULE.rollback_possible
    assert "Within 7 days" in RULE.rollback
    assert "only a new cluster" in RULE.rollback

"""Distributions with addresses of their own for TLS."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources.edge import Distribution
from findings.prices import table
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, bill, usage_of, waste

RULE = rule("aws_cloudfront_dedicated_ip")
WASTEFUL = Distribution(
    **ACCOUNT,
    resource_id="arn:aws:cloudfront::111122223333:distribution/E1ABC",
    state="Deployed",
    is_enabled=True,
    has_own_certificate=True,
    tls_method="vip",
    shared_with=(),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"shared_with": ("arn:other",)}, Waste),
        ({"state": "InProgress"}, Waste),
        ({"has_own_certificate": False}, Fine),
        ({"has_own_certificate": False, "shared_with": None}, Fine),
        ({"tls_method": "sni-only"}, Fine),
        ({"tls_method": "static-ip"}, Fine),
        ({"tls_method": "sni-only", "shared_with": None}, Fine),
        ({"is_enabled": False}, Fine),
        ({"is_enabled": False, "tls_method": ""}, Fine),
        ({"has_own_certificate": False, "tls_method": ""}, Fine),
        ({"tls_method": ""}, Unknown),
        ({"shared_with": None}, Unknown),
    ],
)
def test_addresses_of_its_own_are_told_from_those_of_cloudfronts_own_certificate(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_what_is_paid_together_has_no_figure_and_says_why():
    shared = waste(RULE, replace(WASTEFUL, shared_with=("arn:one", "arn:two")))
    assert shared.saves == UNTOLD
    assert "together with those of 2 other distributions" in shared.because


def test_only_what_the_addresses_cost_is_saved():
    saves = waste(RULE, WASTEFUL).saves
    addresses = bill(cost="20", usage_type="SSL-Cert-Custom", consumed_quantity=Decimal("0.03"), consumed_unit="Certs")
    traffic = bill(cost="7", usage_type="US-DataTransfer-Out-Bytes", consumed_quantity=Decimal(80), consumed_unit="GB")
    both = replace(addresses, lines=addresses.lines + traffic.lines)
    evidence = Evidence(thing=WASTEFUL, usage=usage_of({}), bill=both)
    saving = monthly_saving(saves=saves, evidence=evidence, listed=table("aws"))
    assert saving.cash == Decimal(20) * Decimal("30.4375")


def test_it_rests_on_what_no_bill_proves():
    assert "SNI" in RULE.assumes

"""Caches of API stages that answer nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Bill, Evidence
from connections.providers.aws.collectors.apigateway import COLLECTOR
from connections.resources.apis import ApiStage
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Share, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_apigateway_stage_cache_unused")
WASTEFUL = ApiStage(
    **ACCOUNT,
    resource_id="arn:aws:apigateway:us-east-1::/restapis/a1b2/stages/prod",
    name="prod",
    created_at=ago(300),
    api_id="a1b2",
    api_name="orders",
    cache_gb="0.5",
    cache_state="AVAILABLE",
    is_caching=True,
    updated_at=ago(40),
)
UNCACHED = {"is_caching": False}


def asked(*misses, hits=()):
    return usage_of({"CacheMissCount.Sum": misses, "CacheHitCount.Sum": hits or [0.0] * len(misses)})


MISSED = asked(*[120.0] * 30)
WEEK = asked(*[None] * 23, *[9.0] * 7, hits=(*[None] * 23, *[0.0] * 7))


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, MISSED, Waste),
        ({}, WEEK, Waste),
        ({}, asked(*[120.0] * 31, hits=(5.0, *[0.0] * 30)), Waste),
        (UNCACHED, MISSED, Waste),
        (UNCACHED, usage_of({}), Waste),
        (UNCACHED | {"updated_at": ago(7)}, usage_of({}), Waste),
        ({"cache_gb": ""}, MISSED, Fine),
        ({"cache_gb": "", "is_caching": False}, usage_of({}), Fine),
        ({"cache_state": "CREATE_IN_PROGRESS"}, MISSED, Fine),
        ({"cache_state": "DELETE_IN_PROGRESS"} | UNCACHED, MISSED, Fine),
        ({}, asked(*[120.0] * 30, hits=(*[0.0] * 29, 1.0)), Fine),
        ({}, asked(*[120.0] * 30, hits=(1.0, *[0.0] * 29)), Fine),
        ({"updated_at": ago(6)}, MISSED, Fine),
        (UNCACHED | {"updated_at": ago(6)}, usage_of({}), Fine),
        (UNCACHED | {"updated_at": None, "created_at": ago(6)}, usage_of({}), Fine),
        ({}, asked(*[None] * 24, *[9.0] * 6, hits=(*[None] * 24, *[0.0] * 6)), Unknown),
        ({}, asked(*[0.0] * 30), Unknown),
        ({}, asked(*[None] * 30, hits=[None] * 30), Unknown),
        ({}, usage_of({"CacheMissCount.Sum": [9.0] * 30}), Unknown),
        ({}, usage_of({"CacheMissCount.Sum": [9.0] * 30, "CacheHitCount.Sum": [0.0] * 29}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"updated_at": None, "created_at": None}, MISSED, Unknown),
    ],
)
def test_a_cache_that_is_on_for_nothing_or_never_had_an_answer_is_unused(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_only_what_the_cache_costs_is_saved():
    found = waste(RULE, WASTEFUL, seen=MISSED)
    assert found.saves == Share(fraction=Decimal(1), part_of=("ApiGatewayCacheUsage:0.5GB",))
    assert found.because == ("Not one of 3,600 requests on 30 days of the last 30 was answered by its cache of 0.5 GB.")
    for_nothing = waste(RULE, replace(WASTEFUL, **UNCACHED), seen=usage_of({}))
    assert for_nothing.because == "A cache of 0.5 GB is charged, and caching is on for none of its methods."


@pytest.mark.parametrize(
    ("settings", "verdict"), [({"idle_days": 31}, Unknown), ({"settled_days": 41}, Fine), ({"asked_days": 31}, Unknown)]
)
def test_days_are_settings(settings, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=MISSED, settings=settings), verdict)


@pytest.mark.parametrize(
    ("api_name", "named"), [("orders", "orders"), ("bestellungen-ü", "bestellungen-"), ("注文", "a1b2")]
)
def test_it_is_counted_under_the_apis_name_in_ascii_or_its_id(api_name, named):
    place = COLLECTOR.places[ApiStage](replace(WASTEFUL, api_name=api_name))
    assert place.dimensions == (("ApiName", named), ("Stage", "prod"))


@pytest.mark.parametrize(("cache_gb", "price"), [("0.5", "0.02"), ("6.1", "0.20"), ("118", "1.90"), ("237", "3.80")])
def test_without_a_bill_the_list_price_of_the_caches_size_is_an_estimate(cache_gb, price):
    stage = replace(WASTEFUL, cache_gb=cache_gb)
    saves = waste(RULE, stage, seen=MISSED).saves
    evidence = Evidence(thing=stage, usage=MISSED, bill=Bill())
    saving = monthly_saving(saves=saves, evidence=evidence, listed=table("aws"))
    assert saving.cash == Decimal(price) * Decimal("730.5")

"""A search collection that nobody searches or writes into, and whose units nothing else uses."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Bill, Evidence
from connections.resources.search import SearchCollection
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.verify import verify
from tests.findings.evidence import ACCOUNT, ago, bill, usage_of

RULE = rule("aws_opensearch_collection_idle")
WASTEFUL = SearchCollection(
    **ACCOUNT,
    resource_id="arn:aws:aoss:us-east-1:111122223333:collection/07tjusf2h91cunochc",
    name="products",
    created_at=ago(300),
    state="ACTIVE",
    kind="VECTORSEARCH",
    has_standby=True,
    shares_with=(),
)
NEEDED: dict[str, list[float | None]] = {
    "SearchRequestRate.Sum": [0.0] * 30,
    "IngestionRequestRate.Maximum": [0.0] * 30,
}
ASKED: dict[str, list[float | None]] = {**NEEDED, "2xx.Sum": [None] * 30}  # AWS was asked, and has no data
QUIET = usage_of(ASKED)


def last_day(metric, value):
    return usage_of({**ASKED, metric: [0.0] * 29 + [value]})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"has_standby": False, "kind": "SEARCH"}, QUIET, Waste),
        ({}, last_day("2xx.Sum", None), Waste),
        ({}, last_day("2xx.Sum", 0.0), Waste),
        ({}, last_day("SearchRequestRate.Sum", 1.0), Fine),
        ({}, last_day("IngestionRequestRate.Maximum", 1.0), Fine),
        ({}, last_day("2xx.Sum", 1.0), Fine),
        ({}, usage_of({"SearchRequestRate.Sum": [3.0]}), Fine),
        ({"shares_with": ("logs",)}, QUIET, Fine),
        ({"shares_with": ("logs",)}, usage_of({}), Fine),
        ({"group": "search"}, QUIET, Fine),
        ({"group": "search", "shares_with": None}, usage_of({}), Fine),
        ({"state": "CREATING"}, usage_of({}), Fine),
        ({"state": "FAILED"}, QUIET, Fine),
        ({"created_at": ago(29)}, usage_of({}), Fine),
        ({"shares_with": None}, QUIET, Unknown),
        ({"shares_with": None}, last_day("SearchRequestRate.Sum", 1.0), Fine),
        ({"has_standby": None}, QUIET, Unknown),
        ({}, last_day("SearchRequestRate.Sum", None), Unknown),
        ({}, last_day("IngestionRequestRate.Maximum", None), Unknown),
        ({}, usage_of({"SearchRequestRate.Sum": [0.0] * 30}), Unknown),
        ({}, usage_of({name: values[1:] for name, values in ASKED.items()}), Unknown),
        ({}, usage_of(NEEDED), Unknown),
        ({}, usage_of({**NEEDED, "2xx.Sum": [None] * 29}), Unknown),
        ({"created_at": ago(29)}, usage_of(NEEDED), Fine),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_a_collection_by_itself_is_idle_without_a_search_and_a_write_on_every_day(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


@pytest.mark.parametrize(("has_standby", "units"), [(True, 2), (False, 1)])
def test_the_sentence_says_how_many_units_are_kept_for_it(has_standby, units):
    found = RULE.ask(replace(WASTEFUL, has_standby=has_standby), usage=QUIET, settings={})
    assert found.because == (
        "Collection (VECTORSEARCH) that shares its units with no other, without a search or a write on any of the last "
        f"30 days. It is kept ready with at least {units} OCU."
    )


BILLED, BY_LIST = Decimal("5.76") * Decimal("30.4375"), Decimal("0.24") * 2 * Decimal("730.5")


def verified(on_bill, **changed):
    [judgement] = evaluate([Evidence(thing=replace(WASTEFUL, **changed), usage=QUIET, bill=on_bill)], [RULE], {})
    return verify(judgement)


@pytest.mark.parametrize(
    ("meter", "hours", "confidence", "monthly"),
    [
        ("SearchOCU", 24, "VERIFIED", BILLED),
        ("IndexingOCU", 48, "VERIFIED", BILLED),
        ("SearchOCU", 10, "ESTIMATED", BILLED),
        ("StorageUsedInS3ByteHour", 24, "ESTIMATED", BY_LIST),
    ],
)
def test_the_bill_must_charge_units_for_it_on_each_day_and_storage_alone_is_not_what_they_cost(
    meter, hours, confidence, monthly
):
    billed = bill(cost="5.76", usage_type=meter, consumed_quantity=Decimal(hours), consumed_unit="OCU-Hours")
    found = verified(billed)
    assert (found.confidence, found.saving.monthly) == (confidence, monthly)


@pytest.mark.parametrize(("has_standby", "units"), [(True, 2), (False, 1)])
def test_without_a_line_of_its_own_the_least_units_by_list_price_are_an_estimate(has_standby, units):
    found = verified(Bill(), has_standby=has_standby)
    assert (found.confidence, found.saving.monthly) == ("ESTIMATED", Decimal("0.24") * units * Decimal("730.5"))

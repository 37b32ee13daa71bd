"""A search domain into which nobody writes and in which nobody searches."""

from dataclasses import replace

import pytest

from connections.resources.search import SearchDomain
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage, usage_of, waste

RULE = rule("aws_opensearch_domain_idle")
WASTEFUL = SearchDomain(
    **ACCOUNT,
    resource_id="arn:aws:es:us-east-1:111122223333:domain/logs",
    name="logs",
    state="Active",
    engine_version="OpenSearch_2.19",
    instance_type="r6g.large.search",
    instance_count=3,
)
KEPT = {"IndexingRate.Sum": [0.0] * 14, "SearchRate.Sum": [0.0] * 14, "OpenSearchRequests.Sum": [0.0] * 14}
QUIET = usage_of(KEPT)


def last_day(metric, value):
    return usage_of({**KEPT, metric: [0.0] * 13 + [value]})


def of_old(value):
    """Requests as CloudWatch has them of a domain that never became one of OpenSearch."""
    return usage_of({**KEPT, "OpenSearchRequests.Sum": [None] * 14, "ElasticsearchRequests.Sum": [value] * 14})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"engine_version": "Elasticsearch_7.10"}, QUIET, Waste),
        ({}, last_day("IndexingRate.Sum", 1.0), Fine),
        ({}, last_day("SearchRate.Sum", 1.0), Fine),
        ({}, usage_of({"SearchRate.Sum": [2.0]}), Fine),
        ({"state": "Creating"}, usage_of({}), Fine),
        ({"state": "Modifying"}, QUIET, Fine),
        ({"state": "UpgradingEngineVersion"}, QUIET, Fine),
        ({"state": "Deleting"}, QUIET, Fine),
        ({"state": "Isolated"}, QUIET, Fine),
        ({}, last_day("IndexingRate.Sum", None), Unknown),
        ({}, last_day("SearchRate.Sum", None), Unknown),
        ({}, usage(days=13, IndexingRate_Sum=0.0, SearchRate_Sum=0.0), Unknown),
        ({}, usage(days=14, IndexingRate_Sum=0.0), Unknown),
        ({}, last_day("OpenSearchRequests.Sum", 20.0), Waste),
        ({}, last_day("OpenSearchRequests.Sum", None), Waste),
        ({}, last_day("OpenSearchRequests.Sum", 21.0), Unknown),
        ({"engine_version": "Elasticsearch_7.10"}, of_old(20.0), Waste),
        ({"engine_version": "Elasticsearch_7.10"}, of_old(21.0), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": ago(13)}, usage_of({}), Fine),
    ],
)
def test_a_domain_without_a_document_or_a_search_for_two_weeks_is_idle(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_nodes_and_engine():
    verdict = waste(RULE, WASTEFUL, seen=QUIET)
    assert verdict.saves == ALL
    assert verdict.because == (
        "3 nodes r6g.large.search (OpenSearch_2.19) without a document written or a search on any of the last 14 days."
    )


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)


def test_the_hint_names_the_domain():
    assert RULE.hint_for(WASTEFUL).endswith("--domain-name logs")

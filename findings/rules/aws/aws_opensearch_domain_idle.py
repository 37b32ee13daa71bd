"""A search domain into which nothing is written and in which nobody searches still costs each hour of its nodes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.search import SearchDomain
from findings.rule import ALL, BillExpects, Fine, Limit, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

WRITTEN = Metric(name="IndexingRate", statistic="Sum", unit="documents")
SEARCHED = Metric(name="SearchRate", statistic="Sum", unit="searches")
ASKED = Metric(name="OpenSearchRequests", statistic="Sum", unit="requests")
ASKED_OF_OLD = Metric(name="ElasticsearchRequests", statistic="Sum", unit="requests")  # its name before OpenSearch


def judge(domain: SearchDomain, *, usage: Usage, idle_days: int, max_requests: int) -> Verdict:
    if domain.state != "Active":
        return Fine()
    days = (*usage.days(WRITTEN, days=idle_days), *usage.days(SEARCHED, days=idle_days))
    if any((value or 0) > 0 for value in days):
        return Fine()
    if None in days:
        return unmeasured(domain, since=domain.created_at, days=idle_days, what="indexing and searches")
    # What is fetched by its id is no search; a few requests are somebody who looked at the domain itself.
    asked = (*usage.days(ASKED, days=idle_days), *usage.days(ASKED_OF_OLD, days=idle_days))
    if any((value or 0) > max_requests for value in asked):
        return Unknown("who asks it without a search")
    return Waste(
        saves=ALL,
        because=f"{counted(domain.instance_count, 'node')} {domain.instance_type} ({domain.engine_version}) without a "
        f"document written or a search on any of the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_opensearch_domain_idle",
    title="OpenSearch domain that nobody uses",
    looks_at=SearchDomain,
    settings={"idle_days": 14, "max_requests": 20},
    action="Ask its owner, take a snapshot into a bucket of your own, then delete the domain.",
    docs="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/gsgdeleting.html",
    judge=judge,
    metrics=(WRITTEN, SEARCHED, ASKED, ASKED_OF_OLD),
    where_told=(ASKED_OF_OLD,),
    limits=(Limit(title="Requests", metrics=(ASKED,), setting="max_requests", unit="requests"),),
    window_days=14,
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Make a domain again and restore the snapshot; its endpoint is a new one.",
    hint="aws opensearch describe-domain --region {region} --domain-name {native_id}",
    bill=BillExpects(prices=("ESInstance",), at_least=Decimal(23), says="so it did not run all day"),
)

"""A search collection by itself is kept ready with units of its own, which are charged also while nobody uses it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.search import SearchCollection
from findings.rule import ALL_OF_LATE, BillExpects, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

SEARCHED = Metric(name="SearchRequestRate", statistic="Sum", unit="searches")
WRITTEN = Metric(name="IngestionRequestRate", statistic="Maximum", unit="requests")
ANSWERED = Metric(name="2xx", statistic="Sum", unit="requests")  # what is fetched by its id is no search


def judge(collection: SearchCollection, *, usage: Usage, idle_days: int) -> Verdict:
    if collection.state != "ACTIVE" or collection.group:
        return Fine("Its units are its group's, and its deletion frees none of them." if collection.group else "")
    needed = [value for metric in (SEARCHED, WRITTEN) for value in usage.days(metric, days=idle_days)]
    if any((value or 0) > 0 for value in (*needed, *usage.days(ANSWERED, days=idle_days))):
        return Fine()
    if collection.shares_with:
        return Fine(f"Shares its units with {counted(len(collection.shares_with), 'other collection')} of its key.")
    if None in needed:
        return unmeasured(collection, since=collection.created_at, days=idle_days, what="searches and writes")
    if collection.shares_with is None or collection.has_standby is None:
        return Unknown("which collections share its units")
    return Waste(
        saves=ALL_OF_LATE,
        because=f"Collection ({collection.kind}) that shares its units with no other, without a search or a write on "
        f"any of the last {counted(idle_days, 'day')}. It is kept ready with {2 if collection.has_standby else 1} OCU.",
    )


rule = Rule(
    id="aws_opensearch_collection_idle",
    title="OpenSearch Serverless collection that nobody uses",
    looks_at=SearchCollection,
    settings={"idle_days": 30},
    action="Ask its owner, copy what is needed out of it, then delete the collection.",
    docs="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-scaling.html",
    judge=judge,
    metrics=(SEARCHED, WRITTEN, ANSWERED),
    where_told=(ANSWERED,),
    window_days=30,
    implementation_effort="Medium",
    rollback="Make a collection again and fill it anew: AWS keeps nothing of a deleted one that could be restored.",
    hint="aws opensearchserverless batch-get-collection --region {region} --ids {native_id}",
    bill=BillExpects(
        prices=("IndexingOCU", "SearchOCU"), at_least=Decimal(23), says="so units for it alone were not kept all day"
    ),
)

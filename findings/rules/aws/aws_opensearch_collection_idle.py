"""A search collection by itself is kept ready with units of its own, which are charged also while nobody uses it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.search import SearchCollection
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

SEARCHED = Metric(name="SearchRequestRate", statistic="Sum", unit="searches")
WRITTEN = Metric(name="IngestionRequestRate", statistic="Maximum", unit="requests")
ANSWERED = Metric(name="2xx", statistic="Sum", unit="requests")  # what is fetched by its id is no search
# Without a unit's line the bill has them under another name: what it stores is not what it costs.
UNITS = Share(fraction=Decimal(1), part_of=("IndexingOCU", "SearchOCU"))


def judge(collection: SearchCollection, *, usage: Usage, idle_days: int) -> Verdict:
    if collection.state != "ACTIVE" or collection.group:
        return Fine("Its units are its group's, and its deletion frees none of them." if collection.group else "")
    needed = [value for metric in (SEARCHED, WRITTEN) for value in usage.days(metric, days=idle_days)]
    if any((value or 0) > 0 for value in (*needed, *usage.days(ANSWERED, days=idle_days))):
        return Fine()
    if collection.shares_with:
        return Fine(f"Shares its units with {counted(len(collection.shares_with), 'other collection')} of its key.")
    if None in needed or not usage.was_read(ANSWERED, days=idle_days):
        return unmeasured(collection, since=collection.created_at, days=idle_days, what="requests")
    if collection.shares_with is None or collection.has_standby is None:
        return Unknown("which collections share its units")
    return Waste(
        saves=UNITS,
        because=f"Collection ({collection.kind}) that shares its units with no other, without a search or a write on "
        f"any of the last {counted(idle_days, 'day')}. It is kept ready with at least "
        f"{2 if collection.has_standby else 1} OCU.",
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
    bill=BillExpects(prices=UNITS.part_of, at_least=Decimal(23), says="so units for it alone were not kept all day"),
)

"""OpenSearch Serverless: collections, each with those that it shares its units with. No index and no document is read.

What reads and writes documents (aoss:APIAccessAll) is no read-only permission, and is not asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.search import SearchCollection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

LIST_COLLECTIONS = Call(
    service="opensearchserverless",
    operation="ListCollections",
    action="aoss:ListCollections",
    why="Lists serverless search collections.",
    cheapest={"maxResults": 1},
    kept={"nextToken": "Where the next page begins."},
)
GET_COLLECTIONS = Call(
    service="opensearchserverless",
    operation="BatchGetCollection",
    action="aoss:BatchGetCollection",
    why="Tells of serverless search collections which share the units that they are charged for.",
    cheapest={"names": ["costframe-none"]},
    withheld=("collectionDetails.description", "collectionDetails.failureMessage"),
)
AT_ONCE = 100  # what BatchGetCollection takes
VECTORS = "VECTORSEARCH"


@dataclass(frozen=True, kw_only=True)
class _Told:
    """A collection as its details tell, with the key that it is encrypted with."""

    collection: SearchCollection
    key: str

    @property
    def pool(self) -> tuple[str, bool]:
        """Collections of one pool share units where none has a group. AWS keeps those of vectors apart."""
        return self.key, self.collection.kind == VECTORS


def collect(reader: Reader) -> Iterator[Thing]:
    """Every collection of one region."""
    listed = reader.listing(
        LIST_COLLECTIONS, result="collectionSummaries", row=lambda item: item["id"], kinds=(SearchCollection.KIND,)
    )
    if not listed.rows:
        return
    batches = [list(listed.rows[at : at + AT_ONCE]) for at in range(0, len(listed.rows), AT_ONCE)]
    found = reader.together(*(partial(_described, reader, some) for some in batches))
    told = [one for some in found for one in some.rows]
    is_whole = all(one.is_complete for one in (listed, *found)) and len(told) == len(listed.rows)
    tags = tags_by_arn(reader, "aoss:collection")
    for collection in _with_sharers(told, is_whole=is_whole):
        yield replace(collection, tags=tags.get(collection.resource_id, {}))


def _described(reader: Reader, ids: list[str]) -> Listing[_Told]:
    return reader.listing(
        GET_COLLECTIONS,
        result="collectionDetails",
        row=lambda item: _told(reader, item),
        kinds=(SearchCollection.KIND,),
        ids=ids,
    )


def _told(reader: Reader, item: dict[str, Any]) -> _Told:
    made = item.get("createdDate")  # in milliseconds
    standby = item.get("standbyReplicas")
    collection = SearchCollection(
        resource_id=item["arn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["name"],
        created_at=None if made is None else datetime.fromtimestamp(made / 1000, UTC),
        state=item.get("status", ""),
        kind=item.get("type", ""),
        has_standby=None if standby is None else standby == "ENABLED",
        group=item.get("collectionGroupName", ""),
    )
    return _Told(collection=collection, key=item.get("kmsKeyArn", ""))


def _with_sharers(told: Sequence[_Told], *, is_whole: bool) -> Iterator[SearchCollection]:
    """Collections with those that share their units: others that have no group and the same key. One whose key is not
    told may be among them. Where not all were read, nobody knows.
    """
    for own in told:
        sharers = [
            other.collection.name
            for other in told
            if other is not own and not other.collection.group and (not other.key or other.pool == own.pool)
        ]
        is_known = is_whole and own.key
        yield replace(own.collection, shares_with=tuple(sorted(sharers))) if is_known else own.collection


def _place(collection: SearchCollection) -> MetricPlace:
    return MetricPlace(
        namespace="AWS/AOSS",
        dimensions=(
            ("ClientId", collection.account_id),
            ("CollectionId", collection.resource_id.rpartition("/")[2]),
            ("CollectionName", collection.name),
        ),
    )


COLLECTOR = Collector(
    service="opensearch-serverless",
    needs={SearchCollection: (LIST_COLLECTIONS, GET_COLLECTIONS)},
    calls=(LIST_COLLECTIONS, GET_COLLECTIONS, GET_RESOURCES),
    collect=collect,
    places={SearchCollection: _place},
    billed_as=("Amazon OpenSearch Service",),
)

"""Collections of OpenSearch Serverless: searched, written into, forgotten, sharing units, in groups, not measured."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered, camel_pages

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Charge, Draw, Estate, Item
    from sandbox.aws.shaped import Asked

IDLE = "aws_opensearch_collection_idle"
OPENSEARCH = "Amazon OpenSearch Service"
RESOURCE_TYPES = {"search_collection": "OpenSearch Serverless Collection"}
UNIT_HOUR, GIB_MONTH = "0.24", "0.024"
MISSING_DAYS = (3, 9)
VECTORS = "VECTORSEARCH"
# `searched`, `written` and `fetched` on a day; `key` names the key of several, else each has its own; `is_free`: the
# bill has nothing under its name; `is_silent`: nothing is reported of its use.
CASES = {
    "collection_forgotten": Case(count=2, wastes=(IDLE,)),
    "collection_forgotten_alone": Case(wastes=(IDLE,), has={"kind": VECTORS, "standby": "DISABLED"}),
    "collection_beside_vectors": Case(
        wastes=(IDLE,),
        has={"key": "mixed"},
        trap="another has its key, but one of vectors, which shares no units with it",
    ),
    "collection_of_vectors": Case(has={"key": "mixed", "kind": VECTORS, "searched": 4e3, "written": 200.0}),
    "collection_not_billed": Case(
        wastes=(IDLE,), untold=(IDLE,), has={"is_free": True}, trap="forgotten, and the bill has no line under its name"
    ),
    "collection_searched": Case(count=2, has={"searched": 9e3, "written": 700.0}),
    "collection_written": Case(has={"written": 4e3, "kind": "TIMESERIES"}, trap="nobody searches, but logs come in"),
    "collection_fetched": Case(has={"fetched": 300.0}, trap="no search and no write, but documents are fetched by id"),
    "collection_searched_monthly": Case(has={"once": 22}, trap="no search but on one day of the month"),
    "collection_shares": Case(has={"key": "shared", "is_free": True}, trap="forgotten, but shares another's units"),
    "collection_shared_with": Case(has={"key": "shared", "searched": 500.0}),
    "collection_grouped": Case(
        has={"group": "search", "is_free": True}, trap="forgotten, but its units are those of its group"
    ),
    "collection_being_made": Case(has={"state": "CREATING"}, trap="nothing yet: it is being made"),
    "collection_new": Case(age_days=9, trap="no search yet, but nine days old"),
    "collection_days_missing": Case(
        count=2,
        unknowns=(IDLE,),
        has={"is_missing": True},
        trap="looks forgotten, but 2 of the last 30 days are missing",
    ),
    "collection_silent": Case(unknowns=(IDLE,), has={"is_silent": True}, trap="nothing is reported of its use"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _collection(draw, estate, stand)


def _collection(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, own_id = stand.case.has, draw.hex(20)
    arn, key = stand.arn("aoss", f"collection/{own_id}"), has.get("key") or own_id
    item = stand.item(draw, kind="search_collection", native_id=arn, bill_id=arn, rules=(IDLE,))
    item.shape = {
        "id": own_id,
        "name": item.name,
        "status": has.get("state", "ACTIVE"),
        "type": has.get("kind", "SEARCH"),
        "description": "ask the shop",
        "arn": arn,
        "kmsKeyArn": stand.arn("kms", f"key/{hashlib.sha256(key.encode()).hexdigest()[:36]}"),
        "standbyReplicas": has.get("standby", "ENABLED"),
        "createdDate": int(item.created_at.timestamp() * 1000),
        **({"collectionGroupName": has["group"]} if "group" in has else {}),
    }
    item.charges = [] if "is_free" in has else _charges(draw, item)
    item.parts = {IDLE: "OCU"}  # what it stores is left out
    estate.items.append(item)
    if "is_silent" not in has:
        _measure(draw, estate, item, has)


def _charges(draw: Draw, item: Item) -> list[Charge]:
    hours = Decimal(24) if item.shape["standbyReplicas"] == "ENABLED" else Decimal(12)
    units = [
        meter(draw, item, service=OPENSEARCH, name=name, unit="OCU-Hours", price=UNIT_HOUR, per_day=hours)
        for name in ("IndexingOCU", "SearchOCU")
    ]
    stored = meter(
        draw, item, service=OPENSEARCH, name="StorageUsedInS3ByteHour", unit="GB-Mo", price=GIB_MONTH, held=Decimal(30)
    )
    return [*units, stored]


def _measure(draw: Draw, estate: Estate, item: Item, has: Any) -> None:  # noqa: ANN401 - a case's words
    age = (draw.as_of - item.created_at).days
    missing = MISSING_DAYS if "is_missing" in has else ()
    searched, written = has.get("searched", 0.0), has.get("written", 0.0)
    amounts = {
        "SearchRequestRate": searched,
        "IngestionRequestRate": written,
        "2xx": searched + written + has.get("fetched", 0.0),
    }
    for name, amount in amounts.items():
        values = usage.counter(draw.random, low=amount * 0.8, high=amount * 1.2)
        if "once" in has and name != "IngestionRequestRate":
            values = usage.raised(values, days_ago=[has["once"]], to=40.0, statistics=("Sum",))
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        own = ("ClientId", item.account, "CollectionId", item.shape["id"], "CollectionName", item.name)
        put(estate, item, ("AWS/AOSS", name, *own), known)


def _listed(asked: Asked) -> dict[str, Any]:
    names = ("id", "name", "status", "arn", "kmsKeyArn", "collectionGroupName")
    shapes = [item.shape for item in asked.of("search_collection")]
    return {"collectionSummaries": [{name: one[name] for name in names if name in one} for one in shapes]}


def _described(asked: Asked) -> dict[str, Any]:
    wanted = {*(asked.parameters.get("ids") or ()), *(asked.parameters.get("names") or ())}
    shapes = [item.shape for item in asked.of("search_collection")]
    return {"collectionDetails": [one for one in shapes if {one["id"], one["name"]} & wanted]}


ANSWERS = (
    Answered(
        service="opensearchserverless",
        operation="ListCollections",
        make=_listed,
        action="aoss:ListCollections",
        pages=camel_pages("collectionSummaries"),
    ),
    Answered(
        service="opensearchserverless",
        operation="BatchGetCollection",
        make=_described,
        honours=frozenset({"ids", "names"}),
        action="aoss:BatchGetCollection",
        tried_with=lambda estate: {"ids": [item.shape["id"] for item in estate.of("search_collection")]},
    ),
)

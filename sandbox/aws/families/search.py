"""Search domains of OpenSearch Service: searched, written into, forgotten, being changed, not measured."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.names import LAB, REGION_CODES, SHOP
from sandbox.aws.shaped import Answered, Asked
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from datetime import date

    from sandbox.aws.model import Draw, Estate

IDLE = "aws_opensearch_domain_idle"
CELLS = ((SHOP, "us-east-1"), (LAB, "us-east-1"))
OPENSEARCH = "Amazon OpenSearch Service"
SERVICES = {OPENSEARCH: ("Analytics", "Search", "AmazonES")}
RESOURCE_TYPES = {"search_domain": "OpenSearch Domain"}
NODE, NODE_HOUR, GIB_MONTH, GIB = "r6g.large.search", Decimal("0.167"), Decimal("0.122"), 100
MISSING_DAYS = (2, 8)
AT_ONCE = 5


@dataclass(frozen=True, kw_only=True)
class Domain:
    """One way to be a domain: documents written, searches, fetches by id on a day; `lately`: a day with some."""

    count: int
    written: float = 0
    searched: float = 0
    fetched: float = 0
    lately: int | None = None
    state: str = "Active"
    engine: str = "OpenSearch_2.19"
    age_days: int | None = None
    has_missing_days: bool = False
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


DOMAINS = {
    "forgotten": Domain(count=2, wastes=(IDLE,)),
    "forgotten_elasticsearch": Domain(count=2, engine="Elasticsearch_7.10", wastes=(IDLE,)),
    "searched": Domain(count=1, written=80_000, searched=9_000),
    "only_written": Domain(count=1, written=40_000, trap="nobody searches, but logs are written into it"),
    "only_searched": Domain(count=1, searched=20, trap="nothing is written, but somebody searches what is there"),
    "searched_lately": Domain(count=1, lately=12, trap="idle but for one day of the last 14"),
    "being_changed": Domain(count=1, state="Modifying", trap="idle, but its nodes are being changed"),
    "domain_days_missing": Domain(
        count=2, has_missing_days=True, unknowns=(IDLE,), trap="looks idle, but 2 of the last 14 days are missing"
    ),
    "only_fetched": Domain(
        count=1, fetched=5_000, unknowns=(IDLE,), trap="neither written nor searched, but documents are fetched by id"
    ),
    "domain_new": Domain(
        count=1, age_days=6, unknowns=(IDLE,), trap="six days old, and when a domain was made nobody says"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for name, case in DOMAINS.items():
        for number in range(case.count):
            _domain(draw, estate, name, number)


def _domain(draw: Draw, estate: Estate, name: str, number: int) -> None:
    case = DOMAINS[name]
    account, region = CELLS[number % len(CELLS)]
    created = draw.ago(case.age_days + 0.3 if case.age_days else draw.days(60, 600) + 0.3)
    label = f"{name.replace('_', '-')}-{number + 1}"
    arn = f"arn:aws:es:{region}:{account}:domain/{label}"
    item = Item(
        kind="search_domain",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=name,
        created_at=created,
        name=label,
        tags=tags(draw, label),
        shape={
            "DomainId": f"{account}/{label}",
            "DomainName": label,
            "ARN": arn,
            "Created": True,
            "Deleted": False,
            "Processing": case.state != "Active",
            "EngineVersion": case.engine,
            "ClusterConfig": {"InstanceType": NODE, "InstanceCount": 2, "DedicatedMasterEnabled": False},
            "EBSOptions": {"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": GIB},
            "AccessPolicies": '{"Version": "2012-10-17", "Statement": []}',
            "DomainProcessingStatus": case.state,
        },
        wastes=case.wastes,
        fines=all_but((IDLE,), case.wastes, case.unknowns),
        unknowns=case.unknowns,
        trap=case.trap,
        charges=_charges(region, *charges.span(created, draw.as_of)),
    )
    estate.items.append(item)
    _measure(draw, estate, item, case)


def _charges(region: str, first: date, last: date) -> list[Charge]:
    code = REGION_CODES[region]
    return [
        Charge(
            service=OPENSEARCH,
            meter=f"{code}ESInstance:{NODE.removesuffix('.search')}",
            operation="ESDomain",
            description=f"${NODE_HOUR} per {NODE} instance hour (or partial hour)",
            unit="Hrs",
            price=NODE_HOUR,
            per_day=charges.HOURS * 2,
            first=first,
            last=last,
        ),
        Charge(
            service=OPENSEARCH,
            meter=f"{code}ES:GP3-Storage",
            operation="ESDomain",
            description=f"${GIB_MONTH} per GB-month of GP3 storage",
            unit="GB-Mo",
            price=GIB_MONTH,
            held=Decimal(GIB * 2),
            first=first,
            last=last,
        ),
    ]


def _measure(draw: Draw, estate: Estate, item: Item, case: Domain) -> None:
    age = (draw.as_of - item.created_at).days
    missing = MISSING_DAYS if case.has_missing_days else ()
    amounts = {
        "IndexingRate": case.written,
        "SearchRate": case.searched,
        "OpenSearchRequests": case.written + case.searched + case.fetched,
    }
    for metric, amount in amounts.items():
        values = usage.counter(draw.random, low=amount * 0.7, high=amount * 1.3) if amount else usage.flat(0.0)
        if case.lately and metric != "IndexingRate":
            values = usage.raised(values, days_ago=[case.lately], to=3.0, statistics=("Sum",))
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, item, ("AWS/ES", metric, "DomainName", item.name, "ClientId", item.account), known)


def _names(asked: Asked) -> dict[str, Any]:
    return {
        "DomainNames": [
            {"DomainName": item.name, "EngineType": item.shape["EngineVersion"].partition("_")[0]}
            for item in asked.of("search_domain")
        ]
    }


def _described(asked: Asked) -> dict[str, Any]:
    wanted = asked.parameters.get("DomainNames") or ()
    if len(wanted) > AT_ONCE:
        raise Refusal("ValidationException", "Please provide a maximum of 5 domain names to describe.")
    return {"DomainStatusList": [item.shape for item in asked.of("search_domain") if item.name in wanted]}


ANSWERS = (
    Answered(service="opensearch", operation="ListDomainNames", make=_names, action="es:ListDomainNames"),
    Answered(
        service="opensearch",
        operation="DescribeDomains",
        make=_described,
        honours=frozenset({"DomainNames"}),
        action="es:DescribeDomains",
        tried_with=lambda estate: {"DomainNames": [item.name for item in estate.of("search_domain")[:AT_ONCE]]},
    ),
)

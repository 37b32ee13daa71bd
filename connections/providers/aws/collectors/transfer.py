"""Transfer Family: file servers. Their users, keys and files are not even parsed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.transfers import TransferServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_SERVERS = Call(
    service="transfer",
    operation="ListServers",
    action="transfer:ListServers",
    why="Lists file servers with their states; no user and no file is read.",
    cheapest={"MaxResults": 1},
)
LIST_HOST_KEYS = Call(
    service="transfer",
    operation="ListHostKeys",
    action="transfer:ListHostKeys",
    why="Tells since when a file server is there at least: when its host keys were put in. The keys are not read.",
    cheapest={"ServerId": "s-00000000000000000", "MaxResults": 1},
    answers_cheapest=frozenset({"ResourceNotFoundException"}),
    withheld=("HostKeys.Description", "HostKeys.Fingerprint", "HostKeys.SecretId", "NextToken"),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every file server of one region. More is asked for only where there is one."""
    servers = reader.listing(
        LIST_SERVERS,
        result="Servers",
        row=lambda item: _server(reader, item),
        kinds=(TransferServer.KIND,),
        page_size=100,
    ).rows
    if not servers:
        return
    tags = tags_by_arn(reader, "transfer:server")
    for server in reader.together(*(partial(_with_keys, reader, server) for server in servers)):
        own = tags.get(server.resource_id, {})
        yield replace(server, tags=own, name=own.get("Name", server.name))


def _server(reader: Reader, item: dict[str, Any]) -> TransferServer:
    keeps_users = item.get("IdentityProviderType") == "SERVICE_MANAGED"
    return TransferServer(
        resource_id=item["Arn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["ServerId"],
        state=item.get("State", ""),
        user_count=item.get("UserCount") if keeps_users else None,
    )


def _with_keys(reader: Reader, server: TransferServer) -> TransferServer:
    """A server has ten host keys at most, so that one page holds them all."""
    answer = reader.one(LIST_HOST_KEYS, ServerId=_id(server))
    moments = [key["DateImported"] for key in (answer or {}).get("HostKeys", []) if "DateImported" in key]
    return replace(server, there_at=min(moments, default=None))


def _id(server: TransferServer) -> str:
    return server.resource_id.rpartition("/")[2]


def _place(server: TransferServer) -> MetricPlace:
    return MetricPlace(namespace="AWS/Transfer", dimensions=(("ServerId", _id(server)),))


COLLECTOR = Collector(
    service="transfer",
    needs={TransferServer: (LIST_SERVERS, LIST_HOST_KEYS)},
    calls=(LIST_SERVERS, LIST_HOST_KEYS, GET_RESOURCES),
    collect=collect,
    places={TransferServer: _place},
    billed_as=("AWS Transfer Family",),
)

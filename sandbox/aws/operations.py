"""Which operation a request is and what it asks for, by botocore's own models of the services and their protocols."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from botocore.loaders import Loader
from botocore.utils import parse_timestamp
from moto.core.model import ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from werkzeug.datastructures import Headers, MultiDict

if TYPE_CHECKING:
    from sandbox.aws.wire import Request

LABEL = re.compile(r"\{(\w+)(\+?)\}")
LOADER = Loader()  # one for all: a fresh one looks through the folders of all services before it reads its first


@cache
def model(service: str) -> ServiceModel:
    """The reading that moto has of botocore's model: its parsers and serializers take no other."""
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)


def protocol(service: str) -> str:
    """The protocol that this botocore speaks with the service, of those that the service knows."""
    return str(model(service).resolved_protocol)


@dataclass(frozen=True, kw_only=True)
class Route:
    """One operation of a REST service: its method, its path as a pattern, and what its query must hold."""

    name: str
    method: str
    pattern: re.Pattern[str]
    query: frozenset[tuple[str, str]]
    literal: int

    def match(self, request: Request) -> re.Match[str] | None:
        if request.method != self.method or not self.query <= set(parse_qsl(request.query, keep_blank_values=True)):
            return None
        return self.pattern.fullmatch(request.path)


@cache
def routes(service: str) -> tuple[Route, ...]:
    """The service's routes, those with the most literal text first. An operation that a younger one took the path of
    has none.
    """
    found = []
    described = model(service)
    for name in described.operation_names:
        if described.operation_model(name).deprecated:
            continue
        http = described.operation_model(name).http
        path, _, query = str(http["requestUri"]).partition("?")
        parts = LABEL.split(path)
        literals, labels = parts[::3], list(zip(parts[1::3], parts[2::3], strict=True))
        text = re.escape(literals[0])
        for (label, greedy), literal in zip(labels, literals[1:], strict=True):
            text += f"(?P<{label}>{'.+' if greedy else '[^/]+'}){re.escape(literal)}"
        pairs = frozenset(parse_qsl(query, keep_blank_values=True))
        length = sum(map(len, literals)) + len(query)
        found.append(
            Route(name=name, method=str(http["method"]), pattern=re.compile(text), query=pairs, literal=length)
        )
    return tuple(sorted(found, key=lambda route: -route.literal))


def form(request: Request) -> dict[str, str]:
    """The flat parameters of the query protocols."""
    return dict(parse_qsl(request.body.decode() or request.query, keep_blank_values=True))


def named(service: str, request: Request) -> str:
    """The operation of this service that the request is; nothing where it is none of it.

    Services that share a signing name are told apart by what they call themselves: the version of the API, the prefix
    of the target, the path.
    """
    described = model(service)
    spoken = protocol(service)
    if spoken in {"ec2", "query"}:
        asked = form(request)
        name = asked.get("Action", "") if asked.get("Version") == described.api_version else ""
    elif spoken == "json":
        prefix, _, name = request.headers.get("x-amz-target", "").rpartition(".")
        name = name if prefix == described.metadata["targetPrefix"] else ""
    else:
        name = next((route.name for route in routes(service) if route.match(request)), "")
    return name if name in described.operation_names else ""


def parameters(service: str, operation: str, request: Request) -> dict[str, Any]:
    """What the request asks for, in the shape of the operation's input. Moments are in UTC and say so."""
    spoken = protocol(service)
    values: MultiDict[str, str]
    labels: dict[str, str] = {}
    if spoken in {"ec2", "query"}:
        values = MultiDict(form(request))
    else:
        values = MultiDict(parse_qsl(request.query, keep_blank_values=True))
    if spoken.startswith("rest"):
        route = next(route for route in routes(service) if route.name == operation)
        matched = route.match(request)
        labels = {name: unquote(value) for name, value in matched.groupdict().items()} if matched else {}
    parser = PROTOCOL_PARSERS[spoken](model(service).operation_model(operation), timestamp_parser=_moment)
    parsed = parser.parse(
        {
            "method": request.method,
            "values": values,
            "headers": Headers(dict(request.headers)),
            "body": request.body,
            "url_path": request.path,
            "url_params": labels,
        }
    )
    return {name: value for name, value in parsed.items() if value is not None}


def _moment(value: Any) -> datetime:  # noqa: ANN401 - epoch seconds or text
    return parse_timestamp(value).astimezone(UTC)

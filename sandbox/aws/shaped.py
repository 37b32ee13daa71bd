"""The generic front: it answers an operation from data that already stands in the shape of botocore's model.

A family of `sandbox.aws.families` names what it answers in `ANSWERS`, and makes the data. Which operation a request
is, what it asks for, its pages and its wire format come from botocore's models; an answer that does not fit its model
is refused before it is sent.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import UnknownServiceError

from sandbox.aws import operations, shapes
from sandbox.aws.wire import PREFIXES, Answer, ApiCall, Credential, Refusal, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sandbox.aws.identities import Caller
    from sandbox.aws.model import Estate, Item


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call as a family sees it: who asks, where, and for what, in the shape of the operation's input."""

    account: str
    region: str
    parameters: Mapping[str, Any]
    estate: Estate

    def of(self, kind: str) -> list[Item]:
        """What stands in the account and region that is asked."""
        return [item for item in self.estate.of(kind) if (item.account, item.region) == (self.account, self.region)]


@dataclass(frozen=True, kw_only=True)
class Pages:
    """How one operation pages: its token and limit going in, its token and list coming out, its longest page.

    `along` is a second list of the same length that is cut as the first is, `more` a member that says whether a page
    follows, beside its token.
    """

    token: str
    limit: str
    next_token: str
    items: str
    largest: int = 100
    along: str = ""
    more: str = ""


def camel_pages(items: str) -> Pages:
    """Pages as younger services have them, for an operation of which botocore's paginators say nothing."""
    return Pages(token="nextToken", limit="maxResults", next_token="nextToken", items=items)  # noqa: S106 - page tokens


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One operation that a family answers.

    `make` gives the whole answer, which is then cut into pages; `honours` are the parameters it heeds, and a call with
    any other is refused, so that no filter is ever passed over in silence. `action` is the permission where it is not
    called as the operation is, `resource` what it is asked for, with {region} and parameters in it, `besides` those of
    other services that it looks for too, `pages` how it pages where botocore's paginators do not say, `regions` where
    it is offered, if not everywhere. `tried_with` gives the parameters of one call that is answered somewhere.
    """

    service: str
    operation: str
    make: Callable[[Asked], Mapping[str, Any]]
    honours: frozenset[str] = frozenset()
    action: str = ""
    resource: str = "*"
    besides: tuple[str, ...] = ()
    pages: Pages | None = None
    largest: int = 100
    regions: frozenset[str] = frozenset()
    tried_with: Callable[[Estate], Mapping[str, Any]] = lambda _: {}

    @property
    def permission(self) -> str:
        return self.action or f"{PREFIXES.get(self.service, self.service)}:{self.operation}"

    def paging(self) -> Pages | None:
        return self.pages or paginator(self.service, self.operation, largest=self.largest)


class Front:
    """Everything that the families answer, found by the name that a service's requests are signed for."""

    def __init__(self, answers: Iterable[Answered]) -> None:
        self.answers = {(one.service, one.operation): one for one in answers}
        self._services: dict[str, list[str]] = {}
        for service in sorted({service for service, _ in self.answers}):
            self._services.setdefault(operations.model(service).signing_name, []).append(service)

    def identify(self, request: Request, signed_for: Credential) -> ApiCall | None:
        """The call, where a family answers it; None leaves it to the rest of the front."""
        for service in self._services.get(signed_for.service, ()):
            operation = operations.named(service, request)
            answered = self.answers.get((service, operation))
            if answered:
                asked = operations.parameters(service, operation, request)
                return ApiCall(
                    service=service,
                    operation=operation,
                    action=answered.permission,
                    resource=answered.resource.format_map({**asked, "region": signed_for.region}),
                    region=signed_for.region,
                    wire=refusals_of(service),
                    parameters=asked,
                    besides=answered.besides,
                )
        return None

    def knows(self, call: ApiCall) -> bool:
        return (call.service, call.operation) in self.answers

    def answer(self, call: ApiCall, caller: Caller, estate: Estate, *, page_size: int | None) -> Answer:
        """`page_size` makes every page that short, whatever was asked."""
        answered = self.answers[call.service, call.operation]
        asked = Asked(account=caller.account, region=call.region, parameters=call.parameters, estate=estate)
        page = one_page(answered, asked, page_size=page_size)
        shapes.refuse_misshapen(call.service, call.operation, page)
        status, headers, body = shapes.serialised(call.service, call.operation, page)
        return Answer(status=status, body=body, headers=headers)


def refusals_of(service: str) -> str:
    """The format of a service's refusals: one of ec2, query (XML) and json."""
    spoken = operations.protocol(service)
    return {"ec2": "ec2", "query": "query", "rest-xml": "query"}.get(spoken, "json")


def paginator(service: str, operation: str, *, largest: int = 100) -> Pages | None:
    """How botocore pages the operation; None where it has one page only. Only what has one token and one list."""
    try:
        found = operations.LOADER.load_service_model(service, "paginators-1")["pagination"].get(operation)
    except UnknownServiceError:
        return None
    if found is None:
        return None
    items = found["result_key"] if isinstance(found["result_key"], str) else found["result_key"][0]
    return Pages(
        token=found["input_token"],
        limit=found.get("limit_key", ""),  # some operations page and cannot be asked for shorter pages
        next_token=found["output_token"],
        items=items,
        largest=largest,
    )


def one_page(answered: Answered, asked: Asked, *, page_size: int | None = None) -> dict[str, Any]:
    """The page that was asked for, with the token of the next one where there is more."""
    pages = answered.paging()
    known = answered.honours | ({pages.token, pages.limit} if pages else set())
    if answered.regions and asked.region not in answered.regions:
        raise Refusal("UnknownEndpoint", f"{answered.service} has no endpoint in {asked.region}.", status=404)
    # A list that was not given reads as an empty one where lists come in a path's query.
    for name in sorted({name for name, value in asked.parameters.items() if value != []} - known):
        raise Refusal("InvalidParameterValue", f"The sandbox does not know the parameter {name} of this operation.")
    for problem in shapes.too_much(answered.service, answered.operation, asked.parameters):
        raise Refusal("ValidationException", f"1 validation error detected: {problem}.")
    whole = dict(answered.make(asked))
    if pages is None:
        return whole
    items = list(_at(whole, pages.items))
    first = _start(answered, pages, asked)
    limit = int(asked.parameters.get(pages.limit) or 0)  # some services have it as a text
    last = first + min(size for size in (limit, page_size, pages.largest) if size)
    _put(whole, pages.items, items[first:last])
    if pages.along:
        whole[pages.along] = list(whole[pages.along])[first:last]
    if pages.more:
        _put(whole, pages.more, last < len(items))
    if last < len(items):
        _put(whole, pages.next_token, _token(answered, last))
    return whole


def _at(answer: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401
    value: Any = answer
    for name in path.split("."):
        value = value[name]
    return value


def _put(answer: dict[str, Any], path: str, value: object) -> None:
    """Sets what the path names, and copies what it leads through."""
    *way, last = path.split(".")
    at = answer
    for name in way:
        at[name] = dict(at[name])
        at = at[name]
    at[last] = value


def _token(answered: Answered, at: int) -> str:
    return base64.urlsafe_b64encode(f"{answered.operation}:{at}".encode()).decode()


def _start(answered: Answered, pages: Pages, asked: Asked) -> int:
    token = asked.parameters.get(pages.token)
    if not token:
        return 0
    try:
        operation, _, at = base64.urlsafe_b64decode(token).decode().partition(":")
    except ValueError:
        operation, at = "", ""
    if operation != answered.operation or not at.isdigit():
        raise Refusal("InvalidParameterValue", f"Invalid value for {pages.token}")
    return int(at)


def matching(rows: Iterable[Mapping[str, Any]], wanted: Mapping[str, Iterable[Any] | None]) -> list[Any]:
    """The rows whose members are among those asked for; a member for which nothing was asked does not matter."""
    return [row for row in rows if all(not values or row.get(name) in set(values) for name, values in wanted.items())]

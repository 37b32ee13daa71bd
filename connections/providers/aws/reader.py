"""What a collector reads through: every page of a call, and a gap instead of an empty answer where one fails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from connections.provider import NOTHING_KNOWN, GapFound
from connections.providers.aws.outcomes import code_of, is_absent, outcome_of, sentence_of
from connections.providers.aws.session import CannotAssumeRole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from connections.provider import Call, Known
    from connections.providers.aws.session import AwsSession
    from connections.resources import Thing

Row = TypeVar("Row")
Kind = TypeVar("Kind", bound="Thing")
Answer = TypeVar("Answer")
FAILURES = (ClientError, BotoCoreError, ResponseParserError, CannotAssumeRole)
NOT_UNDERSTOOD = (KeyError, TypeError, ValueError)
THREADS = 8
SECRET_WORDS = (
    "secret",
    "password",
    "passwd",
    "passphrase",
    "token",
    "credential",
    "apikey",
    "accesskey",
    "privatekey",
    "connectionstring",
)
WITHHELD = "(withheld)"
# What names the next page, in the answer and then in the request, where the SDK does not know how a service pages.
NEXT = (
    ("nextToken", "nextToken"),
    ("NextToken", "NextToken"),
    ("LastEvaluatedGlobalTableName", "ExclusiveStartGlobalTableName"),
)


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[Row]):
    """The rows of a call. Where `is_complete` is false a gap says why, and what is missing is unknown, not absent."""

    rows: tuple[Row, ...]
    is_complete: bool


class Reader:
    """One account's service in one region, as a collector sees it. `at` stands as the moment of observation.

    `known` are the resources of whose details those may be taken over that an earlier audit read.
    """

    def __init__(
        self, *, session: AwsSession, region: str, service: str, at: datetime, known: Known = NOTHING_KNOWN
    ) -> None:
        self.account_id = session.account_id
        self.region = region
        self.service = service
        self.at = at
        self._session = session
        self._known = known
        self._gaps: list[GapFound] = []
        self._notes: list[str] = []
        self._lock = threading.Lock()

    @property
    def gaps(self) -> tuple[GapFound, ...]:
        """What could not be read so far."""
        return tuple(self._gaps)

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say of what could be read."""
        return tuple(self._notes)

    def note(self, sentence: str) -> None:
        """Say something of what there was to read that is no gap: the step shows it."""
        self._notes.append(sentence)

    def elsewhere(self, region: str) -> Reader:
        """The same account and service in another region. What fails there is no gap of this one."""
        return Reader(session=self._session, region=region, service=self.service, at=self.at)

    def gap(self, call: Call, *, reason: str, message: str, kinds: tuple[str, ...] = ()) -> None:
        """Note that `call` failed and that of `kinds` some or all may be missing. One gap for a call and a reason."""
        found = GapFound(
            account_id=self.account_id,
            region=self.region,
            service=self.service,
            action=call.action,
            reason=reason,
            message=message,
            kinds=kinds,
        )
        with self._lock:
            if not any((known.action, known.reason) == (found.action, found.reason) for known in self._gaps):
                self._gaps.append(found)

    def listing(
        self,
        call: Call,
        *,
        result: str,
        row: Callable[[dict[str, Any]], Row | None],
        kinds: tuple[str, ...] = (),
        page_size: int | None = None,
        **parameters: Any,  # noqa: ANN401 - as the call wants them
    ) -> Listing[Row]:
        """Every row of every page of `call`; `result` is where the answer holds them, None from `row` leaves one out.

        `result` may be a dotted path ("DistributionList.Items"). What came before a failure is kept, the failure
        becomes a gap over `kinds`. A code by which the provider says that there is none ends the rows and is no gap.
        """
        rows: list[Row] = []
        try:
            for page in self._pages(call, page_size=page_size, parameters=parameters):
                rows.extend(made for item in _found_at(page, result) if (made := row(item)) is not None)
        except FAILURES as error:
            if is_absent(error, codes=call.absent, words=call.absent_words):
                return Listing(rows=tuple(rows), is_complete=True)
            self._failed(call, error, kinds=kinds)
            return Listing(rows=tuple(rows), is_complete=False)
        except NOT_UNDERSTOOD as error:
            message = f"What AWS answered to {call.operation} was not understood: {type(error).__name__}."
            self.gap(call, reason="FAILED", message=message, kinds=kinds)
            return Listing(rows=tuple(rows), is_complete=False)
        return Listing(rows=tuple(rows), is_complete=True)

    def one(
        self,
        call: Call,
        *,
        kinds: tuple[str, ...] = (),
        **parameters: Any,  # noqa: ANN401 - as the call wants them
    ) -> dict[str, Any] | None:
        """The answer of a call without pages; empty where the provider says that there is none, None after a gap."""
        try:
            client = self._session.client(call.service, self.region)
            answer: dict[str, Any] = getattr(client, xform_name(call.operation))(**parameters)
        except FAILURES as error:
            if is_absent(error, codes=call.absent, words=call.absent_words):
                return {}
            self._failed(call, error, kinds=kinds)
            return None
        return answer

    def kept(self, listed: Kind) -> Kind | None:
        """`listed` with its details as an earlier audit read them; None where they are to be asked for.

        `listed` holds all that lists tell of it, tags too: where any of that is not as it was, nothing is taken over.
        """
        apart = {"details_read_at", *listed.DETAILS}
        told = {one.name: getattr(listed, one.name) for one in fields(listed) if one.name not in apart}
        return self.kept_by_id(type(listed), **told)

    def kept_by_id(
        self,
        kind: type[Kind],
        *,
        resource_id: str,
        **told: Any,  # noqa: ANN401 - as the kind's fields are
    ) -> Kind | None:
        """As `kept`, where a list tells nothing but that it is there: `told` are the fields that follow from that."""
        found = self._known.get((kind.KIND, resource_id))
        if not isinstance(found, kind) or any(getattr(found, name) != value for name, value in told.items()):
            return None
        return found

    def together(self, *jobs: Callable[[], Answer]) -> list[Answer]:
        """Run jobs side by side and return their answers in the order of the jobs."""
        if len(jobs) < 2:  # noqa: PLR2004 - one job needs no threads
            return [job() for job in jobs]
        with ThreadPoolExecutor(max_workers=min(THREADS, len(jobs)), thread_name_prefix="aws") as pool:
            return list(pool.map(lambda job: job(), jobs))

    def _pages(self, call: Call, *, page_size: int | None, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
        client = self._session.client(call.service, self.region)
        method = xform_name(call.operation)
        if not client.can_paginate(method):
            yield from self._by_token(getattr(client, method), parameters)
            return
        settings = {} if page_size is None else {"PageSize": page_size}
        yield from client.get_paginator(method).paginate(**parameters, PaginationConfig=settings)

    @staticmethod
    def _by_token(call: Callable[..., dict[str, Any]], parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Page after page of an operation whose paging the SDK does not know, where it has any."""
        page = call(**parameters)
        yield page
        while token := next(((sent, page[told]) for told, sent in NEXT if page.get(told)), None):
            page = call(**parameters, **dict([token]))
            yield page

    def _failed(self, call: Call, error: BaseException, *, kinds: tuple[str, ...]) -> None:
        reason = outcome_of(code_of(error))
        remedy = {
            "REFUSED": f"Give the role {call.action} (run the kit again); an organisation's policy may also refuse it.",
            "THROTTLED": "AWS asked us to slow down and went on doing so; the next audit asks again.",
            "FAILED": "The next audit asks again.",
        }[reason]
        self.gap(call, reason=reason, message=f"{sentence_of(error).rstrip('.')}. {remedy}", kinds=kinds)


def _found_at(page: dict[str, Any], path: str) -> list[Any]:
    found: Any = page
    for name in path.split("."):
        found = (found or {}).get(name)
    return found or []


def clean_tags(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """Tags by key. The value of a tag whose key speaks of a secret is withheld: it is no business of ours."""
    found = {}
    for tag in tags or ():
        key, value = tag.get("Key", ""), tag.get("Value", "")
        found[key] = WITHHELD if _is_secret(key) else value
    return found


@lru_cache(maxsize=4096)
def _is_secret(key: str) -> bool:
    word = "".join(letter for letter in key.lower() if letter.isalnum())
    return any(secret in word for secret in SECRET_WORDS)

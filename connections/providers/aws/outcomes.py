"""How a call ended: OK, REFUSED, THROTTLED or FAILED, and the book of all calls that a session made."""

from __future__ import annotations

import re
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from connections.provider import CallCount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connections.provider import Pace

REFUSED_CODES = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "AuthorizationError",
        "AuthorizationErrorException",
        "ExplicitDeny",
        "Forbidden",
        "NotAuthorized",
        "OptInRequired",
        "UnauthorizedAccess",
        "UnauthorizedOperation",
        "403",
    }
)
THROTTLED_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "429",
    }
)


# Which role lets us in is sealed, so its name must not come back in the provider's complaint about it.
CONCEALED = "(sealed)"
IDENTITY = re.compile(r"arn:aws[a-z-]*:(?:iam|sts)::(\d*):([a-z-]+)/[\w+=,.@/:-]*", re.ASCII)
NAMED_ROLE = re.compile(r"(\bresource: role) [\w+=,.@-]+", re.ASCII)
LONGEST_SENTENCE = 500


def outcome_of(code: str) -> str:
    """REFUSED, THROTTLED or FAILED for an error code of the provider."""
    if code in REFUSED_CODES:
        return "REFUSED"
    return "THROTTLED" if code in THROTTLED_CODES else "FAILED"


def code_of(error: BaseException) -> str:
    """The provider's code for `error`, or the error's own name where no answer came."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def code_in(parsed: Mapping[str, Any]) -> str:
    """The provider's error code in an answer as botocore parsed it, or HTTP's status; empty where all is well."""
    status = parsed.get("ResponseMetadata", {}).get("HTTPStatusCode", 200)
    return str(parsed.get("Error", {}).get("Code") or status) if status >= 300 else ""  # noqa: PLR2004 - HTTP's own line


def is_absent(error: BaseException, *, codes: frozenset[str], words: tuple[str, ...]) -> bool:
    """Whether the provider says by `error` that nothing is set up: by one of the codes, or by words of its message."""
    if code_of(error) in codes:
        return True
    message = str(error.response.get("Error", {}).get("Message", "")) if isinstance(error, ClientError) else ""
    return any(one in message.lower() for one in words)


def sentence_of(error: BaseException) -> str:
    """The provider's own words about `error`, shortened, and without the names of roles and people."""
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        return without_names(f"{details.get('Code', 'Unknown')}: {details.get('Message', '')}")[:LONGEST_SENTENCE]
    if isinstance(error, ResponseParserError):  # whose own words hold the answer, with what is withheld
        return f"{type(error).__name__}: the answer could not be parsed."
    return without_names(f"{type(error).__name__}: {error}")[:LONGEST_SENTENCE]


def without_names(text: str, *, role_name: str = "") -> str:
    """`text` with what names a role, a session or a person replaced by its kind and account.

    With `role_name` that name is taken out too where it stands alone, as in the name of a policy made for it.
    """
    unnamed = IDENTITY.sub(lambda found: f"{found[2]} of account {found[1]}", NAMED_ROLE.sub(r"\1", text))
    if not role_name:
        return unnamed
    alone = rf"(?<![A-Za-z0-9]){re.escape(role_name)}(?![A-Za-z0-9])"
    return re.sub(alone, CONCEALED, unnamed, flags=re.IGNORECASE)


class CallBook:
    """Counts every request that left, retries included, by operation and outcome. Safe to share between threads.

    `pace` is asked before each call and told of each complaint, where there is one.
    """

    def __init__(self, *, pace: Pace | None = None) -> None:
        self.pace = pace
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str, str, str]] = Counter()
        self._units: Counter[tuple[str, str]] = Counter()

    def before_call(self) -> None:
        """Asked before each call: whoever must not make it any more raises."""

    def note(self, *, service: str, operation: str, code: str = "") -> None:
        """Book one request; `code` is the provider's error code, empty where it answered."""
        with self._lock:
            self._counts[service, operation, outcome_of(code) if code else "OK", code] += 1

    def note_units(self, *, service: str, operation: str, units: int) -> None:
        """Book what the provider charges for beside the request itself, for example metrics."""
        with self._lock:
            self._units[service, operation] += units

    def counts(self) -> tuple[CallCount, ...]:
        """What was booked. An operation's units stand on its first line."""
        with self._lock:
            units, found = dict(self._units), []
            order = sorted(self._counts.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] != "OK", item[0]))
            for (service, operation, outcome, code), count in order:
                found.append(
                    CallCount(
                        service=service,
                        operation=operation,
                        outcome=outcome,
                        count=count,
                        units=units.pop((service, operation), 0),
                        error_code=code,
                    )
                )
            return tuple(found)

    def on_response(
        self,
        *,
        parsed_response: dict[str, Any] | None,
        exception: BaseException | None,
        event_name: str,
        service_name: str,
        region_name: str = "",
        **_: object,
    ) -> None:
        """Book one attempt as botocore reports it, with the operation's name from the event."""
        operation = event_name.rsplit(".", 1)[-1]
        if exception is not None:
            self.note(service=service_name, operation=operation, code=type(exception).__name__)
            return
        code = code_in(parsed_response or {})
        if self.pace is not None and outcome_of(code) == "THROTTLED":
            self.pace.throttled(service=service_name, region=region_name)
        self.note(service=service_name, operation=operation, code=code)

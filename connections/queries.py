"""What pages ask of connections and their access checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connections.models import AccessCheck, Connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

UNDER_WAY = frozenset({AccessCheck.State.REQUESTED, AccessCheck.State.RUNNING})
# How a declared action's result is told, and the kind of badge that it gets.
RESULTS = {
    "OK": ("allowed", "good"),
    "REFUSED": ("refused", "bad"),
    "NOT_NEEDED": ("not needed", "plain"),
    "UNKNOWN": ("not known", "warn"),
}
FORM_FIELDS = {
    "role_arn": "Role ARN",
    "regions": "Regions",
    "export_bucket": "Export bucket",
    "export_prefix": "Export path prefix",
    "export_name": "Export name",
    "export_region": "Export bucket's region",
}


@dataclass(frozen=True, kw_only=True)
class MatrixRow:
    """A declared action and what came of trying it."""

    action: str
    why: str
    message: str
    result: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why the connection is refused, and at which field."""

    field: str
    label: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class CheckPage:
    """An access check as its page shows it."""

    check: AccessCheck
    is_under_way: bool
    refusals: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    matrix: tuple[MatrixRow, ...]
    refused_count: int


def live_connections() -> list[Connection]:
    """Every connection of the open scope that was not deleted, in the order of their names."""
    return list(Connection.objects.exclude(state=Connection.State.DELETED).order_by("label", "id"))


def latest_checks() -> Mapping[UUID, AccessCheck]:
    """The newest access check of each connection, by connection id."""
    rows = AccessCheck.objects.order_by("connection_id", "-requested_at").distinct("connection_id")
    return {check.connection_id: check for check in rows}


def latest_check(connection: Connection) -> AccessCheck | None:
    """The connection's newest access check."""
    return AccessCheck.objects.filter(connection=connection).order_by("-requested_at").first()


def check_page(check: AccessCheck) -> CheckPage:
    """An access check, what was refused first. A call that several collectors make is told once if it went alike."""
    matrix = list(dict.fromkeys(_matrix_row(line) for line in check.matrix))
    order = [label for label, _ in RESULTS.values()]
    matrix.sort(key=lambda row: (row.tone != "bad", row.tone != "warn", order.index(row.result), row.action))
    return CheckPage(
        check=check,
        is_under_way=check.state in UNDER_WAY,
        refusals=tuple(
            Refusal(field=field, label=FORM_FIELDS.get(field, ""), sentence=sentence)
            for field, sentence in check.refusals
        ),
        warnings=tuple(dict.fromkeys(check.warnings)),
        matrix=tuple(matrix),
        refused_count=len({row.action for row in matrix if row.tone == "bad"}),
    )


def refusals_by_field(check: AccessCheck | None) -> Mapping[str, list[str]]:
    """The sentences of a refused check, by form field."""
    found: dict[str, list[str]] = {}
    pairs: Iterable[tuple[str, str]] = check.refusals if check is not None else ()
    for field, sentence in pairs:
        found.setdefault(field, []).append(sentence)
    return found


def _matrix_row(line: Mapping[str, str]) -> MatrixRow:
    label, tone = RESULTS.get(line["result"], RESULTS["UNKNOWN"])
    return MatrixRow(
        action=line["action"], why=line.get("why", ""), message=line.get("message", ""), result=label, tone=tone
    )

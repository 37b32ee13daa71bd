"""Azure's actual and amortised cost beside each other: which part is which, and what is read of each.

Both hold the same usage, so reading all of both would count it twice. Of a period that is there amortised, only the
commitments' purchases and refunds are taken from the actual cost: the amortised cost lacks these alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from audits.bill_format import plain_rows
from audits.bill_formats.azure_cost import (
    AZURE_COST,
    IS_COMMITMENT,
    IS_COMMITMENT_BOUGHT,
    PERIOD,
    SHOWS_ACTUAL,
    SHOWS_AMORTIZED,
)
from audits.bill_parts import BillRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audits.bill_parts import Part
    from audits.dialect import Dialect

ACTUAL, AMORTIZED = "actual", "amortized"
NAMES = {ACTUAL: ("actual",), AMORTIZED: ("amortized", "amortised")}
ACTUAL_ALONE = (
    "This is the actual cost alone: what commitments cover has no effective cost in it. Load the amortised cost of the "
    "same period together with it."
)
NO_PURCHASE = (
    "No purchase of a commitment is in these files. If one was billed in this period, load the actual cost together "
    "with the amortised."
)
ACCOUNT_AND_PERIOD = f"concat(billing_account_id, ' ', {PERIOD})"

# Of a period's lines: covered usage that is not spread, commitments that are, and purchases of commitments.
SEEN = """
    select count_if(commitment_discount_status = 'Used' and effective_cost = 0 and consumed_quantity > 0),
           count_if(commitment_discount_status <> '' and effective_cost <> 0),
           count_if(charge_category = 'Purchase' and commitment_discount_id <> '')
      from sums where is_line and billing_period = ?"""


def notes(bare: int, spread: int, bought: int) -> list[str]:
    """What a period's files lack, from SEEN, in sentences."""
    if bare and not spread:
        return [ACTUAL_ALONE]
    if spread and not bought:
        return [NO_PURCHASE]
    return []


def keeps(
    parts: Sequence[Part],
    rows: Sequence[tuple[str, Dialect]],
    ask: Callable[[str], Sequence[Any]],
    alike: Sequence[int],
) -> tuple[str, ...]:
    """For each part, a condition of the rows to read. `rows` are `read_as_text`. Raises BillRefused.

    `alike` is by part the first one that holds the same: where nothing else tells what a copy is, it is what that is.
    """
    plain = [plain_rows(AZURE_COST, one, dialect) for one, dialect in rows]
    kinds = _settled(parts, _kinds(parts, plain, ask), alike)
    if set(kinds) != {ACTUAL, AMORTIZED}:
        return ("true",) * len(parts)
    spread = " union all ".join(
        f"select {ACCOUNT_AND_PERIOD} as held from ({one})"
        for one, kind in zip(plain, kinds, strict=True)
        if kind == AMORTIZED
    )
    (held,) = ask(f"select list(distinct held) from ({spread})")
    listed = ", ".join("'" + one.replace("'", "''") + "'" for one in sorted(held))
    beside = f"({IS_COMMITMENT_BOUGHT} or {ACCOUNT_AND_PERIOD} not in ({listed}))"
    return tuple(beside if kind == ACTUAL else "true" for kind in kinds)


def _kinds(parts: Sequence[Part], rows: Sequence[str], ask: Callable[[str], Sequence[Any]]) -> list[str | None]:
    """What each part is, as `_kind` tells. All are asked together, so that they are read side by side."""
    shown = f"max(case when {SHOWS_AMORTIZED} then 2 when {SHOWS_ACTUAL} then 1 else 0 end)"
    asked = " union all ".join(
        f"select {number} as number, {shown} as shown from ({one}) where {IS_COMMITMENT}"
        for number, one in enumerate(rows)
    )
    (found,) = ask(f"select list(shown order by number) from ({asked})")
    return [_kind(part, one) for part, one in zip(parts, found, strict=True)]


def _kind(part: Part, shown: int | None) -> str | None:
    """By what only one of the two has, else by the file's name; None where neither tells."""
    if shown:
        return AMORTIZED if shown == 2 else ACTUAL  # noqa: PLR2004 - as the query numbers them
    named = [kind for kind, words in NAMES.items() if any(word in part.key.lower() for word in words)]
    return named[0] if len(named) == 1 else None


def _settled(parts: Sequence[Part], kinds: Sequence[str | None], alike: Sequence[int]) -> list[str]:
    """The kinds, with each part of which nothing tells put to the parts of the same name but for its number."""
    by_stem: dict[str, set[str]] = {}
    for part, kind in zip(parts, kinds, strict=True):
        by_stem.setdefault(_stem(part), set()).update({kind} if kind else ())
    if not any(kinds) and len({_stem(parts[number]) for number in alike}) == 1:
        return [ACTUAL] * len(parts)  # one export in several files, without any commitment: both kinds are alike
    settled: list[str] = []
    for number, (part, kind) in enumerate(zip(parts, kinds, strict=True)):
        beside = by_stem[_stem(part)]
        if kind is None and not beside and alike[number] < number:
            beside = {settled[alike[number]]}
        if kind is None and len(beside) != 1:
            raise BillRefused(
                f"{part.key} may be actual or amortised cost: nothing in it tells, and read beside the other parts its "
                "costs might count twice. Put actual or amortized into its name.",
                part=part.key,
            )
        settled.append(kind or next(iter(beside)))
    return settled


def _stem(part: Part) -> str:
    return re.sub(r"\d+", "#", part.key.lower())

"""Keys of tags by which a load is not added up, since they are too many: kept by name, and said where costs are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audits.models import BillLoad

MOST_KEYS = 40  # of a bill, by currency, by which it is added up: those with the largest costs
MOST_NAMED, MOST_SHOWN = 200, 10
LONGEST_SHOWN = 80  # characters of a key
LEFT_OUT = "select key from bill_tag_keys where billing_period = %s and value_count is null order by key"


def keep(cursor: Any, load: BillLoad) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """Note on `load` which keys of its tags wait in `bill_tag_keys` without sums."""
    cursor.execute(LEFT_OUT, [load.billing_period])
    keys = [key for (key,) in cursor.fetchall()]
    if keys:
        load.left_out_tag_keys, load.left_out_tag_key_count = keys[:MOST_NAMED], len(keys)
        load.save(update_fields=["left_out_tag_keys", "left_out_tag_key_count"])


def note(load: BillLoad) -> str:
    """Which keys of a load's tags are not added up; empty where all are."""
    count, named = load.left_out_tag_key_count, load.left_out_tag_keys[:MOST_SHOWN]
    if not count:
        return ""
    names = ", ".join(key if len(key) <= LONGEST_SHOWN else f"{key[:LONGEST_SHOWN]}…" for key in named)
    more = f" and {count - len(named):,} more" if count > len(named) else ""
    # A key that costs much in one currency is kept in each, so there may be as many for each of them.
    each = " in each currency" if len(load.totals) > 1 else ""
    return (
        f"Costs are added up by the {MOST_KEYS} keys of tags that cost most{each}. {count:,} "
        f"{'key is' if count == 1 else 'keys are'} left out: {names}{more}."
    )


def notes(loads: Iterable[BillLoad]) -> list[str]:
    """The same of each load, saying which one."""
    found = ((load, note(load)) for load in loads)
    return [f"Bill of {load.billing_period:%Y-%m} from {load.source}: {words}" for load, words in found if words]

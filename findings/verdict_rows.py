"""What the rules said of each resource, kept by difference: a night in which nothing changes writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings.models import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

BATCH = 2000


def keep(*, rows: QuerySet[Verdict], verdicts: Iterable[Verdict]) -> None:
    """Make these the verdicts among `rows`. Their ids must follow from what they are about, so that the same is the
    same.
    """
    before = {key: (outcome, because) for key, outcome, because in rows.values_list("id", "outcome", "because")}
    new, changed = [], []
    for one in verdicts:
        found = before.pop(one.id, None)
        if found is None:
            new.append(one)
        elif found != (one.outcome, one.because):
            changed.append(one)
    _delete(list(before))
    Verdict.objects.bulk_update(changed, ("outcome", "because"), batch_size=BATCH)
    Verdict.objects.bulk_create(new, batch_size=BATCH)


def forget(*, rows: QuerySet[Verdict], is_told: Callable[[UUID, str], bool]) -> None:
    """Delete the verdicts among `rows` that are not told any more, by resource and rule."""
    kept = rows.values_list("id", "resource_id", "rule_id").iterator(chunk_size=BATCH)
    _delete([verdict_id for verdict_id, row_id, rule_id in kept if not is_told(row_id, rule_id)])


def _delete(verdict_ids: Sequence[UUID]) -> None:
    for start in range(0, len(verdict_ids), BATCH):
        Verdict.objects.filter(id__in=verdict_ids[start : start + BATCH]).delete()

"""What the rules said of each resource, kept by difference: a night in which nothing changes writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings.models import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

BATCH = 2000


def keep(*, connection_id: UUID, verdicts: Iterable[Verdict], but_not: Sequence[str] = ()) -> None:
    """Make these the connection's verdicts, those of the rules `but_not` aside, which stay as they are.

    Their ids must follow from what they are about, so that the same is the same.
    """
    rows = Verdict.objects.filter(connection_id=connection_id).exclude(rule_id__in=but_not)
    # Of what was said before, a hash: the sentences of a large account would be more than all else that is held.
    kept = rows.values_list("id", "outcome", "because").iterator(chunk_size=BATCH)
    before = {key: hash((outcome, because)) for key, outcome, because in kept}
    new, changed = [], []
    for one in verdicts:
        found = before.pop(one.id, None)
        if found is None:
            new.append(one)
        elif found != hash((one.outcome, one.because)):
            changed.append(one)
    gone = list(before)
    for start in range(0, len(gone), BATCH):
        Verdict.objects.filter(id__in=gone[start : start + BATCH]).delete()
    Verdict.objects.bulk_update(changed, ("outcome", "because"), batch_size=BATCH)
    Verdict.objects.bulk_create(new, batch_size=BATCH)

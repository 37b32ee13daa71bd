"""What judging remembers of a whole account while it goes through it page by page: ids and words; see 0140."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from findings.dependents import Dependents, frees_dependents, place_of
from findings.left_to_buy_for import LeftToBuyFor
from findings.opinion_rows import heard_of
from findings.seen_names import Names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from audits.models import Audit
    from connections.resources import Thing
    from findings.dependents import Place
    from findings.evaluate import Judgement
    from findings.models import Finding
    from findings.opinion_rows import Heard
    from findings.overlaps import Net
    from findings.savings import Saving


@dataclass(frozen=True, kw_only=True)
class Whole:
    """Gathered a resource at a time; what it tells is told once all of them were taken in.

    `places` are where the resources stand that a finding, by its id, would delete. `to_net` are the rows on which a
    finding of a bill's rule is open that was not told with the others, so that its net saving has to be.
    """

    heard: Heard
    ties: Dependents
    left: LeftToBuyFor
    names: Names = field(default_factory=Names)
    rows: set[UUID] = field(default_factory=set)
    places: dict[UUID, Place] = field(default_factory=dict)
    to_net: set[UUID] = field(default_factory=set)

    def take_in(self, row_id: UUID, thing: Thing) -> None:
        """Take in a resource, before what was said of it."""
        self.rows.add(row_id)
        self.ties.add(row_id, thing)
        self.names.add(row_id, thing)
        self.left.take_in(row_id, thing)
        self.heard.take_in(row_id, thing)

    def take_in_judgements(self, said: Iterable[tuple[UUID, Judgement]]) -> None:
        """Take in what the rules said, with the rows of the resources."""
        for row_id, judgement in said:
            self.left.take_in_judgement(row_id, judgement)
            self.heard.take_in_judgement(row_id, judgement)

    def take_in_finding(self, finding: Finding, judgement: Judgement, *, saving: Saving, net: Net) -> None:
        """Take in a finding whose proof is not whole without the others."""
        self.heard.take_in_finding(finding, judgement, saving=saving, net=net)
        if frees_dependents(judgement) and (place := place_of(judgement.evidence.thing)) is not None:
            self.places[finding.id] = place


def nothing_yet(*, audit: Audit) -> Whole:
    """As it is before the first resource of an audit was taken in."""
    ties = Dependents()
    return Whole(heard=heard_of(audit=audit), ties=ties, left=LeftToBuyFor(ties))

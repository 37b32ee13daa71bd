"""What a trap is: a reason why something that looks wasteful is to be left alone, and what looking for it may say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.billed import Billed, BilledResource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audits.evidence import Evidence
    from connections.resources import Thing

FINE, LOWER = "FINE", "LOWER"
REMOVES = frozenset({"DELETE"})
CHANGES = frozenset({"DELETE", "SHRINK"})


@dataclass(frozen=True)
class Caught:
    """The trap is there: `because`, a sentence that says what was seen."""

    because: str


@dataclass(frozen=True)
class Clear:
    """It was looked for and is not there. `because` is a sentence."""

    because: str


@dataclass(frozen=True)
class Unchecked:
    """It could not be looked for: `missing` is not known ("its tags", "when it was made")."""

    missing: str

    @property
    def because(self) -> str:
        """As a sentence."""
        return f"Could not be checked: {self.missing} is not known."


Look = Caught | Clear | Unchecked


@dataclass(frozen=True, kw_only=True)
class Trap:
    """One reason to leave a resource alone, looked for wherever a rule would have it removed or changed.

    `look(thing)` sees one resource. Where it is caught, `effect` FINE makes a verdict of waste Fine, and LOWER takes
    from the finding's confidence. It concerns resources of `kinds` (empty: of every kind, but for those in `but_not`)
    and rules of `stages`. `needs` are kinds and `reads_tags` the tags without which not seeing it proves nothing.
    Of a resource that only a bill tells of, `on_bill` looks for it; what is charged under `meters` is of its kinds, and
    without `meters` no bill names one of them.
    """

    id: str
    title: str
    effect: str
    look: Callable[[Thing], Look]
    stages: frozenset[str] = REMOVES
    kinds: tuple[type[Thing], ...] = ()
    meters: tuple[str, ...] = ()
    but_not: tuple[type[Thing], ...] = ()
    needs: tuple[type[Thing], ...] = ()
    reads_tags: bool = False
    on_bill: Callable[[BilledResource], Look] | None = None

    def caught(self, thing: Thing) -> str:
        """The sentence of a trap that is there; "" where it is not, or cannot be told."""
        found = self.look(thing)
        return found.because if isinstance(found, Caught) else ""

    def seen(self, evidence: Evidence, *, stage: str) -> Look | None:
        """What looking for it says before a rule of `stage` acts; None where it does not concern the two."""
        thing = evidence.thing
        if stage not in self.stages:
            return None
        if isinstance(thing, Billed):
            return self._billed(thing)
        if (self.kinds and not isinstance(thing, self.kinds)) or isinstance(thing, self.but_not):
            return None
        found = self.look(thing)
        return found if isinstance(found, Caught) else (self._hidden(evidence) or found)

    def _hidden(self, evidence: Evidence) -> Unchecked | None:
        """What a failed read hides: then it is not known that the trap is not there."""
        hidden = sorted(kind.spoken() for kind in self.needs if kind.KIND in evidence.gapped_kinds)
        if hidden:
            return Unchecked(f"every {' and '.join(hidden)} of its account and region (a read failed)")
        if self.reads_tags and not evidence.are_tags_read:
            return Unchecked("each of its tags (a read failed)")
        return None

    def _billed(self, thing: Billed) -> Look | None:
        """A commitment or a whole service is in no trap: neither stands anywhere."""
        is_of_its_kinds = not self.kinds or bool(self.meters and thing.lines(*self.meters))
        if not isinstance(thing, BilledResource) or not is_of_its_kinds:
            return None
        return self.on_bill(thing) if self.on_bill else Unchecked("what the cloud says of it (a bill tells its costs)")


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A trap, and what looking for it said."""

    trap: Trap
    found: Look

    @property
    def makes_fine(self) -> bool:
        """Whether nothing is wasted because of it."""
        return isinstance(self.found, Caught) and self.trap.effect == FINE


def look_for(traps: Iterable[Trap], evidence: Evidence, *, stage: str) -> tuple[Looked, ...]:
    """Every trap that concerns the resource and a rule of `stage`, with what was seen of it."""
    seen = ((trap, trap.seen(evidence, stage=stage)) for trap in traps)
    return tuple(Looked(trap=trap, found=found) for trap, found in seen if found is not None)

"""How sure a finding is, from 0 to 100, and the parts that this is made of. Pure.

It stands beside VERIFIED, ESTIMATED and UNKNOWN, which say what a saving rests on: this says how far the waste itself
has been looked into, and by how much each part falls short.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.billed import MONTH_DAYS, Billed
from findings.rule import counted
from findings.trap import Caught, Clear
from findings.verify import AGREES, LATE_DAYS, MATCHED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from typing import Any

    from findings.evaluate import Judgement
    from findings.verify import Proof

STATE_AGE, HISTORY, SOURCES, BILL, TRAPS = (
    "state_age",
    "history_complete",
    "sources_agree",
    "bill_matched",
    "traps_checked",
)
WORTH = {STATE_AGE: 20, HISTORY: 25, SOURCES: 20, BILL: 20, TRAPS: 15}
TITLES = {
    STATE_AGE: "State age",
    HISTORY: "History complete",
    SOURCES: "Usage sources agree",
    BILL: "Bill matched",
    TRAPS: "Traps checked",
}
FRESH = ((1, 20), (3, 15), (7, 10))  # up to so many days old, so many points
HALF = 10


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one question adds: `points` of `of`, and a sentence why. Points None: it does not apply to the finding."""

    name: str
    points: int | None
    of: int
    sentence: str

    @property
    def title(self) -> str:
        """Its name, for a reader."""
        return TITLES.get(self.name, self.name.replace("_", " ").capitalize())

    @property
    def is_full(self) -> bool:
        """Whether nothing is lost."""
        return self.points == self.of

    @property
    def words(self) -> str:
        """All of it on one line, for a file."""
        points = "does not apply" if self.points is None else f"{self.points} of {self.of}"
        return f"{self.title} {points}: {self.sentence}"


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """From 0 to 100: the points of the parts that apply, out of what these are worth, rounded down."""

    points: int
    parts: tuple[Part, ...]


def confidence_of(judgement: Judgement, *, proofs: Sequence[Proof], on: date) -> Confidence:
    """How sure a judgement of Waste is on the day `on`: by its evidence, its traps and its verification's `proofs`.

    A finding of a bill alone has no proofs: they hold it against a bill that is not its own.
    """
    parts = (
        _part(STATE_AGE, *_state(judgement, on)),
        _part(HISTORY, *_history(judgement)),
        _part(SOURCES, *_sources(judgement, proofs)),
        _part(BILL, *_bill(judgement, proofs)),
        _part(TRAPS, *_traps(judgement)),
    )
    applying = [(part.points, part.of) for part in parts if part.points is not None]
    of = sum(worth for _, worth in applying)
    return Confidence(points=sum(points for points, _ in applying) * 100 // of if of else 0, parts=parts)


def parts_from(kept: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The parts again that `parts_of` made JSON of."""
    return tuple(Part(**{name: part[name] for name in ("name", "points", "of", "sentence")}) for part in kept)


def parts_of(confidence: Confidence) -> list[dict[str, Any]]:
    """The parts as JSON."""
    return [
        {"name": part.name, "points": part.points, "of": part.of, "sentence": part.sentence}
        for part in confidence.parts
    ]


Points = tuple[int | None, str]


def _part(name: str, points: int | None, sentence: str) -> Part:
    return Part(name=name, points=points, of=WORTH[name], sentence=sentence)


def _state(judgement: Judgement, on: date) -> Points:
    thing = judgement.evidence.thing
    if isinstance(thing, Billed):
        return None, "A bill tells costs and no state."
    days = max(0, (on - thing.observed_at.date()).days)
    points = next((points for most, points in FRESH if days <= most), 0)
    age = f", {counted(days, 'day')} before this was worked out" if days else ""
    read_at = thing.details_read_at
    apart = (
        ""
        if read_at is None
        else (
            f" What is asked of it alone, on which the verdict does not rest, was read at {read_at:%Y-%m-%d %H:%M} UTC."
        )
    )
    return points, f"Its state was read at {thing.observed_at:%Y-%m-%d %H:%M} UTC{age}.{apart}"


def _history(judgement: Judgement) -> Points:
    rule, evidence = judgement.rule, judgement.evidence
    if isinstance(evidence.thing, Billed):
        days = _billed_days(judgement.settings)
        known = min(days, evidence.thing.known_days)
        return _share(HISTORY, known, days), f"The bill is complete on {known} of the {counted(days, 'day')} looked at."
    if not rule.needs_usage:
        return None, "The rule needs no usage."
    days = rule.days(judgement.settings)
    lag = (evidence.thing.observed_at.date() - evidence.usage.until).days
    if lag > LATE_DAYS:
        return 0, f"The usage ends {counted(lag, 'day')} before its state was read."
    by_metric = {
        metric.key: days - evidence.usage.days(metric, days=days).count(None)
        for metric in rule.metrics_missed(evidence.usage, days=days)
    }
    known = min(by_metric.values())
    least = [key for key, of_metric in by_metric.items() if of_metric == known]
    what = "Its usage" if len(least) == len(by_metric) else " and ".join(least)
    be = "is" if what == "Its usage" or len(least) == 1 else "are"
    return _share(HISTORY, known, days), f"{what} {be} known on {known} of the {counted(days, 'day')} looked at."


def _billed_days(settings: Mapping[str, Any]) -> int:
    """How far back a rule on a bill looks: its longest setting in days, else a month."""
    return max((int(value) for name, value in settings.items() if name.endswith("_days")), default=MONTH_DAYS)


def _sources(judgement: Judgement, proofs: Sequence[Proof]) -> Points:
    rule = judgement.rule
    if rule.assumes:
        return 0, f"Nothing confirms what is assumed: {rule.assumes}."
    if isinstance(judgement.evidence.thing, Billed):
        return None, "The bill is the only source."
    if rule.reads_bill:
        return None, "The bill is the only source of its use."
    if rule.bill is None:
        return None, "No bill tells what this rule looks at."
    found = next((proof for proof in proofs if proof.about == AGREES), None)
    if found is None:
        return 0, "The bill charges nothing to compare with."
    return (WORTH[SOURCES] if found.holds else 0), found.sentence


def _bill(judgement: Judgement, proofs: Sequence[Proof]) -> Points:
    if isinstance(judgement.evidence.thing, Billed):
        return WORTH[BILL], "It was found on the bill itself."
    about = [proof for proof in proofs if proof.about == MATCHED]
    against = [proof for proof in about if not proof.holds]
    if not about or len(against) == len(about):
        return 0, " ".join(proof.sentence for proof in against) or "No bill was looked at."
    return (HALF if against else WORTH[BILL]), " ".join(proof.sentence for proof in against or about)


def _traps(judgement: Judgement) -> Points:
    looked = judgement.traps
    if not looked:
        return None, "No trap is known for what it asks to do."
    caught = [one.found.because for one in looked if isinstance(one.found, Caught)]
    if caught:
        return 0, " ".join(caught)
    clear = [one for one in looked if isinstance(one.found, Clear)]
    missing = ", ".join(one.trap.title.lower() for one in looked if one not in clear)
    rest = f"; could not be checked: {missing}" if missing else ""
    return _share(TRAPS, len(clear), len(looked)), f"{len(clear)} of {counted(len(looked), 'trap')} ruled out{rest}."


def _share(name: str, known: int, of: int) -> int:
    return WORTH[name] * known // of if of else 0

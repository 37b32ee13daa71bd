"""What a finding was judged on, frozen as JSON with a hash, so that anyone can see later that nobody changed it."""

from __future__ import annotations

import hashlib
import inspect
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from audits.evidence import DayCost
from audits.things import to_data
from findings.confidence import parts_of
from findings.cost_window import cost_window
from findings.dependents import Further
from findings.reports.money import plain
from findings.trap import Clear, Unchecked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from audits.evidence import Evidence
    from findings.confidence import Confidence
    from findings.evaluate import Judgement
    from findings.models import Finding
    from findings.rule import Rule, Verdict
    from findings.verify import Verification

FORMAT = 5  # 1 had no points, parts and traps, 2 no dependents, 3 no opinions, 4 no discounts
DAY_FIELDS = (
    "charge_date",
    "consumed_quantity",
    "effective_cost",
    "billed_cost",
    "list_cost",
    "contracted_cost",
)
COMMON_FIELDS = tuple(name for name in DayCost.__dataclass_fields__ if name not in DAY_FIELDS)


def freeze(
    *,
    judgement: Judgement,
    verification: Verification,
    confidence: Confidence,
    audit_id: UUID,
) -> dict[str, Any]:
    """Everything that the judgement of Waste and its price rest on, as JSON that survives the database unchanged.

    What only the whole account tells comes in when all of it was judged: see `completed`.
    """
    rule, evidence, saving = judgement.rule, judgement.evidence, verification.saving
    frozen: dict[str, Any] = _plain(
        {
            "format": FORMAT,
            "audit": str(audit_id),
            "rule": {
                "id": rule.id,
                "title": rule.title,
                "criterion": criterion(rule),
                "version": version(rule),
                "settings": dict(judgement.settings),
            },
            "because": getattr(judgement.verdict, "because", ""),
            "thing": {"kind": evidence.thing.KIND, **to_data(evidence.thing)},
            "usage": _usage(judgement),
            "bill": _bill(evidence),
            "checks": [
                {"source": proof.source, "holds": proof.holds, "sentence": proof.sentence}
                for proof in verification.proofs
            ],
            "confidence": verification.confidence,
            "points": confidence.points,
            "parts": parts_of(confidence),
            "traps": traps_of(judgement),
            "opinions": [],
            "saving": {name: getattr(saving, name) for name in ("basis", "currency", "monthly", "cash",
                       "frees_commitment", "monthly_cost", "days", "price_source", "why_unknown")}
            | {"meters": sorted(saving.meters),
               "freed": [{"id": name, "monthly": monthly} for name, monthly in saving.freed]},
            "further": _further(Further()),
            "sum": [{"label": step.label, "amount": step.amount, "unit": step.unit} for step in saving.steps],
        }
    )  # fmt: skip
    return frozen


def completed(
    evidence: Mapping[str, Any], *, further: Further, opinions: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Frozen evidence with what depends on the resource, and what others say of it, as findings.opinions.said has it:
    beside ours, which rests on none.
    """
    return {**evidence, "further": _plain(_further(further)), "opinions": _plain(list(opinions))}


def _further(further: Further) -> dict[str, Any]:
    return {
        "monthly": further.monthly,
        "currency": further.currency,
        "unknown": further.unknown,
        "parts": further.parts,
    }


def traps_of(judgement: Judgement) -> list[dict[str, Any]]:
    """The traps that were looked for; `clear` is True, False for one that is there, None where it is not known."""
    return [
        {
            "id": one.trap.id,
            "title": one.trap.title,
            "clear": None if isinstance(one.found, Unchecked) else isinstance(one.found, Clear),
            "sentence": one.found.because,
        }
        for one in judgement.traps
    ]


def hash_of(evidence: Mapping[str, Any]) -> str:
    """SHA-256 over the evidence's canonical JSON (sorted keys, no spaces, UTF-8), in hexadecimal."""
    canonical = json.dumps(evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_intact(finding: Finding) -> bool:
    """Whether the finding's evidence is what was frozen."""
    return hash_of(finding.evidence) == finding.evidence_hash


def version(rule: Rule) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the rule's file: another text is another version."""
    return _hash_of_file(rule.judge)


@cache
def _hash_of_file(judge: Callable[..., Verdict]) -> str:
    return hashlib.sha256(inspect.getsource(inspect.getmodule(judge) or judge).encode()).hexdigest()[:16]


def criterion(rule: Rule) -> str:
    """What the rule looks for, in the sentence that its file begins with."""
    return inspect.getdoc(inspect.getmodule(rule.judge)) or rule.title


def _usage(judgement: Judgement) -> dict[str, Any]:
    """The series that the rule read, cut to the days that it looked back."""
    usage, days = judgement.evidence.usage, judgement.rule.days(judgement.settings)
    return {
        "first_date": usage.until - timedelta(days=days),
        "until": usage.until,
        "series": [
            {"metric": metric.key, "unit": metric.unit, "values": usage.days(metric, days=days)}
            | ({"hours": usage.hours(metric, days=days)} if metric.values_a_day > 1 else {})
            for metric in judgement.rule.metrics
        ],
    }


def _bill(evidence: Evidence) -> dict[str, Any]:
    """The lines in the days that count, and apart from them those that are no charges for usage, and the discounts that
    the charges are less: as the bill has them.
    """
    window = cost_window(evidence.thing, evidence.bill)
    if window is None:
        return {"first_date": None, "until": None, "charges": [], "left_out": [], "discounts": []}
    return {
        "first_date": window.first,
        "until": window.until,
        "charges": _charges(window.lines),
        "left_out": _charges(window.left_out),
        "discounts": _charges(window.discounts),
    }


def _charges(lines: Iterable[DayCost]) -> list[dict[str, Any]]:
    """The lines by what they have in common, which is most of them, with the `days` of each: [DAY_FIELDS]."""
    charges: dict[tuple[Any, ...], list[list[Any]]] = {}
    for line in lines:
        common = tuple(getattr(line, name) for name in COMMON_FIELDS)
        charges.setdefault(common, []).append([getattr(line, name) for name in DAY_FIELDS])
    return [
        {**{name: value for name, value in zip(COMMON_FIELDS, common, strict=True) if value != ""}, "days": days}
        for common, days in charges.items()
    ]


def rests_on(evidence: Mapping[str, Any]) -> tuple[date, date] | tuple[None, None]:
    """The days of the bill, until exclusive, that the saving was worked out from; Nones where it was from no bill.

    A charge that began earlier counts by its part in the days that count: then its own bill is rested on too.
    """
    bill = evidence["bill"]
    if not evidence["saving"]["days"] or not bill["charges"]:
        return None, None
    first = min(bill["first_date"], *(day[0] for charge in bill["charges"] for day in charge["days"]))
    return date.fromisoformat(first), date.fromisoformat(bill["until"])


def lines_of(charges: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines of frozen `charges` again, by day; every field of DayCost is there, "" where it was empty."""
    lines = [
        {**dict.fromkeys(COMMON_FIELDS, ""), **charge, **dict(zip(DAY_FIELDS, day, strict=True))}
        for charge in charges
        for day in charge["days"]
    ]
    return sorted(lines, key=lambda line: line["charge_date"])


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON is any of its types
    """As JSON, such that reading it back from jsonb gives the same again: whole floats become whole numbers there."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value

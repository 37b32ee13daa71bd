"""What advisors say, read for an audit's judging and kept for the pages: as it was told, and how it stands to ours."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid5

from audits.models import Resource, Step
from audits.things import from_data
from connections.resources.opinions import OPINIONS
from findings import registry
from findings.models import Finding
from findings.opinion_models import Opinion as Row
from findings.opinions import by_resource, figure_of, is_same_action, peak
from findings.queries import rule_title
from findings.rule import Fine, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from audits.models import Audit
    from connections.resources import Thing
    from connections.resources.opinions import Opinion
    from findings.evaluate import Judgement
    from findings.evidence_from_rows import Seen
    from findings.rule import Rule

BATCH = 2000
MICRO_UNITS = 1_000_000
Standing = Row.Standing


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Every opinion by the id of its own row, what each speaks of, and the opinions on each resource, by its row."""

    opinions: Mapping[UUID, Opinion] = field(default_factory=dict)
    about: Mapping[UUID, tuple[UUID, Thing]] = field(default_factory=dict)
    on: Mapping[UUID, tuple[Opinion, ...]] = field(default_factory=dict)


def heard_of(*, audit: Audit, seen: Sequence[Seen]) -> Heard:
    """What advisors say to the audit's connection: what it has read, and what it could not read anew this time.

    What is no longer told is gone, as is what is told where the audit does not look any more.
    """
    places = set(Step.objects.filter(audit=audit, kind=Step.Kind.INVENTORY).values_list("service", "region"))
    rows = Resource.objects.filter(
        connection_id=audit.connection_id, kind__in=[kind.KIND for kind in OPINIONS], gone_at=None
    ).values_list("id", "kind", "service", "region", "data")
    opinions: dict[UUID, Any] = {
        row_id: from_data(kind, data)
        for row_id, kind, service, region, data in rows.iterator()
        if (service, region) in places
    }
    resources = [one for one in seen if not isinstance(one.evidence.thing, OPINIONS)]
    found = by_resource((one.evidence.thing for one in resources), opinions.values())
    rows_of = {id(opinion): row_id for row_id, opinion in opinions.items()}
    about = {
        rows_of[id(opinion)]: (resources[place].row_id, resources[place].evidence.thing)
        for place, said in found.items()
        for opinion in said
    }
    return Heard(opinions=opinions, about=about, on={resources[place].row_id: said for place, said in found.items()})


def keep(*, audit: Audit, heard: Heard, judgements: Iterable[tuple[UUID, Judgement]]) -> None:
    """Replace the connection's opinions. `judgements` are all of the audit's, with the row of their resource."""
    Row.objects.filter(connection_id=audit.connection_id).delete()
    if not heard.opinions:
        return
    spoken_of = set(heard.on)
    judged: dict[UUID, list[Judgement]] = defaultdict(list)
    for row_id, judgement in judgements:
        if row_id in spoken_of:
            judged[row_id].append(judgement)
    findings: dict[UUID, list[Finding]] = defaultdict(list)
    for finding in Finding.objects.filter(
        connection_id=audit.connection_id, state=Finding.State.OPEN, resource_id__in=spoken_of
    ).only("id", "resource_id", "rule_id", "action_type", "savings_sort"):
        findings[finding.resource_id].append(finding)
    Row.objects.bulk_create(
        (
            _row(audit, row_id, opinion, heard.about.get(row_id), judged=judged, findings=findings)
            for row_id, opinion in heard.opinions.items()
        ),
        batch_size=BATCH,
    )


def _row(
    audit: Audit,
    row_id: UUID,
    opinion: Opinion,
    about: tuple[UUID, Thing] | None,
    *,
    judged: Mapping[UUID, list[Judgement]],
    findings: Mapping[UUID, list[Finding]],
) -> Row:
    resource_row, thing = about or (None, None)
    standing, because, finding = Standing.NOT_SEEN, "", None
    if resource_row is not None:
        standing, because, finding = standing_of(
            opinion, judged=judged.get(resource_row, ()), findings=findings.get(resource_row, ())
        )
    figure = figure_of(opinion)
    return Row(
        id=uuid5(row_id, "opinion"),
        connection_id=audit.connection_id,
        audit=audit,
        resource_id=row_id,
        source=opinion.SERVICE,
        origin=opinion.origin[:64],
        action=opinion.action[:32],
        advice=opinion.advice,
        target=opinion.target,
        about_id=opinion.about_id[:512],
        about_arn=opinion.about_arn[:2048],
        about_type=opinion.about_type[:128],
        about_name="" if thing is None else thing.name[:512],
        account_id=opinion.account_id,
        region=opinion.about_region,
        currency=opinion.currency,
        saving=figure,
        before_discounts=_decimal(opinion.before_discounts),
        after_discounts=_decimal(opinion.after_discounts),
        monthly_cost=_decimal(opinion.monthly_cost),
        savings_sort=-1 if figure is None else int(figure * MICRO_UNITS),
        lookback_days=opinion.lookback_days,
        refreshed_at=opinion.refreshed_at,
        standing=standing,
        because=because,
        finding_id=None if finding is None else finding.id,
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def standing_of(
    opinion: Opinion, *, judged: Iterable[Judgement], findings: Iterable[Finding]
) -> tuple[Standing, str, Finding | None]:
    """How an opinion on a resource of ours stands to what we say: the word, what we say, and a finding on it."""
    dearest = sorted(findings, key=lambda one: (-one.savings_sort, one.rule_id))
    agreed = next((one for one in dearest if (rule := _rule(one)) and is_same_action(rule, opinion)), None)
    if agreed is not None:
        return Standing.AGREED, "", agreed
    other = dearest[0] if dearest else None
    same = [one for one in judged if is_same_action(one.rule, opinion)]
    fine = [(one, _why_fine(one)) for one in same if isinstance(one.verdict, Fine)]
    if any(why for _, why in fine):  # what was seen of it says more than what another rule could not see
        return Standing.FINE, _sentences(f"{_titled(one)}: {why}" for one, why in fine if why), other
    missing = [(one, one.verdict.missing) for one in same if isinstance(one.verdict, Unknown)]
    if missing:
        return Standing.UNKNOWN, _sentences(f"{_titled(one)} cannot tell {what}." for one, what in missing), other
    if fine:
        return Standing.FINE, _sentences(f"In order by {_titled(one)}." for one, _ in fine), other
    if other is not None:
        return Standing.OTHER, f"We have another finding on it: {rule_title(other.rule_id)}.", other
    return Standing.NO_RULE, "", None


def _rule(finding: Finding) -> Rule | None:
    try:
        return registry.rule(finding.rule_id)
    except registry.UnknownRule:
        return None


def _sentences(told: Iterable[str]) -> str:
    return " ".join(told)


def _titled(judgement: Judgement) -> str:
    return f"“{judgement.rule.title}”"


def _why_fine(judgement: Judgement) -> str:
    """Why a rule finds it in order: in its own words, else by the day on which usage was highest."""
    because = getattr(judgement.verdict, "because", "")
    return because or peak(judgement.rule, usage=judgement.evidence.usage, settings=judgement.settings)

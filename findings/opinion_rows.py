"""What advisors say, read for an audit's judging and kept for the pages: as it was told, and how it stands to ours."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid5

from audits.models import Resource, Step
from audits.things import from_data
from connections.resources.opinions import OPINIONS
from findings import registry
from findings.evidence_from_rows import things_of
from findings.models import Finding
from findings.opinion_models import Opinion as Row
from findings.opinions import Meant, figure_of, is_same_action, ours_of, peak
from findings.queries import rule_title
from findings.rule import Fine, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from audits.models import Audit
    from connections.resources import Thing
    from connections.resources.opinions import Opinion
    from findings.evaluate import Judgement
    from findings.opinions import Ours
    from findings.overlaps import Net
    from findings.rule import Rule, Verdict
    from findings.savings import Saving

AT_ONCE = 1000  # opinions that are in memory together
MICRO_UNITS = 1_000_000
Standing = Row.Standing


class Said(NamedTuple):
    """What a rule said of a resource that an opinion may be on; `why_fine` is why it is in order, where it is."""

    rule: Rule
    verdict: Verdict
    why_fine: str


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The rows of all opinions, and of each resource that one may be on its name and what the rules said of it.

    `ours` is what we say of it in a finding, by the finding's id, with the row of the resource.
    """

    opinion_ids: Sequence[UUID]
    meant: Meant
    names: dict[UUID, str] = field(default_factory=dict)
    judged: dict[UUID, list[Said]] = field(default_factory=lambda: defaultdict(list))
    ours: dict[UUID, tuple[UUID, Ours]] = field(default_factory=dict)

    def take_in(self, row_id: UUID, thing: Thing) -> None:
        """Take in a resource before what was said of it."""
        if self.meant.may_be_on(row_id, thing):
            self.names[row_id] = thing.name

    def take_in_judgement(self, row_id: UUID, judgement: Judgement) -> None:
        """Take in what a rule said of it: the words alone, for its usage is let go."""
        if row_id in self.names:
            why_fine = _why_fine(judgement) if isinstance(judgement.verdict, Fine) else ""
            self.judged[row_id].append(Said(judgement.rule, judgement.verdict, why_fine))

    def take_in_finding(self, finding: Finding, judgement: Judgement, *, saving: Saving, net: Net) -> None:
        """Take in what a finding says."""
        if finding.resource_id in self.names:
            self.ours[finding.id] = (finding.resource_id, ours_of(judgement, saving=saving, net=net))


def heard_of(*, audit: Audit) -> Heard:
    """What advisors say to the audit's connection: what it has read, and what it could not read anew this time.

    What is no longer told is gone, as is what is told where the audit does not look any more.
    """
    places = set(Step.objects.filter(audit=audit, kind=Step.Kind.INVENTORY).values_list("service", "region"))
    rows = Resource.objects.filter(
        connection_id=audit.connection_id, kind__in=[kind.KIND for kind in OPINIONS], gone_at=None
    ).values_list("id", "kind", "service", "region", "data")
    opinion_ids: list[UUID] = []

    def opinions() -> Iterator[tuple[UUID, Any]]:
        for row_id, kind, service, region, data in rows.iterator(chunk_size=AT_ONCE):
            if (service, region) in places:
                opinion_ids.append(row_id)
                yield row_id, from_data(kind, data)

    return Heard(meant=Meant(opinions()), opinion_ids=opinion_ids)


def keep(*, audit: Audit, heard: Heard) -> None:
    """Replace the connection's opinions, after all that the audit saw was judged."""
    Row.objects.filter(connection_id=audit.connection_id).delete()
    about = heard.meant.about()
    for start in range(0, len(heard.opinion_ids), AT_ONCE):
        opinions: dict[UUID, Any] = things_of(heard.opinion_ids[start : start + AT_ONCE])
        findings: dict[UUID, list[Finding]] = defaultdict(list)
        for finding in Finding.objects.filter(
            state=Finding.State.OPEN, resource_id__in={about[row_id] for row_id in opinions if row_id in about}
        ).only("id", "resource_id", "rule_id", "action_type", "savings_sort"):
            findings[finding.resource_id].append(finding)
        Row.objects.bulk_create(
            _row(audit, row_id, opinion, about.get(row_id), heard=heard, findings=findings)
            for row_id, opinion in opinions.items()
        )


def _row(
    audit: Audit,
    row_id: UUID,
    opinion: Opinion,
    about: UUID | None,
    *,
    heard: Heard,
    findings: Mapping[UUID, list[Finding]],
) -> Row:
    standing, because, finding = Standing.NOT_SEEN, "", None
    if about is not None:
        standing, because, finding = standing_of(
            opinion, judged=heard.judged.get(about, ()), findings=findings.get(about, ())
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
        about_name="" if about is None else heard.names[about][:512],
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
    opinion: Opinion, *, judged: Iterable[Said], findings: Iterable[Finding]
) -> tuple[Standing, str, Finding | None]:
    """How an opinion on a resource of ours stands to what we say: the word, what we say, and a finding on it."""
    dearest = sorted(findings, key=lambda one: (-one.savings_sort, one.rule_id))
    agreed = next((one for one in dearest if (rule := _rule(one)) and is_same_action(rule, opinion)), None)
    if agreed is not None:
        return Standing.AGREED, "", agreed
    other = dearest[0] if dearest else None
    same = [one for one in judged if is_same_action(one.rule, opinion)]
    fine = [(one, one.why_fine) for one in same if isinstance(one.verdict, Fine)]
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


def _titled(said: Said) -> str:
    return f"“{said.rule.title}”"


def _why_fine(judgement: Judgement) -> str:
    """Why a rule finds it in order: in its own words, else by the day on which usage was highest."""
    because = getattr(judgement.verdict, "because", "")
    evidence = judgement.evidence
    return because or peak(judgement.rule, thing=evidence.thing, usage=evidence.usage, settings=judgement.settings)

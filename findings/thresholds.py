"""An organisation's own thresholds: previews are asked for, settings are kept with a note, and the newest count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from findings import registry
from findings.bounds import spoken, usable
from findings.threshold_models import RuleSettings, ThresholdPreview
from tenants import activity, scope
from tenants.wake import wake_scheduler

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from findings.rule import Rule

UNDER_WAY = (ThresholdPreview.State.REQUESTED, ThresholdPreview.State.RUNNING)
MOST_UNDER_WAY = 3


class NothingChanges(ValueError):
    """The thresholds are those in force already, so there is nothing to preview. Write another value."""


class TooManyPreviews(ValueError):
    """So many previews of the organisation wait or are worked out that no further one is taken. Wait for one."""


class NotPreviewed(ValueError):
    """The preview is not there to be kept: it has no effect yet, or was kept before."""


class Overtaken(ValueError):
    """Somebody has changed the rule's thresholds since the preview was asked for: its effect is of what was before."""


def newest() -> dict[str, RuleSettings]:
    """The settings that count now, by rule id, for each rule that the organisation has changed."""
    rows = RuleSettings.objects.order_by("rule_id", "-number").distinct("rule_id")
    return {row.rule_id: row for row in rows}


def in_force() -> dict[str, dict[str, int | float]]:
    """The organisation's own thresholds by rule id and name, as `findings.evaluate` takes them.

    What a rule has no longer, or what lies outside of the bounds of today, is left out: then its default counts.
    """
    return {
        rule.id: usable(rule, row.values)
        for rule_id, row in newest().items()
        if (rule := registry.RULES_BY_ID.get(rule_id)) is not None
    }


def of_rule(rule: Rule) -> tuple[RuleSettings, ...]:
    """Every setting of a rule, the newest first."""
    return tuple(RuleSettings.objects.filter(rule_id=rule.id).order_by("-number"))


def request_preview(*, rule: Rule, values: Mapping[str, int | float], by: str, at: datetime) -> ThresholdPreview:
    """Ask a worker what `values` would change. Raises NothingChanges and TooManyPreviews."""
    _one_at_a_time()
    kept = RuleSettings.objects.filter(rule_id=rule.id).order_by("-number").first()
    before = rule.given(usable(rule, kept.values) if kept else {})
    asked = rule.given(values)
    if asked == before:
        raise NothingChanges("These are the thresholds in force: write another value to see what it would change.")
    if ThresholdPreview.objects.filter(state__in=UNDER_WAY).count() >= MOST_UNDER_WAY:
        raise TooManyPreviews(
            f"{MOST_UNDER_WAY} previews of your organisation are under way: wait until one of them is there."
        )
    preview = ThresholdPreview.objects.create(
        rule_id=rule.id, values=asked, before=before, after_number=kept.number if kept else 0, requested_by=by,
        requested_at=at, due_at=at,
    )  # fmt: skip
    wake_scheduler()
    return preview


def keep(*, preview: ThresholdPreview, rule: Rule, note: str, by: str, at: datetime) -> RuleSettings:
    """Make what was previewed the organisation's thresholds, as one part of the caller's transaction.

    They count from the next judging on. Raises NotPreviewed and Overtaken.
    """
    _one_at_a_time()
    kept = RuleSettings.objects.filter(rule_id=rule.id).order_by("-number").first()
    number = kept.number if kept else 0
    if preview.state != ThresholdPreview.State.DONE:
        raise NotPreviewed("This preview has no effect to keep: wait for it, or ask for another one.")
    if RuleSettings.objects.filter(preview=preview).exists():
        raise NotPreviewed("These thresholds are kept already.")
    if number != preview.after_number or set(preview.values) != set(rule.settings):
        raise Overtaken("The rule's thresholds were changed since this was previewed: preview yours again.")
    settings = RuleSettings.objects.create(
        rule_id=rule.id, number=number + 1, values=rule.given(usable(rule, preview.values)), note=note, by=by, at=at,
        preview=preview,
    )  # fmt: skip
    activity.book(
        actor=by,
        verb="rule.thresholds_changed",
        subject_kind="preview",
        subject_id=preview.id,
        at=at,
        detail={"rule": rule.id, "note": note, **changes_of(preview.before, settings.values)},
    )
    return settings


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """What is different, by threshold's name: "14 to 30"."""
    return {
        spoken(name): f"{before.get(name)} to {value}" for name, value in after.items() if value != before.get(name)
    }


def _one_at_a_time() -> None:
    """Two people at once would both follow the same number. No row is there to lock for the first of them."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 113))", [f"thresholds of {scope.current()}"])

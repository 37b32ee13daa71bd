"""Works out what other thresholds of a rule would change, on stored evidence. The worker only; no call is made."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from costframe import claims
from costframe.broker import release_connections
from findings import registry
from findings.effects import Effect
from findings.preview import both_ways
from findings.queries import latest_audits
from findings.threshold_models import ThresholdPreview
from tenants import scope
from tenants.models import Organization

if TYPE_CHECKING:
    from uuid import UUID

log = logging.getLogger(__name__)
MOST_TRIES = 3
AGAIN_SECONDS = 15
State = ThresholdPreview.State


class NoLongerOurs(Exception):
    """Another worker holds the preview by now: write nothing."""


def make_preview(*, organization_id: UUID, preview_id: UUID) -> None:
    """Work out the effect and write it, or leave it to a later try."""
    with scope.organization(organization_id):
        at = timezone.now()
        preview = ThresholdPreview.take(preview_id, at=at, seconds=settings.LEASE_SECONDS, state=State.RUNNING)
        if preview is None:
            return
        if preview.attempt > MOST_TRIES:
            message = (
                f"It was begun {MOST_TRIES} times, and each time the worker ended before it did. Ask for it again."
            )
            _end(preview, state=State.FAILED, message=message, at=at)
            return
    with claims.held(
        preview,
        organization_id=organization_id,
        lease_seconds=settings.LEASE_SECONDS,
        most_seconds=settings.STEP_SECONDS,
        is_wanted=lambda: Organization.objects.filter(deleted_at=None).exists(),
    ) as hold:
        _Work(organization_id=organization_id, preview=preview, hold=hold).do()


def _end(preview: ThresholdPreview, *, state: ThresholdPreview.State, at: dt.datetime, **values: Any) -> None:  # noqa: ANN401 - columns
    if not preview.settle(state=state, due_at=None, ended_at=at, **values):
        raise NoLongerOurs


@dataclass(frozen=True, kw_only=True)
class _Work:
    """A preview that is held, with what keeps it."""

    organization_id: UUID
    preview: ThresholdPreview
    hold: claims.Hold

    def do(self) -> None:
        """Work it out, and write what came of it or leave it to a later try."""
        try:
            told = self._look()
            with scope.organization(self.organization_id):
                _end(self.preview, state=State.DONE, effect=told, at=timezone.now())
        except NoLongerOurs:
            log.warning("Preview %s was taken over; what this worker found is dropped.", self.preview.id)
        except claims.EndEarly as early:
            self._end_early(early.reason)
        except registry.UnknownRule:
            self._fail("This rule is not there any more.", is_final=True)
        except Exception as error:
            self._fail(f"It failed inside Costframe ({type(error).__name__}); nothing was changed.")
            raise
        finally:
            release_connections()

    def _look(self) -> dict[str, Any]:
        """Connection after connection, each in a transaction of its own that only reads."""
        rule, effect = registry.rule(self.preview.rule_id), Effect()
        with scope.organization(self.organization_id):
            audits = latest_audits()
        for audit in audits:
            self.hold.raise_if_over()
            with scope.organization(self.organization_id):
                effect.add(both_ways(audit=audit, rule=rule, before=self.preview.before, after=self.preview.values))
            release_connections()
        self.hold.raise_if_over()
        seen_at = [audit.requested_at.isoformat() for audit in audits]
        return {**effect.told(), "connections": len(audits), "seen_since": min(seen_at, default="")}

    def _end_early(self, reason: str) -> None:
        log.info("Preview %s ends early: %s.", self.preview.id, reason)
        if reason == claims.OVERDUE:
            self._fail(f"It took longer than {settings.STEP_SECONDS:.0f} seconds. Nothing was changed.", is_final=True)
        elif reason == claims.LEAVING:
            with suppress(scope.WorkIsOver), scope.organization(self.organization_id):
                attempt = max(0, self.preview.attempt - 1)
                self.preview.settle(state=State.REQUESTED, due_at=timezone.now(), attempt=attempt)
        elif reason == claims.STOPPED:
            self._fail("The organisation was ended.", is_final=True)

    def _fail(self, message: str, *, is_final: bool = False) -> None:
        """End it, or leave it to a later try while there is one."""
        at = timezone.now()
        with suppress(scope.WorkIsOver, NoLongerOurs), scope.organization(self.organization_id):
            if is_final or self.preview.attempt >= MOST_TRIES:
                _end(self.preview, state=State.FAILED, message=message, at=at)
            else:
                self.preview.settle(state=State.REQUESTED, due_at=at + dt.timedelta(seconds=AGAIN_SECONDS))

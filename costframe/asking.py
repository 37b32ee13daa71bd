"""What a step asks for tonight: no usage and no details of a resource where what earlier nights stored settles them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audits import record
from audits.evidence import Bill, Evidence, Usage
from audits.kept_details import as_of_tonight, with_one_asked
from connections.provider import usage_complete_until
from findings import registry
from findings.keeping import can_be_kept
from findings.queries import open_rules_of
from findings.wanted import series_of, settled_by

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from audits.models import Step
    from connections.provider import Known
    from connections.resources import Metric, Thing

AT_ONCE = 500  # resources whose usage is in memory together


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One step's questions, in an audit that was `begun` then. `transaction` opens a short one in the organisation's
    scope.
    """

    step: Step
    settings: Mapping[str, Mapping[str, int | float]]
    transaction: Callable[[], AbstractContextManager[object]]
    begun: datetime
    at: datetime
    settled: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def prepare(self, things: Sequence[Thing]) -> None:
        """Find out which rules are settled for which of the resources that were found."""
        measured = [thing for thing in things if registry.usage_rules_of(type(thing))]
        until = usage_complete_until(self.begun)
        for start in range(0, len(measured), AT_ONCE):
            page = measured[start : start + AT_ONCE]
            with self.transaction():
                stored = record.stored_usage(step=self.step, things=page, until=until)
            for thing in page:
                key = (thing.KIND, thing.resource_id)
                if key in stored:
                    self.settled[key] = settled_by(stored[key], thing, settings=self.settings)

    def kept(self, kinds: Collection[str]) -> Known:
        """Of which resources of `kinds` the details are not asked for, each with those that were read before."""
        with self.transaction():
            earlier = record.earlier_details(step=self.step, kinds=kinds)
            is_open = open_rules_of(
                connection_id=self.step.connection_id,
                region=self.step.region,
                kinds={thing.KIND for thing in earlier},
            )
        kept: dict[tuple[str, str], Thing] = {}
        for start in range(0, len(earlier), AT_ONCE):
            page = earlier[start : start + AT_ONCE]
            until = usage_complete_until(max(one.observed_at for one in page))
            with self.transaction():
                stored = record.stored_usage(step=self.step, things=page, until=until)
            for thing in page:
                key = (thing.KIND, thing.resource_id)
                tonight = as_of_tonight(thing, at=self.at)
                if tonight is not None and can_be_kept(
                    Evidence(thing=tonight, usage=stored.get(key, Usage(until=until)), bill=Bill()),
                    settings=self.settings,
                    open_rules=is_open.get(key, ()),
                ):
                    kept[key] = tonight
        return with_one_asked(kept, among=earlier, at=self.at)

    def series_of(self, thing: Thing) -> dict[Metric, int]:
        """What is asked for of one resource: the metrics, and how many days back."""
        settled = self.settled.get((thing.KIND, thing.resource_id), frozenset())
        return series_of(thing, settings=self.settings, settled=settled)

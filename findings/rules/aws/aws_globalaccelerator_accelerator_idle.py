"""An accelerator that nothing passes is charged by the hour, switched on or off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.edge import Accelerator
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# AWS reports these while anything passes, and nothing otherwise.
FLOWS = Metric(name="NewFlowCount", statistic="Sum", unit="flows", is_silent_at_zero=True)
BYTES = tuple(
    Metric(name=name, statistic="Sum", unit="bytes", is_silent_at_zero=True)
    for name in ("ProcessedBytesIn", "ProcessedBytesOut")
)


def judge(accelerator: Accelerator, *, usage: Usage, idle_days: int) -> Verdict:
    if accelerator.state != "DEPLOYED":
        return Fine()
    # A flow that began before may go on, so new ones alone do not tell.
    days = [value for metric in (FLOWS, *BYTES) for value in usage.days(metric, days=idle_days)]
    if any((value or 0) > 0 for value in days):
        return Fine()
    young = unmeasured(accelerator, since=accelerator.created_at, days=idle_days, what="flows and bytes")
    if isinstance(young, Fine) or None in days:
        return young
    if accelerator.created_at is None:
        return Unknown("when it was made")
    switched = "" if accelerator.is_enabled else "It is switched off, and charged all the same: "
    said = f"{'n' if switched else 'N'}ot one flow and not one byte passed it on any of the last"
    return Waste(saves=ALL, because=f"{switched}{said} {counted(idle_days, 'day')}.")


rule = Rule(
    id="aws_globalaccelerator_accelerator_idle",
    title="Accelerator that nothing passes",
    looks_at=Accelerator,
    settings={"idle_days": 30},
    action="Make sure that nobody was given its addresses, disable it, wait, then delete it.",
    docs="https://docs.aws.amazon.com/global-accelerator/latest/dg/about-accelerators.deleting.html",
    judge=judge,
    metrics=(FLOWS, *BYTES),
    window_days=30,
    rollback="Until it is deleted, switch it on again. A new one gets other addresses, unless they are your own.",
    hint="aws globalaccelerator update-accelerator --region {region} --accelerator-arn {resource_id} --no-enabled",
)

"""A desktop to which nobody connects is charged by the month all the same."""

from __future__ import annotations

from connections.resources.desktops import Desktop
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

THERE = frozenset({"AVAILABLE", "STOPPED"})


def judge(desktop: Desktop, *, unused_days: int) -> Verdict:
    if desktop.state not in THERE or desktop.connection == "CONNECTED" or desktop.is_standby:
        return Fine("It stands by for a desktop of another region." if desktop.is_standby else "")
    if desktop.connection is None:
        return Unknown("when somebody was last connected")
    if desktop.last_connected_at is None:
        return Unknown("since when it is there: nobody was ever connected, and AWS does not tell when it was made")
    days = (desktop.observed_at - desktop.last_connected_at).days
    if days < unused_days:
        return Fine()
    if desktop.running_mode == "MANUAL":
        return Unknown("whether a broker of its owner's connects somebody")
    mode = {"ALWAYS_ON": "charged by the month", "AUTO_STOP": "charged a base by the month"}.get(desktop.running_mode)
    return Waste(saves=ALL, because=f"Nobody connected for {counted(days, 'day')}; it is {mode or 'charged'}.")


rule = Rule(
    id="aws_workspaces_workspace_idle",
    title="Desktop to which nobody connects",
    looks_at=Desktop,
    settings={"unused_days": 63},
    action="Ask whoever has it, keep what is stored on it, then terminate it.",
    docs="https://docs.aws.amazon.com/workspaces/latest/adminguide/delete-workspaces.html",
    judge=judge,
    implementation_effort="Medium",
    rollback="A terminated desktop and what was stored on it do not come back; a new one can be made for its user.",
    hint="aws workspaces terminate-workspaces --region {region} --terminate-workspace-requests {native_id}",
)

"""A file server of Transfer Family is charged by the hour for each protocol, even while it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.transfers import TransferServer
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage

# AWS reports them only while somebody is connected, or with a message of AS2.
BYTES = tuple(
    Metric(name=name, statistic="Sum", unit="bytes", is_silent_at_zero=True) for name in ("BytesIn", "BytesOut")
)
CHARGED = {"ONLINE": "Online", "OFFLINE": "Stopped, which is charged as well"}


def judge(server: TransferServer, *, usage: Usage, idle_days: int) -> Verdict:
    if server.state not in CHARGED:
        return Fine()
    if any((value or 0) > 0 for metric in BYTES for value in usage.days(metric, days=idle_days)):
        return Fine()
    if server.there_at is None:
        return Unknown("since when it is there: AWS tells it of its host keys alone")
    age_days = (server.observed_at - server.there_at).days
    if age_days < idle_days:
        return Fine(f"There for {counted(age_days, 'day')} at least, perhaps no longer.")
    if None in usage.total(*BYTES, days=idle_days):
        return Unknown(f"bytes on every one of the last {counted(idle_days, 'day')}")
    users = " It has no user." if server.user_count == 0 else ""
    moved = f"not one byte came or went over the last {counted(idle_days, 'day')}."
    return Waste(saves=ALL, because=f"{CHARGED[server.state]}: {moved}{users}")


rule = Rule(
    id="aws_transfer_server_idle",
    title="File server that moves no file",
    looks_at=TransferServer,
    settings={"idle_days": 30},
    action="Ask those who exchange files over it, keep its users, their keys and its settings, then delete the server. "
    "A host key that AWS made for it cannot be taken out: with the server it is lost.",
    docs="https://docs.aws.amazon.com/transfer/latest/APIReference/API_DeleteServer.html",
    judge=judge,
    metrics=BYTES,
    window_days=30,
    implementation_effort="Medium",
    rollback="Make a server again with the kept users, and host keys that were your own; its address is new.",
    hint="aws transfer delete-server --region {region} --server-id {native_id}",
)

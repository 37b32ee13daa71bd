"""A running EC2 instance that hardly computes and hardly talks for two weeks serves nobody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Instance, Metric
from findings.aws_counterparts import run_by_operator
from findings.machine_usage import in_proportion
from findings.rule import ALL, BillExpects, Fine, Limit, Rule, Verdict, Waste, counted, unmeasured
from findings.traps import auto_scaling

if TYPE_CHECKING:
    from audits.evidence import Usage

CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
NETWORK = tuple(Metric(name=name, statistic="Sum", unit="bytes") for name in ("NetworkIn", "NetworkOut"))


def judge(instance: Instance, *, usage: Usage, idle_days: int, max_cpu: float, max_network_mb: float) -> Verdict:
    held = auto_scaling.trap.caught(instance)
    if held or instance.state != "running":
        return Fine(held)
    if operated := run_by_operator(instance):
        return operated
    cpu = usage.days(CPU, days=idle_days)
    network = usage.total(*NETWORK, days=idle_days)
    known_cpu = [value for value in cpu if value is not None]
    known_mb = [value / 1e6 for value in network if value is not None]
    most_cpu = in_proportion(instance, max_cpu)
    if any(value >= most_cpu for value in known_cpu) or any(value >= max_network_mb for value in known_mb):
        return Fine()
    if len(known_cpu) < idle_days or len(known_mb) < idle_days:
        return unmeasured(instance, since=instance.launched_at, days=idle_days, what="CPU and network")
    spot = " It is a spot instance: terminate it and cancel its request." if instance.lifecycle == "spot" else ""
    return Waste(
        saves=ALL,
        because=f"{instance.instance_type}: CPU peaked at {max(known_cpu):.1f} % and network traffic at "
        f"{max(known_mb):.2f} MB a day over the last {counted(idle_days, 'day')}.{spot}",
    )


rule = Rule(
    id="aws_ec2_instance_idle", title="Idle EC2 instance", looks_at=Instance,
    settings={"idle_days": 14, "max_cpu": 5, "max_network_mb": 5},
    action="Stop the instance; terminate it once nobody has missed it.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html",
    judge=judge, metrics=(CPU, *NETWORK),
    limits=(
        Limit(title="CPU, highest of the day", metrics=(CPU,), setting="max_cpu", unit="%", of=in_proportion),
        Limit(title="Network in and out", metrics=NETWORK, setting="max_network_mb", unit="MB a day", per=1e6),
    ),
    window_days=14, action_type="Stop", restart_needed=True, rollback_possible=True,
    rollback="Start the instance again; its public address changes unless it is an Elastic IP.",
    hint="aws ec2 stop-instances --region {region} --instance-ids {native_id}",
    bill=BillExpects(prices=("BoxUsage", "SpotUsage"), at_least=Decimal(23), says="so it did not run all day"),
)  # fmt: skip

"""A machine with a GPU costs a multiple of one without, and some never use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Instance, Metric
from findings.aws_counterparts import held_by_another
from findings.machine_usage import gpus_of, without_gpus
from findings.rule import UNTOLD, Fine, Limit, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

GPU = Metric(name="nvidia_smi_utilization_gpu", statistic="Maximum", unit="%", namespace="CWAgent")


def judge(instance: Instance, *, usage: Usage, idle_days: int, max_gpu: float) -> Verdict:
    if left := held_by_another(instance) or without_gpus(instance):
        return left
    gpus = gpus_of(instance)
    known = [value for value in usage.days(GPU, days=idle_days) if value is not None]
    if any(value >= max_gpu for value in known):
        return Fine()
    if gpus > 1:
        return Unknown(f"what each of its {gpus} GPUs does")
    if len(known) < idle_days:
        what = "what its GPU does, which CloudWatch's agent tells where it is set to,"
        return unmeasured(instance, since=instance.launched_at, days=idle_days, what=what)
    return Waste(
        saves=UNTOLD,
        because=f"{instance.instance_type}: at none of the agent's samples was its GPU's use above {max(known):.1f} % "
        f"over the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_ec2_instance_gpu_idle",
    title="EC2 instance whose GPU is idle",
    looks_at=Instance,
    settings={"idle_days": 14, "max_gpu": 1},
    action="Ask whether it converts videos: the encoder and decoder hardly count as use. If not, change it to a type "
    "without a GPU, or stop it where nothing else runs on it.",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-NVIDIA-GPU.html",
    judge=judge, metrics=(GPU,), window_days=14, action_type="Rightsize", stage="SHRINK",
    limits=(Limit(title="GPU, highest of the day", metrics=(GPU,), setting="max_gpu", unit="%"),),
    implementation_effort="Medium", restart_needed=True, rollback_possible=True,
    rollback="Stop the instance, change its type back and start it, where AWS has capacity of that type.",
    hint="aws ec2 describe-instances --region {region} --instance-ids {native_id}",
)  # fmt: skip

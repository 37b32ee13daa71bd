"""A function's time costs a fifth less on AWS' own ARM processor, if its code runs there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.functions import Function
from findings.function_runtimes import EARLIER, untold_of_arm
from findings.function_usage import TIME, charged_otherwise, gib_hours, total_ms
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(function: Function, *, usage: Usage, idle_days: int, min_gib_hours: float) -> Verdict:
    if function.architecture == "arm64" or function.runtime in EARLIER:
        return Fine(f"A newer runtime than {function.runtime} comes first." if function.runtime in EARLIER else "")
    if other := charged_otherwise(function):
        return other
    time_ms = total_ms(usage, days=idle_days)
    hours = None if time_ms is None else gib_hours(function, time_ms=time_ms)
    if hours is not None and hours < min_gib_hours:
        return Fine(f"{hours:,.1f} GiB-hours are too little to matter.")
    if missing := _missing(function):
        return Unknown(missing)
    if hours is None:
        return Unknown(f"how long its calls took on every one of the last {counted(idle_days, 'day')}")
    return Waste(
        saves=UNTOLD,  # nobody knows before the code was tried
        because=f"{function.runtime} on {function.architecture}: {hours:,.0f} GiB-hours over the last "
        f"{counted(idle_days, 'day')}, each a fifth dearer than on ARM by AWS' list prices. Nobody has checked whether "
        "its code and layers run there.",
    )


def _missing(function: Function) -> str:
    if function.architecture is None:
        return "which architecture it runs on"
    if function.package != "Zip":
        return "what is in its image"
    return untold_of_arm(function.runtime)


rule = Rule(
    id="aws_lambda_function_graviton",
    title="Lambda function that may run on Graviton",
    looks_at=Function,
    settings={"idle_days": 30, "min_gib_hours": 200},
    action="Publish a version for arm64, send it a part of the calls, and move over when it does as well.",
    docs="https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html",
    judge=judge,
    metrics=(TIME,), window_days=30, action_type="MigrateToGraviton", stage="PRICE", implementation_effort="Medium",
    rollback_possible=True,
    rollback="Point the alias back at the version before.",
    hint="aws lambda get-function-configuration --region {region} --function-name {name} "
    "--query Architectures",
    assumes="that all of its code and layers run on ARM",
)  # fmt: skip

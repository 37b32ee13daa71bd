"""Lambda functions: at work, failing, cut off, too large, kept ready for nobody, and those that only seem so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.model import HISTORY_DAYS
from sandbox.aws.names import LAB
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Charge, Draw, Estate, Item
    from sandbox.aws.shaped import Asked
    from sandbox.aws.usage import Values

KEPT, KEPT_MANY = "aws_lambda_provisioned_concurrency_unused", "aws_lambda_provisioned_concurrency_oversized"
FAILING, CUT_OFF = "aws_lambda_function_failing", "aws_lambda_function_timing_out"
ROOMY, GRAVITON = "aws_lambda_function_memory_oversized", "aws_lambda_function_graviton"
RULES = (KEPT, KEPT_MANY, FAILING, CUT_OFF, ROOMY, GRAVITON)
DEAF = (LAB, "ap-southeast-2")  # CloudWatch fails in this one, on purpose
BILLED_AS = "AWS Lambda"
SERVICES = {BILLED_AS: ("Compute", "Serverless Compute", "AWSLambda")}
RESOURCE_TYPES = {"function": "Lambda Function"}
# A second of a GiB, by architecture: in a call, and kept ready.
PRICES = {"x86_64": ("0.0000166667", "0.0000041667"), "arm64": ("0.0000133334", "0.0000033334")}
STILL = {"calls": 0}
READY = {"kept": {"live": 5}}
X86 = {"architecture": "x86_64"}
HEAVY = {"calls": 40_000, "mean_ms": 2_000, "high_ms": 2_800, "memory": 1024}
LIGHT = {"calls": 400, "mean_ms": 90, "high_ms": 200}
SLOW = {"calls": 4_000, "memory": 1024}
CASES = {
    "steady": Case(count=4, has={}),
    "ready_unused": Case(count=3, wastes=(KEPT,), has=READY | STILL),
    "ready_unused_x86": Case(wastes=(KEPT,), has=READY | STILL | X86),
    "ready_used": Case(count=2, has={"kept": {"live": 4, "blue": 1, "green": 1}, "at_once": 5}),
    "ready_too_many": Case(count=3, wastes=(KEPT_MANY,), has={"kept": {"live": 10}, "at_once": 3}),
    "ready_for_a_peak": Case(
        has={"kept": {"live": 10}, "at_once": 3, "full_days_ago": (9,)}, trap="hardly any at work at once, but on a day"
    ),
    "ready_too_many_lately": Case(
        has={"kept": {"live": 10}, "at_once": 3, "kept_days": 5}, trap="too many kept ready, for five days"
    ),
    "ready_for_two": Case(
        count=2,
        unknowns=(KEPT_MANY,),
        has={"kept": {"live": 6, "blue": 6}, "at_once": 3},
        trap="too many kept ready, for two aliases of which nobody tells which needs them",
    ),
    "ready_monthly": Case(has=READY | {"only": (24,)}, trap="kept ready and still, but for one day of the month"),
    "ready_lately": Case(has=READY | STILL | {"kept_days": 9}, trap="kept ready for nobody yet, for nine days"),
    "failing": Case(count=3, wastes=(FAILING,), untold=(FAILING,), has=HEAVY | {"errors": 0.45}),
    "failing_twice": Case(
        has=HEAVY | {"errors": 0.6, "failing": (2, 3)}, trap="most calls fail, but on two days of the week"
    ),
    "failing_little": Case(has=LIGHT | {"errors": 0.7}, trap="most calls fail, but they take next to nothing"),
    "failing_rarely_called": Case(
        has=HEAVY | {"errors": 0.7, "only": (1, 4, 20)}, trap="most calls fail, but it was called on two days"
    ),
    "cut_off": Case(
        count=3, wastes=(CUT_OFF,), untold=(CUT_OFF,), has=SLOW | {"errors": 0.25, "mean_ms": 27_500, "high_ms": 30_000}
    ),
    "just_in_time": Case(
        has=SLOW | {"mean_ms": 28_600, "high_ms": 29_950}, trap="ends just below its limit, and does its work"
    ),
    "roomy": Case(count=3, wastes=(ROOMY,), untold=(ROOMY,), has=HEAVY | {"used": 12, "busy": 0.05}),
    "roomy_computing": Case(
        has=HEAVY | {"memory": 1769, "used": 9, "busy": 0.95}, trap="takes little memory, but all of its processor"
    ),
    "roomy_but_once": Case(
        has=HEAVY | {"used": 12, "busy": 0.05, "full_days_ago": (8,)}, trap="takes little memory, but on one day"
    ),
    "roomy_unmeasured": Case(
        count=3, unknowns=(ROOMY,), has=HEAVY | {"used": None}, trap="nothing measures how much memory it takes"
    ),
    "x86": Case(count=4, wastes=(GRAVITON,), untold=(GRAVITON,), has=HEAVY | X86),
    "x86_little": Case(has=LIGHT | X86, trap="may run on ARM, but costs next to nothing"),
    "x86_early": Case(has=HEAVY | X86 | {"runtime": "python3.8"}, trap="its runtime must be raised before anything"),
    "x86_image": Case(count=2, unknowns=(GRAVITON,), has=HEAVY | X86 | {"runtime": ""}, trap="nobody sees its image"),
    "on_machines": Case(has=HEAVY | X86 | {"errors": 0.4, "is_on_machines": True}, trap="charged by its machines"),
    "unread": Case(
        count=2, unknowns=RULES, has=READY | STILL | X86 | {"is_unread": True}, trap="CloudWatch does not answer"
    ),
}


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a function does on a day; `busy` are the processors at work in a call, `used` percent of its memory."""

    calls: int = 9_000
    mean_ms: int = 350
    high_ms: float = 700.0
    errors: float = 0.01
    used: int | None = 78
    busy: float = 0.4


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        account, region = DEAF if stand.case.has.get("is_unread") else (stand.account, stand.region)
        _function(draw, estate, replace(stand, account=account, region=region))


def _function(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, name = stand.case.has, stand.label
    arn = stand.arn("lambda", f"function:{name}")
    item = stand.item(draw, kind="function", native_id=arn, bill_id=arn, rules=RULES)
    item.parts = dict.fromkeys((KEPT, KEPT_MANY), "Provisioned-Concurrency")
    item.saves = {**item.saves, KEPT_MANY: Decimal("0.6")}  # of ten, four would do
    runtime = has.get("runtime", "python3.12")
    item.shape = {
        "FunctionName": name,
        "FunctionArn": arn,
        "Role": f"arn:aws:iam::{stand.account}:role/{name}",
        "CodeSize": 81_233,
        "Description": "",
        "Timeout": 30,
        "MemorySize": has.get("memory", 512),
        "LastModified": _moment(item.created_at),
        "CodeSha256": draw.hex(44),
        "Version": "$LATEST",
        "Environment": {"Variables": {"DATABASE_PASSWORD": draw.hex(16)}},
        "PackageType": "Zip" if runtime else "Image",
        "Architectures": [has.get("architecture", "arm64")],
        "EphemeralStorage": {"Size": 512},
        **({"Runtime": runtime, "Handler": "main.handler"} if runtime else {}),
    }
    if has.get("is_on_machines"):
        own = stand.arn("lambda", "capacity-provider:own")
        item.shape["CapacityProviderConfig"] = {
            "LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": own}
        }
        item.shape["AcceleratorConfig"] = {"AcceleratorMemorySize": 24}
    changed = _moment(draw.ago(has.get("kept_days", 90) + 0.5))
    item.facts["kept"] = [
        {
            "FunctionArn": f"{arn}:{alias}",
            "RequestedProvisionedConcurrentExecutions": units,
            "AvailableProvisionedConcurrentExecutions": units,
            "AllocatedProvisionedConcurrentExecutions": units,
            "Status": "READY",
            "LastModified": changed,
        }
        for alias, units in has.get("kept", {}).items()
    ]
    work = Work(**{key: has[key] for key in Work.__dataclass_fields__ if key in has})
    item.charges = _charges(draw, item, work)
    estate.items.append(item)
    if has.get("is_unread"):
        estate.unanswered.add(name)
    if work.calls:
        _measure(draw, estate, item, work, has)


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _charges(draw: Draw, item: Item, work: Work) -> list[Charge]:
    """What is kept ready by the second, and calls by their time, where no machine is charged for them."""
    gib = Decimal(item.shape["MemorySize"]) / 1024
    [architecture] = item.shape["Architectures"]
    called, ready = PRICES[architecture]
    suffix = "-ARM" if architecture == "arm64" else ""
    kept = sum(one["AllocatedProvisionedConcurrentExecutions"] for one in item.facts["kept"])
    seconds = {
        f"Lambda-Provisioned-Concurrency{suffix}": (kept * gib * 86_400, ready),
        f"Lambda-GB-Second{suffix}": (Decimal(work.calls * work.mean_ms) / 1000 * gib, called),
    }
    if "CapacityProviderConfig" in item.shape:
        seconds = {}
    return [
        meter(draw, item, service=BILLED_AS, name=name, unit="Second", price=price, operation="Invoke", per_day=units)
        for name, (units, price) in seconds.items()
        if units
    ]


def _measure(draw: Draw, estate: Estate, item: Item, work: Work, has: Mapping[str, Any]) -> None:
    """One value a day, and none for a day without calls."""
    only, failing, full = (has.get(name) for name in ("only", "failing", "full_days_ago"))
    days: list[dict[tuple[str, str], dict[str, float]]] = []
    for ago in range(HISTORY_DAYS, 0, -1):
        calls = float(round(work.calls * draw.random.uniform(0.9, 1.1)))
        share = work.errors if failing is None or ago in failing else 0.01
        used = 91.0 if full and ago in full else (work.used or 0) * draw.random.uniform(0.9, 1.0)
        time_ms = calls * work.mean_ms
        made = {
            ("AWS/Lambda", "Invocations"): {"Sum": calls},
            ("AWS/Lambda", "Errors"): {"Sum": float(round(calls * share))},
            ("AWS/Lambda", "Duration"): {"Sum": time_ms, **_spread(work.mean_ms, work.high_ms)},
            ("AWS/Lambda", "ConcurrentExecutions"): _spread(1, 10 if full and ago in full else has.get("at_once", 2)),
        }
        if work.used is not None:
            used_mib = used / 100 * item.shape["MemorySize"]
            made["LambdaInsights", "used_memory_max"] = _spread(used_mib * 0.8, used_mib)
            made["LambdaInsights", "cpu_total_time"] = {"Sum": time_ms * work.busy}
        days.append(made if only is None or ago in only else {})
    names = {name: tuple(values) for made in days for name, values in made.items()}
    for (namespace, metric), statistics in sorted(names.items()):
        own = "FunctionName" if namespace == "AWS/Lambda" else "function_name"
        values: Values = {
            statistic: [made.get((namespace, metric), {}).get(statistic) for made in days] for statistic in statistics
        }
        put(estate, item, (namespace, metric, own, item.name), values)


def _spread(mean: float, high: float) -> dict[str, float]:
    """A day by the mean and the highest of its samples; its percentiles lie between the two."""
    return {"Average": float(mean), "Maximum": float(high), "Minimum": mean / 2}


def _listed(asked: Asked) -> dict[str, Any]:
    return {"Functions": [item.shape for item in asked.of("function")]}


def _kept(asked: Asked) -> dict[str, Any]:
    for item in asked.of("function"):
        if item.name == asked.parameters["FunctionName"]:
            return {"ProvisionedConcurrencyConfigs": item.facts["kept"]}
    raise Refusal("ResourceNotFoundException", "Function not found.", status=404)


ANSWERS = (
    Answered(service="lambda", operation="ListFunctions", make=_listed, largest=50),
    Answered(
        service="lambda",
        operation="ListProvisionedConcurrencyConfigs",
        make=_kept,
        honours=frozenset({"FunctionName"}),
        largest=50,
        tried_with=lambda estate: {
            "FunctionName": next(one.name for one in estate.of("function") if len(one.facts["kept"]) > 1)
        },
    ),
)

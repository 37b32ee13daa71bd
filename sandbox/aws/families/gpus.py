"""Machines with a GPU: in use, idle by what their agent tells, and those of which nobody tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.cases import Case, stands
from sandbox.aws.compute import IMAGE, put
from sandbox.aws.model import all_but
from sandbox.aws.usage import MIB

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate, Item

IDLE = names.INSTANCE_GPU
TOLD = {"gpu": (0, 0.2, 0.6)}
CASES = {
    "gpu_in_use": Case(count=2, has={"gpu": (20, 60, 95)}),
    "gpu_idle": Case(count=3, wastes=(IDLE,), untold=(IDLE,), has=TOLD),
    "gpu_used_once": Case(has=TOLD | {"used": (12,)}, trap="an idle GPU, but for one day of two weeks"),
    "gpu_untold": Case(count=2, unknowns=(IDLE,), trap="no agent tells what its GPU does"),
    "gpu_days_missing": Case(unknowns=(IDLE,), has=TOLD | {"missing": (3, 9)}, trap="idle, but days are missing"),
    "gpu_new": Case(age_days=8, has=TOLD, trap="an idle GPU, but launched eight days ago"),
    "gpu_of_kubernetes": Case(
        has=TOLD, tags={"kubernetes.io/cluster/blue": "owned"}, trap="an idle GPU, but of a node that Kubernetes made"
    ),
}
KIND = "g4dn.xlarge"


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _machine(draw, estate, stand)


def _machine(draw: Draw, estate: Estate, stand: Stand) -> None:
    native = draw.id("i")
    item = stand.item(draw, kind="instance", native_id=native, bill_id=native, rules=())
    item.fines = all_but(names.INSTANCE_RULES, item.wastes, item.unknowns)
    item.facts |= {
        "type": KIND,
        "state": "running",
        "stopped_at": None,
        "image_id": None,
        "zone": f"{stand.region}a",
    }
    first, last = charges.span(stand.created_at, draw.as_of)
    item.charges = [charges.instance_hours(kind=KIND, region=stand.region, first=first, last=last)]
    estate.items.append(item)
    _measure(draw, estate, item)


def _measure(draw: Draw, estate: Estate, item: Item) -> None:
    has, age = CASES[item.case].has, (draw.as_of - item.created_at).days
    own = ("InstanceId", item.native_id)
    series = {"CPUUtilization": usage.gauge(draw.random, low=12, high=45, peak=93)}
    series |= {at: usage.counter(draw.random, low=80 * MIB, high=9_000 * MIB) for at in ("NetworkIn", "NetworkOut")}
    for metric, values in series.items():
        put(estate, item, ("AWS/EC2", metric, *own), usage.without(values, lambda ago: ago > age))
    if "gpu" in has:
        low, high, peak = has["gpu"]
        values = usage.gauge(draw.random, low=low, high=high, peak=peak)
        values = usage.raised(values, days_ago=has.get("used", ()), to=71.0, statistics=("Maximum",))
        values = usage.without(values, lambda ago: ago in has.get("missing", ()) or ago > age)
        agent = (*own, "ImageId", IMAGE, "InstanceType", KIND, "arch", "Turing", "host", "ip-10-0-0-7",
                 "index", "0", "name", "Tesla T4")  # fmt: skip
        put(estate, item, ("CWAgent", "nvidia_smi_utilization_gpu", *agent), values)

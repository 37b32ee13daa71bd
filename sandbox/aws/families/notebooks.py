"""Notebooks: stopped at night, never stopped, and those of which that cannot be told. Nothing is written on them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

BILLED_AS = "Amazon SageMaker"
RUNNING = "aws_sagemaker_notebook_running"
SERVICES = {BILLED_AS: ("AI and Machine Learning", "AI Platforms", "AmazonSageMaker")}
RESOURCE_TYPES = {"notebook": "Notebook Instance"}
CASES = {
    "stopped": Case(count=3, has={"state": "Stopped", "hours": 0}),
    "never_stopped": Case(count=3, wastes=(RUNNING,), untold=(RUNNING,), has={"days": 80}),
    "started_lately": Case(count=2, has={"days": 3, "hours": 8}, trap="runs tonight, but is stopped on most nights"),
    "failed": Case(has={"state": "Failed", "days": 90, "hours": 0}, trap="not stopped for long, but does not run"),
    "long_job": Case(tags={"keep": "true"}, has={"days": 50}, trap="never stopped, but to be kept"),
    "with_scripts": Case(
        count=2, unknowns=(RUNNING,), has={"days": 60, "scripts": "stop-when-idle"}, trap="its scripts may stop it"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _notebook(draw, estate, stand)


def _notebook(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, arn = stand.case.has, stand.arn("sagemaker", f"notebook-instance/{stand.label}")
    item = stand.item(draw, kind="notebook", native_id=arn, bill_id=arn, rules=(RUNNING,))
    item.shape = {
        "NotebookInstanceName": item.name,
        "NotebookInstanceArn": arn,
        "NotebookInstanceStatus": has.get("state", "InService"),
        "Url": f"{item.name}.notebook.{stand.region}.sagemaker.aws",
        "InstanceType": "ml.t3.xlarge",
        "CreationTime": item.created_at,
        "LastModifiedTime": draw.ago(has.get("days", 20)),
        **({"NotebookInstanceLifecycleConfigName": has["scripts"]} if "scripts" in has else {}),
    }
    hours = has.get("hours", 24)
    storage = meter(draw, item, service=BILLED_AS, name="Notebk:VolumeUsage.gp2", unit="GB-Mo", price="0.14",
                    operation="", held=Decimal(5))  # fmt: skip
    running = meter(draw, item, service=BILLED_AS, name="Notebk:ml.t3.xlarge", unit="Hrs", price="0.2",
                    operation="RunInstance", per_day=Decimal(hours))  # fmt: skip
    item.charges = [storage, running] if hours else [storage]
    estate.items.append(item)


def _listed(asked: Asked) -> dict[str, Any]:
    return {"NotebookInstances": [item.shape for item in asked.of("notebook")]}


ANSWERS = (Answered(service="sagemaker", operation="ListNotebookInstances", make=_listed),)

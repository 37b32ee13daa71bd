"""A notebook's machine is charged by the hour while it runs, also at night, when nobody writes on it."""

from __future__ import annotations

from decimal import Decimal

from connections.resources.notebooks import Notebook
from findings.rule import UNTOLD, BillExpects, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(notebook: Notebook, *, running_days: int) -> Verdict:
    if notebook.state != "InService":
        return Fine("It does not run.")
    if notebook.changed_at is None:
        return Unknown("since when it runs")
    days = (notebook.observed_at - notebook.changed_at).days
    if days < running_days:
        return Fine(f"Started or changed {counted(days, 'day')} ago.")
    if notebook.has_lifecycle:
        return Unknown("whether its lifecycle configuration stops it as soon as nobody works on it")
    return Waste(
        saves=UNTOLD,  # nobody but its user knows in which hours it is needed
        because=f"{notebook.instance_type} running day and night for {counted(days, 'day')} without a stop.",
    )


rule = Rule(
    id="aws_sagemaker_notebook_running",
    title="Notebook that is never stopped",
    looks_at=Notebook,
    settings={"running_days": 30},
    action="Ask who works on it, save what is open, stop it, and let it be stopped whenever nobody works on it.",
    docs="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopNotebookInstance.html",
    judge=judge,
    action_type="Stop",
    rollback_possible=True,
    rollback="Start it again; what was saved on its volume is there, what was in memory is not.",
    hint="aws sagemaker stop-notebook-instance --region {region} --notebook-instance-name {name}",
    bill=BillExpects(prices=("Notebk:ml.",), at_least=Decimal(23), says="so it did not run all day"),
)

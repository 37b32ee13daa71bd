"""Lines are stored a stretch at a time: each once, under an id of its own, and as many as were told."""

from __future__ import annotations

from audits import bills, line_rows
from audits.bill_parts import Part
from audits.load_meter import Meter, Phase
from audits.models import BillLoad, BillSource, CostLine
from tenants import scope
from tests.audits.focus_files import SAMPLE
from tests.conftest import AT
from tests.database import acting_as


class Kept(Meter):
    """Remembers each phase as it was when the next one began."""

    def __init__(self):
        super().__init__()
        self.ends = []

    def begin(self, phase, **whole):
        self.ends.append(self.extent())
        super().begin(phase, **whole)


def test_lines_of_many_stretches_are_those_of_one(organization, monkeypatch):
    loaded = {}
    for label, pages in (("many", 1), ("one", 1 << 20)):
        monkeypatch.setattr(line_rows, "STRETCH_PAGES", pages)
        meter = Kept()
        with scope.organization(organization.id), acting_as("cf_web"):
            source = BillSource.objects.create(label=label, created_at=AT)
        with acting_as("cf_worker"):
            bills.load_files(
                organization_id=organization.id,
                source=source,
                parts=[Part(path=SAMPLE, key="sample.csv")],
                seconds=60,
                at=AT,
                meter=meter,
            )
        with scope.organization(organization.id), acting_as("cf_worker"):
            lines = CostLine.objects.filter(load__source=source)
            ids = sorted(lines.values_list("id", flat=True))
            loaded[label] = sorted(lines.values_list("charge_date", "resource_id", "charge_description", "billed_cost"))
            BillLoad.objects.update(state="REPLACED", execution_id="")
        (stored,) = [extent for extent in meter.ends if extent is not None and extent.phase == Phase.STORING]
        assert stored.done_rows == stored.all_rows == len(ids) == len(set(ids)) > 900
    assert loaded["many"] == loaded["one"]

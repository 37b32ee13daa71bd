"""What quantities add up to is kept exactly, also where it has more digits than a row may have."""

from decimal import Decimal, localcontext

import pytest

from audits.models import CostLine, CostRate
from tenants import scope
from tests.audits.focus_files import write_csv
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.database import acting_as


@pytest.mark.parametrize(
    ("quantities", "lines"),
    [
        ({"vol-1": ["6e19", "6e19", "0.5"], "vol-2": ["9e19"]}, ["120000000000000000000.5", "9e19"]),
        (
            {"vol-1": ["8e19"], "vol-2": ["8e19", "0.000000000000000001"], "vol-3": ["-8e19"]},
            ["8e19", "80000000000000000000.000000000000000001", "-8e19"],
        ),
        ({"vol-1": ["-7e19", "-7e19"], "vol-2": ["1"]}, ["-1.4e20", "1"]),
    ],
    ids=["a line", "a day's meter", "less than nothing"],
)  # fmt: skip
def test_quantities_add_up_to_more_digits_than_one_of_them_may_have(payer, tmp_path, quantities, lines):  # noqa: F811
    rows = [{"ResourceId": one, "ConsumedQuantity": value} for one, values in quantities.items() for value in values]
    load(payer, [write_csv(tmp_path / "a.csv", rows)])
    with scope.organization(payer.organization_id), acting_as("cf_worker"), localcontext(prec=60):
        held = CostLine.objects.order_by("resource_id").values_list("consumed_quantity", flat=True)
        assert list(held) == [Decimal(one) for one in lines]
        rated = sum(Decimal(one) for one in lines if Decimal(one) > 0)
        assert CostRate.objects.get().consumed_quantity == rated

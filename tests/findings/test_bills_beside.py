"""The bill of a cluster of databases holds that of each of its instances apart from its own."""

from datetime import date

from connections.resources import Database
from connections.resources.databases import DatabaseCluster
from findings.evidence_from_rows import JUDGED_BY_BILL, Bills, Coverage
from tests.findings.evidence import line
from tests.findings.rows import ACCOUNT, BASE, REGION

DAY = date(2026, 7, 19)
HERE = f"arn:aws:rds:{REGION}:{ACCOUNT}"
CLUSTER = DatabaseCluster(
    resource_id=f"{HERE}:cluster:cluster-abc", state="available", engine="aurora-mysql",
    member_ids=("orders-1", "orders-2"), **{**BASE, "name": "orders"},
)  # fmt: skip
ONE = Database(
    resource_id=f"{HERE}:db:orders-1", state="available", instance_class="db.r6g.large", engine="aurora-mysql",
    storage_gib=1, cluster_id="orders", **BASE,
)  # fmt: skip
LASTING, NAMED, HOURS, OTHER = (line(DAY, cost) for cost in ("1", "2", "3", "4"))
BILLS = Bills(
    coverage={ACCOUNT: Coverage(billed_from=DAY, billed_until=date(2026, 7, 20), ends={})},
    lines={
        (ACCOUNT, f"{HERE}:cluster:cluster-abc"): [LASTING],
        (ACCOUNT, f"{HERE}:cluster:orders"): [NAMED],
        (ACCOUNT, f"{HERE}:db:orders-1"): [HOURS],
        (ACCOUNT, f"{HERE}:db:stock-1"): [OTHER],
        ("999988887777", f"{HERE}:db:orders-2"): [OTHER],
    },
)


def test_a_cluster_has_lines_under_both_of_its_names_and_those_of_each_instance_beside():
    bill = BILLS.of(CLUSTER)
    assert set(bill.lines) == {LASTING, NAMED}
    assert bill.beside == ((f"{HERE}:db:orders-1", (HOURS,)), (f"{HERE}:db:orders-2", ()))


def test_an_instance_has_its_own_lines_and_nothing_beside():
    bill = BILLS.of(ONE)
    assert (bill.lines, bill.beside) == ((HOURS,), ())


def test_the_bill_is_read_for_the_kinds_whose_rules_judge_by_it():
    assert DatabaseCluster in JUDGED_BY_BILL
    assert Database not in JUDGED_BY_BILL

"""The cost export as it lies in the bucket: manifest, parts, and totals equal to the truth to the last digit."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from sandbox.aws import focus, names
from sandbox.aws.export import SUMMED

EXPORTS = (names.CSV_EXPORT, names.PARQUET_EXPORT)


class Bucket:
    """The payer's bucket, as the bill session reads it."""

    def __init__(self, sessions, folder) -> None:
        self.client = sessions.read("s3", account=names.PAYER)
        self.folder = folder

    def listed(self, prefix=""):
        listed = self.client.list_objects_v2(Bucket=names.BUCKET, Prefix=prefix)["Contents"]
        return [one["Key"] for one in listed]

    def read(self, key):
        return self.client.get_object(Bucket=names.BUCKET, Key=key)["Body"].read()

    def manifest(self, name, period):
        key = f"{names.PREFIX}/{name}/metadata/BILLING_PERIOD={period}/{name}-Manifest.json"
        return json.loads(self.read(key))

    def parts(self, name, period):
        """The files that the manifest lists, brought home."""
        found = []
        for uri in self.manifest(name, period)["dataFiles"]:
            path = self.folder / uri.rpartition("/")[2]
            path.write_bytes(self.read(uri.removeprefix(f"s3://{names.BUCKET}/")))
            found.append(str(path))
        return found


@pytest.fixture
def bucket(sessions, tmp_path):
    return Bucket(sessions, tmp_path)


def select(paths, what, where="true"):
    reader = "read_parquet(?)" if paths[0].endswith(".parquet") else "read_csv(?, all_varchar = true)"
    with duckdb.connect() as database:
        return database.execute(f"select {what} from {reader} where {where}", [paths]).fetchall()


@pytest.mark.parametrize("name", EXPORTS)
def test_the_parts_add_up_to_the_truth(cloud, bucket, name):
    for period, totals in cloud.estate["bill"].items():
        paths = bucket.parts(name, period)
        assert len(paths) >= 2
        sums = ", ".join(f"sum({column}::decimal(22, 10))" for column in SUMMED)
        (found,) = select(paths, f"count(*), {sums}")
        assert found[0] == totals["rows"] > 5000
        assert [Decimal(value) for value in found[1:]] == [Decimal(totals[column]) for column in SUMMED]


def test_all_columns_of_focus_are_there_and_the_providers_own(bucket, cloud):
    assert len([name for name in focus.COLUMNS if not name.startswith("x_")]) == 57
    period = next(iter(cloud.estate["bill"]))
    for name in EXPORTS:
        manifest = bucket.manifest(name, period)
        assert [column["name"] for column in manifest["columns"]] == list(focus.COLUMNS)
        (described,) = select(bucket.parts(name, period)[:1], "columns(*)", "true limit 1") or [()]
        assert len(described) == len(focus.COLUMNS)


def test_a_stale_part_lies_beside_those_that_count(bucket, cloud):
    period = next(iter(cloud.estate["bill"]))
    listed = {uri.partition(f"{names.BUCKET}/")[2] for uri in bucket.manifest(names.CSV_EXPORT, period)["dataFiles"]}
    lying = set(bucket.listed(f"{names.PREFIX}/{names.CSV_EXPORT}/data/BILLING_PERIOD={period}/"))
    assert listed < lying


def test_parquet_has_the_providers_types(bucket, cloud):
    period = next(iter(cloud.estate["bill"]))
    paths = bucket.parts(names.PARQUET_EXPORT, period)
    what = "typeof(BilledCost), typeof(ChargePeriodStart), typeof(Tags), typeof(ResourceId)"
    (types,) = select(paths, what, "ResourceId is not null limit 1")
    assert types[0] == "DOUBLE"
    assert types[1].startswith("TIMESTAMP")
    assert types[2] == "MAP(VARCHAR, VARCHAR)"
    assert select(paths, "count(*)", "CommitmentDiscountId = ''") == [(0,)]


def test_used_and_unused_commitment_make_up_its_purchase(bucket, cloud):
    for period in cloud.estate["bill"]:
        paths = bucket.parts(names.CSV_EXPORT, period)
        what = "ChargeCategory, sum(BilledCost::decimal(22, 10)), sum(EffectiveCost::decimal(22, 10))"
        rows = {row[0]: row[1:] for row in select(paths, what, "CommitmentDiscountId is not null group by 1")}
        assert rows["Usage"][0] == 0
        assert rows["Purchase"][1] == 0
        assert rows["Usage"][1] == rows["Purchase"][0] > 0


def test_every_kind_of_odd_row_is_there(bucket, cloud):
    period = next(iter(cloud.estate["bill"]))
    paths = bucket.parts(names.CSV_EXPORT, period)
    found = {row[0] for row in select(paths, "distinct ChargeCategory || coalesce(':' || nullif(ChargeClass, ''), '')")}
    assert found == {"Usage", "Purchase", "Credit", "Tax", "Adjustment", "Adjustment:Correction"}


def test_the_bill_names_what_the_inventory_has_and_more(bucket, cloud):
    estate = cloud.estate
    paths = [path for period in estate["bill"] for path in bucket.parts(names.CSV_EXPORT, period)]
    billed = {row[0] for row in select(paths, "distinct ResourceId")}
    for row in estate["waste"]:
        assert row["resource_id"] in billed or (row["billed_days"], row["monthly_saving"]) == (0, None)
    assert "not_on_bill" in {row["case"] for row in estate["waste"] if row["resource_id"] not in billed}
    unlisted = [row for row in estate["traps"] if row.get("is_in_inventory") is False]
    is_billed = {(row["case"], row["resource_id"] in billed) for row in unlisted}
    assert {"gone", "going", "vpn_used"} == {case for case, is_there in is_billed if is_there}
    # A key of AWS' own, what another account asked for, and a port that is deleted: neither listed nor charged.
    assert {"of_aws", "ready_by_another", "port_deleted"} == {case for case, is_there in is_billed if not is_there}


def test_a_restatement_replaces_the_period_under_a_new_execution(cloud, bucket):
    period = next(iter(cloud.estate["bill"]))
    before = bucket.manifest(names.CSV_EXPORT, period)["executionId"]
    totals = cloud.restate(period)[period]
    assert bucket.manifest(names.CSV_EXPORT, period)["executionId"] == totals["execution_id"] != before
    assert cloud.estate["bill"][period] == totals
    (found,) = select(bucket.parts(names.CSV_EXPORT, period), "sum(BilledCost::decimal(22, 10))")
    assert found[0] == Decimal(totals["BilledCost"])


def test_an_object_can_be_broken_and_taken_away_on_purpose(cloud, bucket):
    key = f"{names.PREFIX}/other/data/BILLING_PERIOD=2020-01/other-00001.csv.gz"
    cloud.put_object(key, b"not gzip")
    assert bucket.read(key) == b"not gzip"
    cloud.delete_object(key)
    assert key not in bucket.listed()


def test_an_export_that_was_made_lately_holds_no_earlier_charges_until_it_is_restated_whole(cloud, bucket):
    period = next(iter(cloud.estate["bill"]))
    whole = cloud.estate["bill"][period]["rows"]
    young = cloud.restate(period, since=date.fromisoformat(f"{period}-20"))[period]["rows"]
    [first] = select(bucket.parts(names.CSV_EXPORT, period), "min(ChargePeriodStart)")
    assert first[0].startswith(f"{period}-20")
    assert 0 < young < whole <= cloud.restate(period)[period]["rows"]

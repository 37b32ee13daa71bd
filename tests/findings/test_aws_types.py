"""The committed facts of instance types: as moto has them, lazily read, and nothing for what is not in it."""

import gzip
import json
import sys
from dataclasses import fields, replace
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import moto
import pytest

from findings import aws_types
from findings.aws_types import FILE, TypeFacts, facts
from findings.management.commands.make_type_facts import RESOURCE, row, table_text
from findings.prices import table

TABLE = json.loads(FILE.read_text())
# Types that AWS sold or sells and that the source of the facts does not have.
NOT_DESCRIBED = {"g2", "g3", "g3s", "g4ad", "p2", "f1", "cr1", "dl1", "i3", "p3", "u-9tb1", "u-12tb1",
                 "u-18tb1", "u-24tb1"}  # fmt: skip


def test_a_burstable_type_holds_no_steady_one():
    steady, burstable = facts("m5.large"), facts("t3.large")
    assert not burstable.holds(steady)
    assert steady.holds(burstable)
    assert facts("t3.large").holds(facts("t2.large"))


def test_the_table_is_what_the_command_makes_of_the_installed_source():
    described = json.loads(gzip.decompress((Path(moto.__file__).parent / RESOURCE).read_bytes()))
    dated = date.fromisoformat(TABLE["dated"])
    assert FILE.read_text() == table_text(described, version=moto.__version__, dated=dated)
    assert "Apache-2.0" in TABLE["license"]


def test_a_type_has_the_facts_that_aws_publishes():
    assert facts("m5.large") == TypeFacts(2, 8192, ("x86_64",), 0, 650, 0.75, 0, is_burstable=False, is_current=False)
    assert facts("m6g.large").architectures == ("arm64",)
    assert facts("t3.medium").is_burstable
    assert facts("c3.large").local_disk_gb == 32
    assert facts("p4d.24xlarge").gpus == 8
    assert facts("db.m5.large") == facts("m5.large")


@pytest.mark.parametrize("name", ["", "g3.4xlarge", "m5", "m5.enormous", "db.serverless", "cache.m5.large", "M5.large"])
def test_what_is_not_in_the_table_is_not_known(name):
    assert facts(name) is None


def test_what_aws_leaves_out_of_a_type_is_none_and_no_zero():
    least = {"VCpuInfo": {"DefaultVCpus": 1}, "MemoryInfo": {"SizeInMiB": 512},
             "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]}}  # fmt: skip
    assert row(least) == [1, 512, ["x86_64"], 0, None, None, 0, None, None]
    half = {**least, "NetworkInfo": {"NetworkCards": [{"BaselineBandwidthInGbps": 50.0}, {}]}}
    assert row(half)[5] is None


def test_every_priced_type_has_facts_but_the_families_that_the_source_lacks():
    priced = {name.removeprefix("BoxUsage:") for name in table("aws").regions["us-east-1"] if name.startswith("Box")}
    without = {name for name in priced if facts(name) is None}
    assert {name.partition(".")[0] for name in without} <= NOT_DESCRIBED
    assert len(without) < len(priced) / 40


@pytest.mark.parametrize("field", ["vcpus", "memory_mib", "gpus"])
def test_a_type_holds_another_only_with_as_much_of_everything(field):
    one = facts("p4d.24xlarge")
    assert one.holds(one)
    assert not replace(one, **{field: getattr(one, field) - 1}).holds(one)


def test_the_table_is_read_only_when_a_type_is_asked_for(monkeypatch):
    spec = spec_from_file_location("another_aws_types", aws_types.__file__)
    fresh = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, fresh)
    spec.loader.exec_module(fresh)
    assert fresh._rows.cache_info().currsize == 0
    assert fresh.facts("m5.large").vcpus == 2
    assert fresh._rows.cache_info().currsize == 1


def test_a_table_of_other_fields_is_refused(monkeypatch, tmp_path):
    older = tmp_path / "aws_types.json"
    older.write_text('{"fields": ["vcpus"], "types": {}}')
    monkeypatch.setattr(aws_types, "FILE", older)
    with pytest.raises(ValueError, match=r"run manage\.py make_type_facts"):
        aws_types._rows.__wrapped__()


def test_the_fields_stand_in_the_file_in_the_order_of_the_class():
    assert TABLE["fields"] == [one.name for one in fields(TypeFacts)]

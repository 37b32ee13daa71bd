"""Writes the facts of EC2 instance types from moto's copy of DescribeInstanceTypes, in a development environment."""

from __future__ import annotations

import gzip
import json
from datetime import date
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from findings.aws_types import FIELDS, FILE

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping

RESOURCE = Path("ec2") / "resources" / "instance_types.json.gz"


class Command(BaseCommand):
    help = "Write findings/price_tables/aws_types.json from the moto that is installed (a development requirement)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dated", required=True, type=date.fromisoformat, help="the day the table is made")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        spec = find_spec("moto")
        if spec is None or spec.origin is None:
            raise CommandError("moto is not installed here: run this in a development environment.")
        packed = (Path(spec.origin).parent / RESOURCE).read_bytes()
        text = table_text(json.loads(gzip.decompress(packed)), version=metadata.version("moto"), dated=options["dated"])
        FILE.write_text(text, encoding="utf-8")
        self.stdout.write(f"Wrote {FILE}.")


def table_text(described: Mapping[str, Mapping[str, Any]], *, version: str, dated: date) -> str:
    """The table as committed, one type a line, in the order of names."""
    head = {
        "provider": "AWS",
        "dated": dated.isoformat(),
        "source": f"AWS' answers to DescribeInstanceTypes, as moto {version} (Apache-2.0) keeps them",
        "license": "Apache-2.0, Copyright the moto authors; reduced to the fields below",
        "fields": list(FIELDS),
    }
    types = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row(described[name]))}" for name in sorted(described))
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
    return f'{{\n{lines},\n "types": {{\n{types}\n }}\n}}\n'


def row(one: Mapping[str, Any]) -> list[Any]:
    """One type's facts in the order of `FIELDS`; None for what AWS does not say of it."""
    cards = one.get("NetworkInfo", {}).get("NetworkCards", [])
    baselines = [card.get("BaselineBandwidthInGbps") for card in cards]
    gpus = one.get("GpuInfo", {}).get("Gpus", [])
    return [
        one["VCpuInfo"]["DefaultVCpus"],
        one["MemoryInfo"]["SizeInMiB"],
        sorted(one["ProcessorInfo"]["SupportedArchitectures"]),
        one.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0),
        one.get("EbsInfo", {}).get("EbsOptimizedInfo", {}).get("BaselineBandwidthInMbps"),
        None if not baselines or None in baselines else round(sum(baselines), 3),
        sum(gpu.get("Count", 0) for gpu in gpus),
        one.get("BurstablePerformanceSupported"),
        one.get("CurrentGeneration"),
    ]

"""List prices in USD, as the provider's public price pages have them (2026), rounded where a page gives more digits.

us-east-1 instance prices agree with the on-demand table of aws/karpenter-provider-aws (2026-07-20). What matters to
the sandbox is their order of size and that gp3 costs 0.8 of gp2 in every region.
"""

from __future__ import annotations

from decimal import Decimal

_D = Decimal
_EAST, _WEST, _SOUTH = "us-east-1", "eu-west-1", "ap-southeast-2"


def _row(east: str, west: str, south: str) -> dict[str, Decimal]:
    return {_EAST: _D(east), _WEST: _D(west), _SOUTH: _D(south)}


INSTANCE_HOUR = {
    "t4g.medium": _row("0.0336", "0.0368", "0.0424"),
    "t4g.large": _row("0.0672", "0.0736", "0.0848"),
    "m6g.large": _row("0.077", "0.086", "0.096"),
    "m6g.xlarge": _row("0.154", "0.172", "0.192"),
    "m6g.2xlarge": _row("0.308", "0.344", "0.384"),
    "r6g.xlarge": _row("0.2016", "0.2256", "0.2416"),
    "c6g.2xlarge": _row("0.272", "0.292", "0.3552"),
    "c6g.xlarge": _row("0.136", "0.146", "0.1776"),
    "r6g.large": _row("0.1008", "0.1128", "0.1208"),
    "m4.large": _row("0.10", "0.111", "0.125"),
    "t3.medium": _row("0.0416", "0.0456", "0.0528"),
    "t3.large": _row("0.0832", "0.0912", "0.1056"),
    "m5.large": _row("0.096", "0.107", "0.12"),
    "m5.xlarge": _row("0.192", "0.214", "0.24"),
    "m5.2xlarge": _row("0.384", "0.428", "0.48"),
    "m5.12xlarge": _row("2.304", "2.568", "2.88"),
    "m5.24xlarge": _row("4.608", "5.136", "5.76"),
    "c5.xlarge": _row("0.17", "0.192", "0.222"),
    "r5.large": _row("0.126", "0.141", "0.151"),
    "c3.large": _row("0.105", "0.12", "0.132"),
    "g3.4xlarge": _row("1.14", "1.21", "1.754"),
    "g4dn.xlarge": _row("0.526", "0.587", "0.684"),
}
VOLUME_GIB_MONTH = {
    "gp2": _row("0.10", "0.11", "0.12"),
    "gp3": _row("0.08", "0.088", "0.096"),
    "io1": _row("0.125", "0.138", "0.138"),
    "io2": _row("0.125", "0.138", "0.138"),
}
# By IOPS and by MiB/s a month; gp3 has 3,000 IOPS and 125 MiB/s without charge.
VOLUME_PERFORMANCE = {
    "VolumeP-IOPS.gp3": _row("0.005", "0.0055", "0.006"),
    "VolumeP-Throughput.gp3": _row("0.04", "0.044", "0.048"),
    "VolumeP-IOPS.piops": _row("0.065", "0.072", "0.072"),
    "VolumeP-IOPS.io2": _row("0.065", "0.072", "0.072"),
    "VolumeP-IOPS.io2.tier2": _row("0.0455", "0.0504", "0.0504"),
}
SNAPSHOT_GIB_MONTH = _row("0.05", "0.05", "0.055")
ADDRESS_HOUR = _row("0.005", "0.005", "0.005")
NAT_HOUR = _row("0.045", "0.048", "0.059")
NAT_GIB = _row("0.045", "0.048", "0.059")
BALANCER_HOUR = {
    "application": _row("0.0225", "0.0252", "0.0252"),
    "network": _row("0.0225", "0.0252", "0.0252"),
    "gateway": _row("0.0125", "0.014", "0.014"),
}
BALANCER_UNIT_HOUR = _row("0.008", "0.008", "0.008")
DATABASE_HOUR = {
    "db.t3.medium": _row("0.068", "0.073", "0.088"),
    "db.t4g.medium": _row("0.065", "0.071", "0.084"),
    "db.m5.large": _row("0.171", "0.19", "0.222"),
    "db.m6g.large": _row("0.152", "0.169", "0.198"),
    "db.m6g.2xlarge": _row("0.608", "0.676", "0.792"),
    "db.r6g.large": _row("0.215", "0.239", "0.257"),
    "db.r5.large": _row("0.24", "0.265", "0.285"),
    "db.m4.large": _row("0.175", "0.193", "0.23"),
    "db.r4.large": _row("0.24", "0.265", "0.285"),
    "db.cr1.8xlarge": _row("4.725", "5.0", "5.5"),
}
DATABASE_GIB_MONTH = _row("0.115", "0.127", "0.138")
TRANSFER_OUT_GIB = _row("0.09", "0.09", "0.114")
# One year, nothing upfront: what a compute savings plan takes off an instance hour.
SAVINGS_PLAN_FACTOR = _D("0.72")

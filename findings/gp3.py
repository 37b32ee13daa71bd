"""What a gp3 volume must be given to do as much as the gp2 or io1 volume that it replaces."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connections.resources import Volume

# What every gp3 volume has. gp2 has 3 IOPS per GiB between 100 and 16,000, each of up to 256 KiB, and up to 250 MiB/s;
# io1 reaches up to 500 MiB/s as long as it has no more than 32,000 IOPS.
HAS_IOPS, HAS_MIBPS = 3000, 125
GP2_MIBPS, IO1_MIBPS = 250, 500


def done_by(volume: Volume) -> tuple[int, int]:
    """The IOPS and MiB/s that a gp2 or io1 volume sustains."""
    is_gp2 = volume.volume_type == "gp2"
    iops = min(16_000, max(100, 3 * volume.size_gib)) if is_gp2 else volume.iops or 0
    return iops, min(GP2_MIBPS if is_gp2 else IO1_MIBPS, math.ceil(iops * 256 / 1024))


# Of a change of type, AWS gives what is not asked for its least: the command must name both.
COMMAND = (
    "aws ec2 modify-volume --region {region} --volume-id {native_id} --volume-type gp3 "
    "--iops {gp3_iops} --throughput {gp3_mibps}"
)
COMMAND_ADDS = {
    "gp3_iops": lambda volume: max(HAS_IOPS, done_by(volume)[0]),
    "gp3_mibps": lambda volume: max(HAS_MIBPS, done_by(volume)[1]),
}

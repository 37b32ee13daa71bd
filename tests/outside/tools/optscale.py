"""OptScale: the modules of its recommendations, with their default options."""

from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import ago
from tests.findings.machine_days import month
from tests.findings.rules.test_aws_ec2_instance_off_hours import EVERY, weeks
from tests.outside.examples import Tool, check, flagged, passed

# A row a check, with its examples below it.
# fmt: off
CHECKS = (
    check("aws_ebs_snapshot_old", "obsolete_snapshots.py", "no image, no volume made of it and no volume that it was made of, for 3 days",
        passed(image_ids=("ami-1",)),
        passed(ours=Waste, why="OptScale looks at those alone whose volume is gone"),
        flagged(is_volume_present=False, ours=Fine, why="which is a rule of its own here")),
    check("aws_ebs_snapshot_orphaned", "obsolete_snapshots.py", "no image, no volume made of it and no volume that it was made of, for 3 days",
        flagged(created_at=ago(30)),
        passed(image_ids=("ami-1",)),
        passed(is_volume_present=True),
        flagged(created_at=ago(4), ours=Fine, why="OptScale asks for 3 days without use")),
    check("aws_ebs_volume_unattached", "volumes_not_attached_for_a_long_time.py", "last seen attached more than a day ago",
        flagged(detached_at=ago(14)),
        flagged(detached_at=ago(2), ours=Fine, why="OptScale gives it a day"),
        passed(detached_at=ago(0.5)),
        passed(state="in-use", attached_to=("i-1",))),
    check("aws_ec2_image_unused", "obsolete_images.py", "no machine of it for 7 days",
        flagged(),
        passed(has_instances=True),
        flagged(last_launched_at=ago(8), ours=Fine, why="OptScale calls an image unused after 7 days"),
        flagged(last_launched_at=None, ours=Unknown, why="calls none waste that was never launched")),
    check("aws_ec2_instance_idle", "abandoned_instances.py", "CPU of 5 % and 1,000 bytes of network a second at most, on average of 7 days",
        flagged(used={"NetworkIn.Sum": 4e5, "NetworkOut.Sum": 4e5}),
        flagged(used={"CPUUtilization.Maximum": [2.0] * 13 + [90.0]}, ours=Fine, why="judge by averages"),
        flagged(autoscaling_group="web", ours=Fine, why="Members of an Auto Scaling group are left to the rules on groups"),
        flagged(used={"CPUUtilization.Maximum": [90.0] + [2.0] * 13}, ours=Fine, why="the highest minute of each of 14 days"),
        passed(used={"CPUUtilization.Maximum": 60.0})),
    check("aws_ec2_instance_off_hours", "instances_for_shutdown.py", "hours of the week in which CPU is 5 % and network 1,000 bytes a second at most, for 14 days",
        flagged(),
        passed(usage=weeks(EVERY))),
    check("aws_ec2_instance_oversized", "rightsizing_instances.py", "the p99 of CPU would be 80 % at most on a smaller type",
        flagged(),
        flagged(usage=month(memory=85), ours=Fine, why="OptScale looks at CPU alone"),
        flagged(usage=month(memory=None), ours=Unknown, why="memory must be known"),
        passed(usage=month(p95=90, peak=99))),
    check("aws_ec2_instance_previous_generation", "instance_generation_upgrade.py", "its highest day's cost is no less than the list price of a newer type",
        flagged(),
        flagged(instance_type="t2.medium")),
    check("aws_kinesis_stream_idle", "abandoned_kinesis_streams.py", "shard hours alone were billed for 7 days",
        flagged(),
        passed(used={"IncomingBytes.Sum": 800.0}),
        flagged(used={"GetRecords.Bytes.Sum": 800.0}, ours=Fine, why="here nothing may be read either")),
    check("aws_vpc_address_unassociated", "obsolete_ips.py", "last used more than 7 days ago",
        flagged(),
        passed(associated_with="i-1"),
        passed(ours=Waste, why="OptScale and Cloud Custodian give it 7 days")),
)
# fmt: on

OPTSCALE = Tool(
    name="OptScale",
    read="https://github.com/hystax/optscale, bumiworker/bumiworker/modules/recommendations/, read on 2026-11-26 (as of 2024-10-18)",
    checks=CHECKS,
)

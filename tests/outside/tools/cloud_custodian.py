"""Cloud Custodian: the policies of its documentation. What a policy marks for later is flagged on the day it acts."""

from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import ago
from tests.findings.rules.test_aws_ec2_instance_off_hours import EVERY, weeks
from tests.outside.examples import Tool, check, flagged, passed

BUSY = {"CPUUtilization.Maximum": 90.0, "CPUUtilization.p95": 80.0}

# A row a check, with its examples below it.
# fmt: off
CHECKS = (
    check("aws_ebs_snapshot_old", "c7n/resources/ebs.py, filter age of ebs-snapshot", "7 days old",
        flagged(created_at=ago(90)),
        flagged(created_at=ago(8), ours=Fine, why="theirs differ in age, from 3 days to 90"),
        passed(created_at=ago(6))),
    check("aws_ebs_snapshot_orphaned", "c7n/resources/ebs.py, filter unused of ebs-snapshot", "no image, launch template or launch configuration names it",
        flagged(),
        passed(image_ids=("ami-1",)),
        flagged(created_at=ago(2), ours=Fine, why="at once"),
        flagged(is_volume_present=True, ours=Fine, why="whether its volume still stands or not"),
        flagged(managed_by="backup", ours=Fine, why="leaves out what AWS Backup or a lifecycle policy keeps")),
    check("aws_ebs_volume_unattached", "examples/ebsgarbagecollect.rst", "attached to nothing on the 30th day after it was marked",
        flagged(detached_at=ago(30)),
        passed(state="in-use", attached_to=("i-1",)),
        passed(detached_at=ago(1)),
        passed(detached_at=ago(20), ours=Waste, why="Cloud Custodian 30 days")),
    check("aws_ec2_image_unused", "c7n/resources/ami.py, filter unused", "no machine, launch template or configuration of a group names it",
        flagged(),
        passed(has_instances=True),
        flagged(last_launched_at=ago(3), ours=Fine, why="Cloud Custodian where nothing names it"),
        flagged(last_launched_at=None, ours=Unknown, why="calls none waste that was never launched")),
    check("aws_ec2_instance_low_utilization", "c7n/filters/metrics.py, ec2-underutilized", "CPU is below 30 % on average of 4 days",
        flagged(),
        flagged(used={"CPUUtilization.Maximum": [2.0] * 29 + [90.0]}, ours=Fine, why="Cloud Custodian an average of 4 days below 30 %"),
        flagged(used={"CPUUtilization.Maximum": 28.0, "CPUUtilization.p95": 20.0}, ours=Fine, why="Cloud Custodian an average of 4 days below 30 %"),
        passed(used=BUSY)),
    check("aws_ec2_instance_off_hours", "quickstart/offhours.rst", "its tag maid_offhours holds a schedule, and it is night",
        flagged(tags={"maid_offhours": "tz=utc"}),
        flagged(tags={"maid_offhours": "tz=utc"}, usage=weeks(EVERY), ours=Fine, why="the others go by tags"),
        passed(ours=Waste, why="the others go by tags"),
        passed(usage=weeks(EVERY))),
    check("aws_elb_classic_without_instances", "examples/elbgarbagecollection.rst", "without an instance on the 14th day after it was marked",
        flagged(created_at=ago(14)),
        passed(created_at=ago(10)),
        passed(instance_count=1)),
    check("aws_rds_database_idle", "examples/rdsdeleteunused.rst, step 1", "more than 14 days old, and no connection on average of 14 days",
        flagged(),
        passed(created_at=ago(13), used={"DatabaseConnections.Maximum": [None] + [0.0] * 13}),
        passed(used={"DatabaseConnections.Maximum": 5.0})),
    check("aws_vpc_address_unassociated", "examples/eipgarbagecollect.rst", "without an association on the 7th day after it was marked",
        flagged(),
        passed(associated_with="eni-1"),
        passed(ours=Waste, why="OptScale and Cloud Custodian give it 7 days")),
)
# fmt: on

CLOUD_CUSTODIAN = Tool(
    name="Cloud Custodian",
    read="https://github.com/cloud-custodian/cloud-custodian, docs/source/aws/ and the docstrings of c7n/, read on 2026-11-26 "
    "(its newest change 2026-08-22)",
    checks=CHECKS,
    left_out={
        "aws_commitment_savings_plan_expiring": "It knows savings plans as a resource, and documents no policy for those that end.",
    },
)

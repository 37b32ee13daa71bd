"""Who is who in the sandbox: accounts, regions, our own principal, the cost export, the rule ids that truth speaks
of.
"""

from __future__ import annotations

PAYER = "111122223333"
SHOP = "222233334444"
LAB = "333344445555"
ACCOUNTS = {PAYER: "Northwind (payer)", SHOP: "Northwind Shop", LAB: "Northwind Lab"}
# The one account with a support plan that opens Trusted Advisor to programs.
SUPPORTED = SHOP
ORGANIZATION_ID = "o-northwind01"

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
REGION_NAMES = {
    "us-east-1": "US East (N. Virginia)",
    "eu-west-1": "EU (Ireland)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "us-west-2": "US West (Oregon)",  # where some services have their one home
}
# What a usage type starts with on an AWS bill.
REGION_CODES = {"us-east-1": "", "eu-west-1": "EU-", "ap-southeast-2": "APS2-", "us-west-2": "USW2-"}

VENDOR = "999988887777"
PRINCIPAL_ARN = f"arn:aws:iam::{VENDOR}:user/costframe-worker"
ACCESS_KEY_ID = "AKIASANDBOXCOSTFRAME"
# Opens nothing but this loopback cloud, and is the same in every sandbox.
SECRET_ACCESS_KEY = "sandbox/costframe/worker/secret/key/0001"  # noqa: S105

# Owns the public images that everybody can see.
AMAZON = "801119661308"

BUCKET = "northwind-cost-exports"
PREFIX = "exports/focus"
CSV_EXPORT = "northwind-focus-csv"
PARQUET_EXPORT = "northwind-focus-parquet"
EXPORT_REGION = "us-east-1"

# One region of one account refuses one call by an organisation's policy, whatever the role allows.
REFUSED_BY_ORGANIZATION = (LAB, "ap-southeast-2", "elasticloadbalancing:DescribeTargetHealth")

VOLUME_UNATTACHED = "aws_ebs_volume_unattached"
VOLUME_ON_STOPPED = "aws_ebs_volume_on_stopped_instance"
GP2_TO_GP3 = "aws_ebs_volume_gp2_to_gp3"
IO_TO_GP3 = "aws_ebs_volume_io_to_gp3"
GP3_IOPS_UNUSED = "aws_ebs_volume_gp3_iops_unused"
GP3_THROUGHPUT_UNUSED = "aws_ebs_volume_gp3_throughput_unused"
IOPS_HIGH = "aws_ebs_volume_iops_high"
IO1_TO_IO2 = "aws_ebs_volume_io1_to_io2"
VOLUME_LOW_USAGE = "aws_ebs_volume_low_usage"
SNAPSHOT_OLD = "aws_ebs_snapshot_old"
SNAPSHOT_ORPHANED = "aws_ebs_snapshot_orphaned"
ADDRESS_UNASSOCIATED = "aws_vpc_address_unassociated"
INSTANCE_IDLE = "aws_ec2_instance_idle"
INSTANCE_STOPPED = "aws_ec2_instance_stopped_long"
NAT_IDLE = "aws_vpc_nat_gateway_idle"
NAT_LOW = "aws_vpc_nat_gateway_low_traffic"
LB_WITHOUT_TARGETS = "aws_elb_load_balancer_without_targets"
DATABASE_IDLE = "aws_rds_database_idle"
DATABASE_LOW_CPU = "aws_rds_database_low_cpu"
DATABASE_STOPPED = "aws_rds_database_stopped"
DATABASE_STANDBY = "aws_rds_multi_az_in_nonprod"
INSTANCE_PREVIOUS = "aws_ec2_instance_previous_generation"
INSTANCE_GRAVITON = "aws_ec2_instance_graviton"
CAPACITY_UNUSED = "aws_ec2_capacity_reservation_unused"
INSTANCE_BURST = "aws_ec2_instance_burst_credits"
SQL_BELOW = "aws_ec2_sql_server_below_minimum"
SQL_ABOVE = "aws_ec2_sql_server_above_edition"
INSTANCE_OVERSIZED = "aws_ec2_instance_oversized"
INSTANCE_FAMILY = "aws_ec2_instance_cheaper_family"
INSTANCE_LOW_USE = "aws_ec2_instance_low_utilization"
INSTANCE_OFF_HOURS = "aws_ec2_instance_off_hours"
INSTANCE_GPU = "aws_ec2_instance_gpu_idle"
INSTANCE_MONITORED = "aws_ec2_instance_detailed_monitoring"
DATABASE_PREVIOUS = "aws_rds_database_previous_generation"

# Which rules look at what the families make: where none of them calls a resource anything else, they call it fine.
SIZE_RULES = (INSTANCE_OVERSIZED, INSTANCE_FAMILY, INSTANCE_LOW_USE)
SQL_RULES = (SQL_BELOW, SQL_ABOVE)
INSTANCE_RULES = (
    INSTANCE_IDLE,
    INSTANCE_STOPPED,
    INSTANCE_PREVIOUS,
    INSTANCE_GRAVITON,
    *SIZE_RULES,
    INSTANCE_OFF_HOURS,
    INSTANCE_BURST,
    INSTANCE_MONITORED,
    INSTANCE_GPU,
    *SQL_RULES,
)
VOLUME_RULES = (
    VOLUME_UNATTACHED,
    VOLUME_ON_STOPPED,
    VOLUME_LOW_USAGE,
    GP2_TO_GP3,
    IO_TO_GP3,
    GP3_IOPS_UNUSED,
    GP3_THROUGHPUT_UNUSED,
    IOPS_HIGH,
    IO1_TO_IO2,
)
SNAPSHOT_RULES = (SNAPSHOT_OLD, SNAPSHOT_ORPHANED)
NAT_RULES = (NAT_IDLE, NAT_LOW)
DATABASE_STORAGE = "aws_rds_database_storage_oversized"
DATABASE_RULES = (DATABASE_IDLE, DATABASE_LOW_CPU, DATABASE_STOPPED, DATABASE_STANDBY)


def export_arn(name: str) -> str:
    return f"arn:aws:bcm-data-exports:{EXPORT_REGION}:{PAYER}:export/{name}-5f1c0a3e"

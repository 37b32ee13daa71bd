"""Every call that we make of a customer's AWS account, by what it is for. The kits and the guard are made from this."""

from __future__ import annotations

from connections.provider import Call

DESCRIBE_INSTANCES = Call(
    service="ec2",
    operation="DescribeInstances",
    action="ec2:DescribeInstances",
    why="Lists machines with their size, state and the moment they were stopped.",
)
DESCRIBE_VOLUMES = Call(
    service="ec2",
    operation="DescribeVolumes",
    action="ec2:DescribeVolumes",
    why="Lists disks with their type, size and what they are attached to.",
)
DESCRIBE_SNAPSHOTS = Call(
    service="ec2",
    operation="DescribeSnapshots",
    action="ec2:DescribeSnapshots",
    why="Lists your own snapshots with their age and source disk.",
)
DESCRIBE_IMAGES = Call(
    service="ec2",
    operation="DescribeImages",
    action="ec2:DescribeImages",
    why="Lists your own machine images, so that a snapshot in use is not called waste.",
)
DESCRIBE_ADDRESSES = Call(
    service="ec2",
    operation="DescribeAddresses",
    action="ec2:DescribeAddresses",
    why="Lists reserved public addresses and what holds them.",
)
DESCRIBE_NAT_GATEWAYS = Call(
    service="ec2",
    operation="DescribeNatGateways",
    action="ec2:DescribeNatGateways",
    why="Lists NAT gateways.",
)
DESCRIBE_ROUTE_TABLES = Call(
    service="ec2",
    operation="DescribeRouteTables",
    action="ec2:DescribeRouteTables",
    why="Tells which NAT gateways still have traffic sent to them.",
)
DESCRIBE_LOAD_BALANCERS = Call(
    service="elbv2",
    operation="DescribeLoadBalancers",
    action="elasticloadbalancing:DescribeLoadBalancers",
    why="Lists load balancers.",
)
DESCRIBE_TARGET_GROUPS = Call(
    service="elbv2",
    operation="DescribeTargetGroups",
    action="elasticloadbalancing:DescribeTargetGroups",
    why="Tells which target groups stand behind a load balancer.",
)
DESCRIBE_TARGET_HEALTH = Call(
    service="elbv2",
    operation="DescribeTargetHealth",
    action="elasticloadbalancing:DescribeTargetHealth",
    why="Tells whether a load balancer has anything to send traffic to.",
)
DESCRIBE_LOAD_BALANCER_TAGS = Call(
    service="elbv2",
    operation="DescribeTags",
    action="elasticloadbalancing:DescribeTags",
    why="Reads load balancers' tags, so that an action list can be given to their owners.",
)
DESCRIBE_DATABASES = Call(
    service="rds",
    operation="DescribeDBInstances",
    action="rds:DescribeDBInstances",
    why="Lists managed databases with their size and state.",
)
GET_METRIC_DATA = Call(
    service="cloudwatch",
    operation="GetMetricData",
    action="cloudwatch:GetMetricData",
    why="Reads daily usage figures of the resources above, in batches of 500.",
    usd_per_1000=0.01,
)
GET_CALLER_IDENTITY = Call(
    service="sts",
    operation="GetCallerIdentity",
    action="sts:GetCallerIdentity",
    why="Confirms before every audit which account answers.",
)
DESCRIBE_REGIONS = Call(
    service="ec2",
    operation="DescribeRegions",
    action="ec2:DescribeRegions",
    why="Tells which regions are switched on.",
)
GET_ROLE = Call(
    service="iam",
    operation="GetRole",
    action="iam:GetRole",
    why="Reads the role made for us, to see that it demands the External ID.",
)
LIST_ATTACHED_ROLE_POLICIES = Call(
    service="iam",
    operation="ListAttachedRolePolicies",
    action="iam:ListAttachedRolePolicies",
    why="Lists what is attached to the role made for us, to refuse it if it may do more than read.",
)
LIST_ROLE_POLICIES = Call(
    service="iam",
    operation="ListRolePolicies",
    action="iam:ListRolePolicies",
    why="Lists the policies written into the role made for us, for the same reason.",
)
GET_ROLE_POLICY = Call(
    service="iam",
    operation="GetRolePolicy",
    action="iam:GetRolePolicy",
    why="Reads a policy written into the role made for us.",
)
GET_POLICY = Call(
    service="iam",
    operation="GetPolicy",
    action="iam:GetPolicy",
    why="Finds the current version of a policy attached to the role made for us.",
)
GET_POLICY_VERSION = Call(
    service="iam",
    operation="GetPolicyVersion",
    action="iam:GetPolicyVersion",
    why="Reads that version.",
)
LIST_EXPORTS = Call(
    service="bcm-data-exports",
    operation="ListExports",
    action="bcm-data-exports:ListExports",
    why="Finds the cost export, so that nobody has to type its location.",
)
GET_EXPORT = Call(
    service="bcm-data-exports",
    operation="GetExport",
    action="bcm-data-exports:GetExport",
    why="Reads the cost export's location and table, to name a setting that is wrong.",
)
GET_BUCKET_LOCATION = Call(
    service="s3",
    operation="GetBucketLocation",
    action="s3:GetBucketLocation",
    why="Tells in which region the cost export's bucket lies.",
)
LIST_OBJECTS = Call(
    service="s3",
    operation="ListObjectsV2",
    action="s3:ListBucket",
    why="Lists the cost export's files, below the export's own path only.",
)
GET_OBJECT = Call(
    service="s3",
    operation="GetObject",
    action="s3:GetObject",
    why="Reads the cost export's files, below the export's own path only.",
)

EC2 = (
    DESCRIBE_INSTANCES,
    DESCRIBE_VOLUMES,
    DESCRIBE_SNAPSHOTS,
    DESCRIBE_IMAGES,
    DESCRIBE_ADDRESSES,
    DESCRIBE_NAT_GATEWAYS,
    DESCRIBE_ROUTE_TABLES,
)
LOAD_BALANCING = (
    DESCRIBE_LOAD_BALANCERS,
    DESCRIBE_TARGET_GROUPS,
    DESCRIBE_TARGET_HEALTH,
    DESCRIBE_LOAD_BALANCER_TAGS,
)
DATABASES = (DESCRIBE_DATABASES,)
METRICS = (GET_METRIC_DATA,)
ROLE_POLICIES = (
    GET_ROLE,
    LIST_ATTACHED_ROLE_POLICIES,
    LIST_ROLE_POLICIES,
    GET_ROLE_POLICY,
    GET_POLICY,
    GET_POLICY_VERSION,
)
ACCESS = (GET_CALLER_IDENTITY, DESCRIBE_REGIONS, *ROLE_POLICIES)
# What reads the role is limited to that role's own ARN in the kit and in the session policy.
ROLE_READS = (GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, GET_ROLE_POLICY)
EXPORT = (LIST_EXPORTS, GET_EXPORT, GET_BUCKET_LOCATION, LIST_OBJECTS, GET_OBJECT)

INVENTORY_SESSION = EC2 + LOAD_BALANCING + DATABASES + METRICS + ACCESS
BILL_SESSION = (*EXPORT, GET_CALLER_IDENTITY)
ALL = INVENTORY_SESSION + EXPORT


def operations(calls: tuple[Call, ...]) -> frozenset[tuple[str, str]]:
    """The (service, operation) pairs of some calls, as the guard wants them."""
    return frozenset((call.service, call.operation) for call in calls)

"""The calls that we make of a customer's AWS account whatever is collected; each collector declares its own.

The kits, the session policies and the guard are made from these and from the collectors'.
"""

from __future__ import annotations

from connections.provider import OWN_ROLE, Call, beneath

GET_METRIC_DATA = Call(
    service="cloudwatch",
    operation="GetMetricData",
    action="cloudwatch:GetMetricData",
    why="Reads usage figures of the resources above, by the day or the hour, in batches of 500.",
    usd_per_1000=0.01,
    read=beneath("MetricDataResults", "Id", "Timestamps", "Values", "StatusCode"),
    cheapest={
        "MetricDataQueries": [
            {
                "Id": "m0",
                "MetricStat": {
                    "Metric": {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"},
                    "Period": 86400,
                    "Stat": "Maximum",
                },
            }
        ]
    },
)
ASSUME_ROLE = Call(
    service="sts",
    operation="AssumeRole",
    action="sts:AssumeRole",
    why="Lets us in. We call it as ourselves, before anything is read, and no role of yours may.",
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
    resources=(OWN_ROLE,),
    withheld=("Role.Description",),
    kept={"Role.AssumeRolePolicyDocument": "It must demand the External ID, which the access check looks for."},
)
LIST_ATTACHED_ROLE_POLICIES = Call(
    service="iam",
    operation="ListAttachedRolePolicies",
    action="iam:ListAttachedRolePolicies",
    why="Lists what is attached to the role made for us, to refuse it if it may do more than read.",
    resources=(OWN_ROLE,),
)
LIST_ROLE_POLICIES = Call(
    service="iam",
    operation="ListRolePolicies",
    action="iam:ListRolePolicies",
    why="Lists the policies written into the role made for us, for the same reason.",
    resources=(OWN_ROLE,),
)
GET_ROLE_POLICY = Call(
    service="iam",
    operation="GetRolePolicy",
    action="iam:GetRolePolicy",
    why="Reads a policy written into the role made for us.",
    resources=(OWN_ROLE,),
    kept={"PolicyDocument": "The access check looks for anything beyond reading in it."},
)
GET_POLICY = Call(
    service="iam",
    operation="GetPolicy",
    action="iam:GetPolicy",
    why="Finds the current version of a policy attached to the role made for us.",
    withheld=("Policy.Description",),
)
GET_POLICY_VERSION = Call(
    service="iam",
    operation="GetPolicyVersion",
    action="iam:GetPolicyVersion",
    why="Reads that version.",
    kept={"PolicyVersion.Document": "The access check looks for anything beyond reading in it."},
)
NOT_NEEDED = "Saves calls, and nothing is missing without it."
DESCRIBE_RECORDERS = Call(
    service="config",
    operation="DescribeConfigurationRecorders",
    action="config:DescribeConfigurationRecorders",
    why=f"Tells which types of resources AWS Config records in a region. {NOT_NEEDED}",
    read=beneath(
        "ConfigurationRecorders",
        *("name", "roleARN", "recordingScope", "servicePrincipal", "connectorArn"),
        *beneath(
            "recordingGroup",
            *("allSupported", "resourceTypes", "exclusionByResourceTypes.resourceTypes", "recordingStrategy.useOnly"),
        ),
    ),
)
DESCRIBE_RECORDER_STATUS = Call(
    service="config",
    operation="DescribeConfigurationRecorderStatus",
    action="config:DescribeConfigurationRecorderStatus",
    why=f"Tells since when it records them, and whether that works. {NOT_NEEDED}",
    read=beneath(
        "ConfigurationRecordersStatus",
        *("name", "recording", "lastStatus", "lastStartTime", "lastStatusChangeTime", "servicePrincipal"),
    ),
)
GET_RESOURCE_COUNTS = Call(
    service="config",
    operation="GetDiscoveredResourceCounts",
    action="config:GetDiscoveredResourceCounts",
    why=f"Tells how many resources of each type it knows in a region: types and numbers alone, and no configuration of "
    f"any. Services of which there are none are not asked. {NOT_NEEDED}",
    cheapest={"limit": 1},
    kept={"nextToken": "Where the next page begins."},
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
    withheld=("Export.Description",),
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
    kept={"Body": "The bill itself, below the export's own path."},
)

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
ROLE_READS = tuple(call for call in ROLE_POLICIES if call.resources == (OWN_ROLE,))
RECORDS = (DESCRIBE_RECORDERS, DESCRIBE_RECORDER_STATUS, GET_RESOURCE_COUNTS)
EXPORT = (LIST_EXPORTS, GET_EXPORT, GET_BUCKET_LOCATION, LIST_OBJECTS, GET_OBJECT)
BILL_SESSION = (*EXPORT, GET_CALLER_IDENTITY)

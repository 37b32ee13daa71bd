"""The calls that tell of machines, disks and their copies: long answers, of which little is read."""

from __future__ import annotations

from connections.provider import Call, beneath

TAGS = ("Tags.Key", "Tags.Value")
DESCRIBE_INSTANCES = Call(
    service="ec2",
    operation="DescribeInstances",
    action="ec2:DescribeInstances",
    why="Lists machines with their size, state and the moment they were stopped.",
    cheapest={"MaxResults": 5},
    read=beneath(
        "Reservations.Instances",
        *("InstanceId", "InstanceType", "InstanceLifecycle", "ImageId", "LaunchTime", *TAGS),
        *("State.Name", "StateTransitionReason", "Monitoring.State", "Placement.Tenancy"),
        *("Architecture", "PlatformDetails", "ProductCodes.ProductCodeType"),
        *("CpuOptions.CoreCount", "CpuOptions.ThreadsPerCore", "Operator.Managed", "Operator.Principal"),
        *("RootDeviceName", "BlockDeviceMappings.DeviceName"),
        *("BlockDeviceMappings.Ebs.VolumeId", "BlockDeviceMappings.Ebs.AttachTime"),
    ),
)
DESCRIBE_VOLUMES = Call(
    service="ec2",
    operation="DescribeVolumes",
    action="ec2:DescribeVolumes",
    why="Lists disks with their type, size and what they are attached to.",
    cheapest={"MaxResults": 5},
    read=beneath(
        "Volumes",
        *("VolumeId", "VolumeType", "Size", "State", "CreateTime", "Iops", "Throughput", "MultiAttachEnabled", *TAGS),
        *("Attachments.State", "Attachments.InstanceId", "Attachments.DeleteOnTermination"),
        *("Operator.Managed", "Operator.Principal"),
    ),
)
DESCRIBE_SNAPSHOTS = Call(
    service="ec2",
    operation="DescribeSnapshots",
    action="ec2:DescribeSnapshots",
    why="Lists your own snapshots with their age and source disk.",
    cheapest={"MaxResults": 5, "OwnerIds": ["self"]},
    read=beneath(
        "Snapshots",
        *("SnapshotId", "VolumeId", "VolumeSize", "State", "StartTime", "StorageTier", "Description", *TAGS),
    ),
    kept={"Snapshots.Description": "Its first words tell a snapshot that AWS Backup keeps; nothing of it is stored."},
)
DESCRIBE_IMAGES = Call(
    service="ec2",
    operation="DescribeImages",
    action="ec2:DescribeImages",
    why="Lists your own machine images, so that a snapshot in use is not called waste.",
    cheapest={"Owners": ["self"]},
    read=beneath(
        "Images",
        *("ImageId", "Name", "State", "Public", "CreationDate", "LastLaunchedTime", "DeregistrationProtection", *TAGS),
        *("ProductCodes", "BlockDeviceMappings.Ebs.SnapshotId"),
    ),
)

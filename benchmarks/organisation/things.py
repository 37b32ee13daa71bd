"""The resources of one place, kind by kind, as their APIs list them: most of them at work, a few of them wasteful."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.organisation.drawn import MOST_OF_A_PLACE
from sandbox.aws.families import buckets, image_repositories

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.organisation.drawn import Drawn
    from sandbox.aws.model import Item

GIB = 1024**3


def _label(one: Drawn) -> str:
    return f"{one.kind.replace('_', '-')}-{one.number():016x}"


def _instance(one: Drawn) -> Item:
    disks = [at for at in (2 * one.at, 2 * one.at + 1) if not one.is_wasted_of("volume", at)]
    volumes = [one.id("vol", "volume", at) for at in disks]
    return one.item(
        one.id("i"), name=_label(one), usd_a_day="1.97", facts={"zone": f"{one.region}a", "volumes": volumes}
    )


def _volume(one: Drawn) -> Item:
    """Two of each machine, but for those that are wasted: they are attached to none."""
    holder = None if one.is_wasted else one.id("i", "instance", one.at // 2)
    return one.item(
        one.id("vol"), name=_label(one), usd_a_day="0.27", facts={"zone": f"{one.region}a", "holder": holder}
    )


def _snapshot(one: Drawn) -> Item:
    native, source = one.id("snap"), one.id("vol", "volume", one.at if not one.is_wasted else MOST_OF_A_PLACE // 2)
    days = 200 if one.is_wasted else 20 + one.at % 40
    bill_id = one.arn("ec2", f"snapshot/{native}")
    return one.item(native, name=_label(one), usd_a_day="0.04", days=days, bill_id=bill_id, facts={"source": source})


def _image(one: Drawn) -> Item:
    native, name = one.id("ami"), _label(one)
    shape = {
        "ImageId": native,
        "ImageLocation": f"{one.account}/{name}",
        "Name": name,
        "OwnerId": one.account,
        "State": "available",
        "Public": False,
        "CreationDate": f"{one.ago(90):%Y-%m-%dT%H:%M:%S}.000Z",
        "LastLaunchedTime": f"{one.ago(300 if one.is_wasted else 2):%Y-%m-%dT%H:%M:%S}.000Z",
        "Architecture": "arm64",
        "ImageType": "machine",
        "RootDeviceType": "ebs",
        "RootDeviceName": "/dev/xvda",
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": one.id("snap", "snapshot"), "VolumeSize": 30}}
        ],
    }
    return one.item(native, name=name, usd_a_day="0", days=90, shape=shape)


def _address(one: Drawn) -> Item:
    native = one.id("eipalloc")
    holder = None if one.is_wasted else one.id("i", "instance")
    bill_id = one.arn("ec2", f"elastic-ip/{native}")
    number = one.place * 250 + one.at
    public_ip = f"198.{18 + number // 65_536 % 2}.{number // 256 % 256}.{number % 256}"
    return one.item(
        native, name=_label(one), usd_a_day="0.12", bill_id=bill_id, facts={"public_ip": public_ip, "holder": holder}
    )


def _gateway(one: Drawn) -> Item:
    native = one.id("nat")
    return one.item(
        native,
        name=_label(one),
        usd_a_day="1.08",
        bill_id=one.arn("ec2", f"natgateway/{native}"),
        facts={
            "route_tables": 1,
            "vpc": one.id("vpc"),
            "zone": f"{one.region}a",
            "subnet": one.id("subnet"),
            "allocation_id": one.id("eipalloc", "address", 0),
        },
    )


def _balancer(one: Drawn) -> Item:
    name = f"lb-{one.number():016x}"
    path = f"app/{name}/{one.number():016x}"
    arn = one.arn("elasticloadbalancing", f"loadbalancer/{path}")
    group = one.arn("elasticloadbalancing", f"targetgroup/{name}/{one.number():016x}")
    targets = [] if one.is_wasted else [one.id("i", "instance"), one.id("i", "instance", one.at + 1)]
    return one.item(arn, name=name, usd_a_day="0.61", facts={"measured_as": path, "group": group, "targets": targets})


def _database(one: Drawn) -> Item:
    name = _label(one)
    return one.item(
        one.arn("rds", f"db:{name}"),
        name=name,
        usd_a_day="4.1",
        shape={"StorageType": "gp3"},
        facts={
            "class": "db.m7g.large",
            "size": 100,
            "state": "available",
            "source": None,
            "is_multi_az": False,
            "resource_id": f"db-{one.number():026X}",
        },
    )


def _database_snapshot(one: Drawn) -> Item:
    name = _label(one)
    return one.item(
        one.arn("rds", f"snapshot:{name}"),
        name=name,
        usd_a_day="0.31",
        days=200 if one.is_wasted else 30,
        facts={
            "is_of_cluster": False,
            "source": f"database-{one.number('database'):016x}",
            "source_key": f"db-{one.number('database'):026X}",
            "shared": (),
            "exported_days": None,
        },
    )


def _function(one: Drawn) -> Item:
    name = _label(one)
    arn = one.arn("lambda", f"function:{name}")
    shape = {
        "FunctionName": name,
        "FunctionArn": arn,
        "Timeout": 30,
        "MemorySize": 512,
        "LastModified": f"{one.ago(60):%Y-%m-%dT%H:%M:%S}.000+0000",
        "Version": "$LATEST",
        "PackageType": "Zip",
        "Architectures": ["arm64"],
        "Runtime": "python3.12",
        "Handler": "main.handler",
    }
    return one.item(arn, name=name, usd_a_day="0.05", shape=shape, facts={"kept": []})


def _log_group(one: Drawn) -> Item:
    name = f"/organisation/{_label(one)}"
    arn = one.arn("logs", f"log-group:{name}")
    shape = {
        "logGroupName": name,
        "creationTime": int(one.ago(400).timestamp() * 1000),
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "logGroupClass": "STANDARD",
        "deletionProtectionEnabled": False,
        "storedBytes": 20 * GIB,
        **({} if one.is_wasted else {"retentionInDays": 90}),
    }
    return one.item(arn, name=name, usd_a_day="0.03", shape=shape)


def _bucket(one: Drawn) -> Item:
    name = f"organisation-{one.number():016x}"
    shape = {"Name": name, "CreationDate": one.ago(400), "BucketRegion": one.region}
    rules = [] if one.is_wasted else list(buckets.WHOLE)
    return one.item(name, name=name, usd_a_day="0.4", shape=shape, facts={"rules": rules, "versioning": "Enabled"})


def _table(one: Drawn) -> Item:
    name = _label(one)
    arn = one.arn("dynamodb", f"table/{name}")
    shape = {
        "TableName": name,
        "TableArn": arn,
        "TableStatus": "ACTIVE",
        "CreationDateTime": one.ago(400),
        "TableSizeBytes": 3 * GIB,
        "ItemCount": 12_000,
        "ProvisionedThroughput": {"ReadCapacityUnits": 200, "WriteCapacityUnits": 100},
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }
    return one.item(arn, name=name, usd_a_day="2.2", shape=shape, facts={"bounds": (50, 400)})


def _repository(one: Drawn) -> Item:
    name = _label(one)
    arn = one.arn("ecr", f"repository/{name}")
    shape = {
        "repositoryArn": arn,
        "registryId": one.account,
        "repositoryName": name,
        "repositoryUri": f"{one.account}.dkr.ecr.{one.region}.amazonaws.com/{name}",
        "createdAt": one.ago(400),
    }
    image = {
        "registryId": one.account,
        "repositoryName": name,
        "imageDigest": f"sha256:{one.number():064x}",
        "imageTags": ["current"],
        "imageSizeInBytes": GIB,
        "imagePushedAt": one.ago(300 if one.is_wasted else 9),
        "lastRecordedPullTime": one.ago(250 if one.is_wasted else 1),
    }
    policy = image_repositories.BOTH
    return one.item(
        arn, name=name, usd_a_day="0.02", shape=shape, facts={"policy": policy, "is_shared": False, "images": [image]}
    )


def _alarm(one: Drawn) -> Item:
    name = _label(one)
    arn = one.arn("cloudwatch", f"alarm:{name}")
    machine = one.id("i", "instance", MOST_OF_A_PLACE // 2 if one.is_wasted else 0)
    since = one.ago(60)
    shape = {
        "AlarmName": name,
        "AlarmArn": arn,
        "ActionsEnabled": True,
        "StateValue": "INSUFFICIENT_DATA" if one.is_wasted else "OK",
        "StateUpdatedTimestamp": since,
        "StateTransitionedTimestamp": since,
        "MetricName": "StatusCheckFailed",
        "Namespace": "AWS/EC2",
        "Statistic": "Maximum",
        "Dimensions": [{"Name": "InstanceId", "Value": machine}],
        "Period": 300,
        "EvaluationPeriods": 2,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    return one.item(arn, name=name, usd_a_day="0.003", shape=shape)


def _secret(one: Drawn) -> Item:
    name = f"organisation/{_label(one)}"
    arn = one.arn("secretsmanager", f"secret:{name}-a1b2c3")
    created = one.ago(400)
    shape = {
        "ARN": arn,
        "Name": name,
        "CreatedDate": created,
        "LastChangedDate": created,
        "LastAccessedDate": one.ago(150 if one.is_wasted else 1),
        "Tags": [{"Key": "team", "Value": "platform"}],
    }
    return one.item(arn, name=name, usd_a_day="0.013", shape=shape)


def _key(one: Drawn) -> Item:
    text = f"{one.number():032x}"
    native = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    arn, created = one.arn("kms", f"key/{native}"), one.ago(150)
    metadata = {
        "AWSAccountId": one.account,
        "KeyId": native,
        "Arn": arn,
        "CreationDate": created,
        "Enabled": True,
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "MultiRegion": False,
    }
    last = {} if one.is_wasted else {"Operation": "Decrypt", "Timestamp": one.ago(1)}
    usage = {"KeyId": native, "KeyLastUsage": last, "TrackingStartDate": created, "KeyCreationDate": created}
    shape = {"KeyId": native, "KeyArn": arn}
    return one.item(
        arn, name=_label(one), usd_a_day="0.033", days=150, shape=shape, facts={"metadata": metadata, "usage": usage}
    )


# Of each kind: how many stand among a hundred resources, and how one is made.
KINDS: dict[str, tuple[float, Callable[[Drawn], Item]]] = {
    "instance": (10, _instance),
    "volume": (20, _volume),
    "snapshot": (20, _snapshot),
    "image": (1.5, _image),
    "address": (3, _address),
    "nat_gateway": (0.5, _gateway),
    "load_balancer": (2, _balancer),
    "database": (3, _database),
    "database_snapshot": (3, _database_snapshot),
    "function": (9, _function),
    "log_group": (12, _log_group),
    "bucket": (3, _bucket),
    "table": (2, _table),
    "image_repository": (1, _repository),
    "alarm": (5, _alarm),
    "secret": (3, _secret),
    "encryption_key": (2, _key),
}

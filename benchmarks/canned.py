"""A cloud that replays canned bytes on loopback after 20 ms, in a process of its own, and reports its own CPU time.

It answers what the ec2 collector asks of one region, with as many resources as it is told. Answers are made before the
first request, so that the client's work is what is measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.parse
from collections import Counter

LATENCY_SECONDS = 0.020
PAGE = 1000
NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
CREATED = "2026-01-15T08:00:00.000Z"

INSTANCE = """<item><reservationId>r-{n:017x}</reservationId><ownerId>123456789012</ownerId><groupSet/>
<instancesSet><item><instanceId>i-{n:017x}</instanceId><imageId>ami-{n:017x}</imageId><instanceState><code>16</code><name>running</name>
</instanceState><privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><dnsName/><reason/><keyName>ops</keyName>
<amiLaunchIndex>0</amiLaunchIndex><productCodes/><instanceType>m5.large</instanceType><launchTime>{created}</launchTime>
<placement><availabilityZone>us-east-1a</availabilityZone><groupName/><tenancy>default</tenancy></placement>
<monitoring><state>disabled</state></monitoring><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>
<privateIpAddress>10.0.0.1</privateIpAddress><sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>sg-1</groupId>
<groupName>default</groupName></item></groupSet><architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType>
<rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs>
<volumeId>vol-{n:017x}</volumeId><status>attached</status><attachTime>{created}</attachTime>
<deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping><virtualizationType>hvm</virtualizationType>
<clientToken>c-{n}</clientToken><tagSet><item><key>Name</key><value>app-{n}</value></item><item><key>team</key>
<value>payments</value></item><item><key>env</key><value>prod</value></item></tagSet><hypervisor>xen</hypervisor>
<networkInterfaceSet><item><networkInterfaceId>eni-{n:017x}</networkInterfaceId><subnetId>subnet-1</subnetId>
<vpcId>vpc-1</vpcId><description/><ownerId>123456789012</ownerId><status>in-use</status>
<macAddress>02:00:00:00:00:01</macAddress><privateIpAddress>10.0.0.1</privateIpAddress>
<sourceDestCheck>true</sourceDestCheck></item></networkInterfaceSet><ebsOptimized>false</ebsOptimized>
<enaSupport>true</enaSupport></item></instancesSet></item>"""
VOLUME = """<item><volumeId>vol-{n:017x}</volumeId><size>100</size><snapshotId>snap-{n:017x}</snapshotId>
<availabilityZone>us-east-1a</availabilityZone><status>in-use</status><createTime>{created}</createTime><attachmentSet>
<item><volumeId>vol-{n:017x}</volumeId><instanceId>i-{n:017x}</instanceId><device>/dev/xvda</device>
<status>attached</status><attachTime>{created}</attachTime><deleteOnTermination>true</deleteOnTermination></item>
</attachmentSet><volumeType>gp3</volumeType><iops>3000</iops><throughput>125</throughput><encrypted>true</encrypted>
<multiAttachEnabled>false</multiAttachEnabled><tagSet><item><key>Name</key><value>data-{n}</value></item></tagSet></item>"""
ADDRESS = """<item><publicIp>198.51.100.1</publicIp><allocationId>eipalloc-{n:017x}</allocationId><domain>vpc</domain>
<instanceId>i-{n:017x}</instanceId><associationId>eipassoc-{n:017x}</associationId>
<networkInterfaceId>eni-{n:017x}</networkInterfaceId><privateIpAddress>10.0.0.1</privateIpAddress></item>"""
SNAPSHOT = """<item><snapshotId>snap-{n:017x}</snapshotId><volumeId>vol-{n:017x}</volumeId><status>completed</status>
<startTime>{created}</startTime><progress>100%</progress><ownerId>123456789012</ownerId><volumeSize>100</volumeSize>
<description>nightly</description><encrypted>true</encrypted><storageTier>standard</storageTier></item>"""

ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIACANNED0000000000</AccessKeyId><SecretAccessKey>canned</SecretAccessKey><SessionToken>canned</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROACANNED:costframe</AssumedRoleId>
<Arn>arn:aws:sts::123456789012:assumed-role/costframe/costframe</Arn></AssumedRoleUser></AssumeRoleResult>
</AssumeRoleResponse>"""


def pages(action: str, tag: str, item: str, count: int) -> dict[str, bytes]:
    """Every page of one Describe call, by its NextToken."""
    made: dict[str, bytes] = {}
    for start in range(0, max(count, 1), PAGE):
        items = "".join(item.format(n=n, created=CREATED) for n in range(start, min(start + PAGE, count)))
        more = f"<nextToken>{start + PAGE}</nextToken>" if start + PAGE < count else ""
        text = (
            f'<{action}Response xmlns="{NAMESPACE}"><requestId>r</requestId><{tag}>{items}</{tag}>{more}'
            f"</{action}Response>"
        )
        made[str(start)] = text.encode()
    return made


class Cloud:
    """The canned answers and what was asked."""

    def __init__(self, instances: int) -> None:
        self.calls: Counter[str] = Counter()
        self.describes = {
            "DescribeInstances": pages("DescribeInstances", "reservationSet", INSTANCE, instances),
            "DescribeVolumes": pages("DescribeVolumes", "volumeSet", VOLUME, 2 * instances),
            "DescribeAddresses": pages("DescribeAddresses", "addressesSet", ADDRESS, instances // 2),
            "DescribeSnapshots": pages("DescribeSnapshots", "snapshotSet", SNAPSHOT, instances),
            "DescribeLockedSnapshots": pages("DescribeLockedSnapshots", "snapshotSet", "", 0),
            "DescribeImages": pages("DescribeImages", "imagesSet", "", 0),
            "DescribeCapacityReservations": pages("DescribeCapacityReservations", "capacityReservationSet", "", 0),
            "DescribeFastSnapshotRestores": pages("DescribeFastSnapshotRestores", "fastSnapshotRestoreSet", "", 0),
            "DescribeLaunchTemplates": pages("DescribeLaunchTemplates", "launchTemplates", "", 0),
        }
        self.series: dict[tuple[int, ...], str] = {}

    def answer(self, target: str, body: bytes) -> tuple[str, bytes]:
        """The content type and bytes for one request."""
        if target:
            operation = target.rpartition(".")[2]
            self.calls[operation] += 1
            told = self.metrics(body) if operation == "GetMetricData" else b'{"Metrics": []}'
            return "application/x-amz-json-1.0", told
        form = dict(urllib.parse.parse_qsl(body.decode()))
        action = form.get("Action", "")
        self.calls[action] += 1
        if action == "AssumeRole":
            return "text/xml", ASSUMED.encode()
        return "text/xml", self.describes[action][form.get("NextToken", "0")]

    def metrics(self, body: bytes) -> bytes:
        """One value for each period of each query of the batch."""
        asked = json.loads(body)
        results = [
            f'{{"Id": "{query["Id"]}", "Label": "{query["Id"]}", "StatusCode": "Complete", '
            f"{self.values(asked['StartTime'], asked['EndTime'], query['MetricStat']['Period'])}}}"
            for query in asked["MetricDataQueries"]
        ]
        return f'{{"MetricDataResults": [{", ".join(results)}], "Messages": []}}'.encode()

    def values(self, *span: int) -> str:
        """Timestamps and values, the same for all series of one span: start, end and period in seconds."""
        if span not in self.series:
            moments = list(range(*span))
            values = [12.5 + number / 7 for number in range(len(moments))]
            self.series[span] = f'"Timestamps": {json.dumps(moments)}, "Values": {json.dumps(values)}'
        return self.series[span]


async def serve_one(cloud: Cloud, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one kept-alive connection."""
    while head := await _head(reader):
        path, target, length, expects = head
        if expects:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(length)
        if path == "/report":
            kind, text = "application/json", json.dumps({"cpu": time.process_time(), "calls": cloud.calls}).encode()
        else:
            kind, text = cloud.answer(target, body)
            await asyncio.sleep(LATENCY_SECONDS)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n\r\n".encode())
        writer.write(text)
        await writer.drain()
    writer.close()


async def _head(reader: asyncio.StreamReader) -> tuple[str, str, int, bool] | None:
    try:
        raw = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = raw.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return first.split()[1], headers.get("x-amz-target", ""), int(headers.get("content-length", 0)), "expect" in headers


async def main(instances: int) -> None:
    """Serve until stopped; the port is the first line of output."""
    cloud = Cloud(instances)
    server = await asyncio.start_server(lambda r, w: serve_one(cloud, r, w), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

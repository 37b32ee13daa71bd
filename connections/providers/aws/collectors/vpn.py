"""VPN connections, by what their tunnels report to CloudWatch.

Their own listing (ec2:DescribeVpnConnections) holds the keys of the tunnels, so it is never called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.provider import Collector, MetricPlace
from connections.providers.aws.agents import LIST_METRICS
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.links import VpnConnection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

NAMESPACE, STATE = "AWS/VPN", "TunnelState"


def collect(reader: Reader) -> Iterator[Thing]:
    """Every connection whose tunnels reported anything lately. One that is gone is still among them for two weeks, but
    has no state on the last days.
    """
    listed = reader.listing(
        LIST_METRICS,
        result="Metrics",
        row=lambda item: next((one["Value"] for one in item["Dimensions"] if one["Name"] == "VpnId"), None),
        kinds=(VpnConnection.KIND,),
        Namespace=NAMESPACE,
        MetricName=STATE,
    )
    tags = tags_by_arn(reader, "ec2:vpn-connection") if listed.rows else {}
    for vpn_id in sorted(set(listed.rows)):
        arn = VpnConnection.ARN.format(region=reader.region, account_id=reader.account_id, resource_id=vpn_id)
        own = tags.get(arn, {})
        yield VpnConnection(
            resource_id=vpn_id,
            account_id=reader.account_id,
            region=reader.region,
            observed_at=reader.at,
            name=own.get("Name", ""),
            tags=own,
        )


def _place(connection: VpnConnection) -> MetricPlace:
    """Both tunnels together: above 0 where one of them is up."""
    return MetricPlace(namespace=NAMESPACE, dimensions=(("VpnId", connection.resource_id),))


COLLECTOR = Collector(
    service="vpn",
    needs={VpnConnection: (LIST_METRICS,)},
    calls=(LIST_METRICS, GET_RESOURCES),
    collect=collect,
    places={VpnConnection: _place},
    billed_as=("Amazon Virtual Private Cloud", "Amazon Elastic Compute Cloud"),
    recorded_as={VpnConnection: ("AWS::EC2::VPNConnection",)},
)

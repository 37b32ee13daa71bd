"""Calls of EC2's of the network that more than one collector makes."""

from __future__ import annotations

from connections.provider import Call

DESCRIBE_ROUTE_TABLES = Call(
    service="ec2",
    operation="DescribeRouteTables",
    action="ec2:DescribeRouteTables",
    why="Tells which NAT gateways and firewalls still have traffic sent to them, and what can be reached.",
    cheapest={"MaxResults": 5},
)
DESCRIBE_VPC_ENDPOINTS = Call(
    service="ec2",
    operation="DescribeVpcEndpoints",
    action="ec2:DescribeVpcEndpoints",
    why="Lists endpoints of VPCs with their service and state.",
    cheapest={"MaxResults": 5},
    withheld=("VpcEndpoints.PolicyDocument",),
)

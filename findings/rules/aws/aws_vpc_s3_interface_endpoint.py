"""An interface endpoint of S3 is charged for what a gateway endpoint does without charge, inside of one VPC."""

from __future__ import annotations

from connections.resources.endpoints import VpcEndpoint
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(endpoint: VpcEndpoint) -> Verdict:
    if endpoint.endpoint_type != "Interface" or endpoint.state != "available" or endpoint.is_requester_managed:
        return Fine()
    if endpoint.service_name != f"com.amazonaws.{endpoint.region}.s3":
        return Fine()
    if endpoint.is_for_inbound_resolver:
        return Fine("Its names are for callers outside of the VPC, whom a gateway endpoint does not serve.")
    if endpoint.ways_into_vpc is None:
        return Unknown("whether others reach its VPC: not all of its route tables could be read")
    if endpoint.ways_into_vpc:
        ways = ", ".join(endpoint.ways_into_vpc)
        return Fine(f"Others may come in by {ways}, and a gateway endpoint serves its own VPC alone.")
    return Waste(
        saves=ALL,
        because=f"No route leads from {endpoint.vpc_id} to another network, so only machines in it use the endpoint, "
        f"in {counted(endpoint.subnet_count, 'subnet')}; a gateway endpoint of S3 is free.",
    )


rule = Rule(
    id="aws_vpc_s3_interface_endpoint",
    title="Interface endpoint of S3 where a gateway endpoint would do",
    looks_at=VpcEndpoint,
    settings={},
    action="Make a gateway endpoint of S3, add it to the VPC's route tables, see it used, then delete this one.",
    docs="https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html",
    judge=judge,
    implementation_effort="Medium",
    rollback="Make a new interface endpoint of S3; the gateway endpoint may stay.",
    hint="aws ec2 create-vpc-endpoint --region {region} --vpc-id {vpc_id} --service-name {service_name} "
    "--route-table-ids ITS_ROUTE_TABLES\n"
    "aws ec2 delete-vpc-endpoints --region {region} --vpc-endpoint-ids {native_id}",
    assumes="that no program names the endpoint, no bucket policy asks for it, and no Client VPN leads into its VPC",
)

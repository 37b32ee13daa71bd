"""In which regions AWS Config records which types of resources. No call is made.

A recorder of all types records those that AWS supports in its region, and it may not support one there that it has
elsewhere: then none is counted, however many stand there. So a type tells only where it is known to be recorded. By
AWS Config's developer guide, Resource Coverage by Region Availability: a row for each type, a column for each region.
"""

from __future__ import annotations

# Those without an opt-in, but for Osaka, which AWS Config was slow to cover.
AMERICAS = frozenset({"ca-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"})
EUROPE = frozenset({"eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"})
ASIA = frozenset({"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"})
LONG_OPEN = AMERICAS | EUROPE | ASIA

WHERE = {
    **dict.fromkeys(
        (
            "AWS::AutoScaling::AutoScalingGroup",
            "AWS::CloudWatch::Alarm",
            "AWS::DynamoDB::Table",
            "AWS::EC2::VPNConnection",
            "AWS::ElasticLoadBalancing::LoadBalancer",
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "AWS::KMS::Key",
            "AWS::Lambda::Function",
            "AWS::RDS::DBInstance",
            "AWS::RDS::DBSnapshot",
        ),
        LONG_OPEN,
    ),
    **dict.fromkeys(("AWS::RDS::DBCluster", "AWS::RDS::DBClusterSnapshot"), LONG_OPEN - {"sa-east-1"}),
    # Whose rows were read for the Americas alone.
    **dict.fromkeys(
        (
            "AWS::ACMPCA::CertificateAuthority",
            "AWS::AmazonMQ::Broker",
            "AWS::ApiGateway::Stage",
            "AWS::Redshift::Cluster",
            "AWS::S3::Bucket",
        ),
        AMERICAS,
    ),
    "AWS::CloudFront::Distribution": frozenset({"us-east-1"}),  # of all regions
}


def types_in(region: str) -> frozenset[str]:
    """The types of which a recorder of all types tells in a region."""
    return frozenset(name for name, regions in WHERE.items() if region in regions)

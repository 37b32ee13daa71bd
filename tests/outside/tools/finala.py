"""Finala: the metrics and limits of its collector's configuration, which look at 7 days."""

from findings.rule import Fine, Waste
from tests.findings.evidence import ago
from tests.findings.rules.table import by_hour, seen
from tests.outside.examples import Tool, check, flagged, passed

NINE_DAYS_AGO = [0.0] * 5 + [4.0] + [0.0] * 8
EIGHT_DAYS_AGO = [None] * 6 + [90_000.0] + [None] * 7

# A row a check, with its examples below it.
# fmt: off
CHECKS = (
    check("aws_docdb_instance_idle", "docDB DatabaseConnections", "no connection in 7 days",
        flagged(),
        passed(used={"DatabaseConnections.Maximum": 3.0}),
        flagged(used={"DatabaseConnections.Maximum": NINE_DAYS_AGO}, ours=Fine, why="Finala looks at 7 days")),
    check("aws_dynamodb_table_capacity_mode", "dynamodb, provisioned read and write capacity units", "less than 80 % of the units are used",
        flagged(),
        flagged(usage=seen(140.0, 70.0), ours=Fine, why="calls everything below 80 % too much"),
        passed(usage=seen(190.0, 95.0))),
    check("aws_dynamodb_table_overprovisioned", "dynamodb, provisioned read and write capacity units", "less than 80 % of the units are used",
        flagged(),
        flagged(usage=by_hour((190.0, 95.0), (100.0, 50.0)), ours=Fine, why="less than 80 % is used on average"),
        flagged(read_scaling=(50, 400), write_scaling=(20, 200), ours=Fine, why="tables that are scaled are left alone"),
        passed(usage=by_hour((190.0, 95.0), (190.0, 95.0)))),
    check("aws_ebs_volume_unattached", "ec2_volumes", "its state is available",
        flagged(),
        flagged(detached_at=ago(1), ours=Fine, why="name it at once"),
        passed(state="in-use", attached_to=("i-1",))),
    check("aws_ec2_instance_idle", "ec2 CPUUtilization", "CPU was below 6 % in each minute of 7 days",
        flagged(),
        flagged(used={"CPUUtilization.Maximum": [90.0] * 6 + [2.0] * 8}, ours=Fine, why="or by 7 days"),
        flagged(used={"NetworkIn.Sum": 9e9}, ours=Fine, why="Finala without a look at the network"),
        passed(used={"CPUUtilization.Maximum": 60.0})),
    check("aws_elasticache_cluster_idle", "elasticache CurrConnections", "no connection in 7 days",
        flagged(used={"CurrConnections.Maximum": 0.0}),
        passed(ours=Waste, why="which AWS' own keep from ever being true"),
        passed(used={"GetTypeCmds.Sum": 500.0}),
        flagged(used={"CurrConnections.Maximum": 0.0}, group_member_count=2, ours=Fine, why="members of a group are left alone")),
    check("aws_elasticache_memcached_idle", "elasticache CurrConnections", "no connection in 7 days",
        passed(ours=Waste, why="which the service's own keep from ever being true"),
        passed(used={"CmdGet.Sum": 500.0})),
    check("aws_elb_classic_low_traffic", "elb RequestCount", "no request in 7 days",
        flagged(),
        passed(used={"RequestCount.Sum": 5_000.0}),
        passed(used={"RequestCount.Sum": 50.0}, ours=Waste, why="Finala wants none at all"),
        flagged(used={"RequestCount.Sum": EIGHT_DAYS_AGO}, ours=Fine, why="look at 7 days"),
        flagged(protocols=("TCP",), ours=Fine, why="listeners that count connections are no finding")),
    check("aws_elb_load_balancer_low_traffic", "elbv2 RequestCount", "no request in 7 days",
        flagged(),
        passed(used={"RequestCount.Sum": 5_000.0}),
        passed(used={"RequestCount.Sum": 50.0}, ours=Waste, why="Finala wants none at all"),
        flagged(used={"HTTP_Redirect_Count.Sum": 5_000.0}, ours=Fine, why="here redirects, fixed answers and bytes count as well")),
    check("aws_kinesis_stream_idle", "kinesis PutRecord.Bytes + PutRecords.Bytes", "nothing was put in 7 days",
        flagged(),
        passed(used={"IncomingBytes.Sum": 800.0}),
        flagged(used={"GetRecords.Bytes.Sum": 800.0}, ours=Fine, why="here nothing may be read either")),
    check("aws_neptune_instance_idle", "neptune GremlinRequestsPerSec + SparqlRequestsPerSec", "no request in either language in 7 days",
        flagged(),
        passed(used={"TotalRequestsPerSec.Maximum": 3.0}),
        flagged(used={"OpenCypherBoltOpenConnections.Maximum": 2.0}, ours=Fine, why="openCypher, the loader and open connections count too")),
    check("aws_opensearch_domain_idle", "elasticsearch IndexingRate + SearchRate", "nothing was indexed or searched in 7 days",
        flagged(),
        passed(used={"SearchRate.Sum": 900.0}),
        flagged(used={"SearchRate.Sum": [0.0] * 5 + [900.0] + [0.0] * 8}, ours=Fine, why="Finala looks at 7 days")),
    check("aws_rds_database_idle", "rds DatabaseConnections", "no connection in 7 days",
        flagged(),
        passed(used={"DatabaseConnections.Maximum": 5.0}),
        flagged(used={"DatabaseConnections.Maximum": NINE_DAYS_AGO}, ours=Fine, why="Most of them look at 7 days")),
    check("aws_redshift_cluster_idle", "redshift DatabaseConnections", "no connection in 7 days",
        flagged(),
        passed(used={"DatabaseConnections.Maximum": 5.0}),
        flagged(used={"DatabaseConnections.Maximum": NINE_DAYS_AGO}, ours=Fine, why="Trusted Advisor and Finala look at 7 days"),
        flagged(is_shared=True, ours=Fine, why="a cluster whose data others read is left alone")),
    check("aws_vpc_address_unassociated", "elasticIps", "no association",
        flagged(),
        passed(associated_with="i-1")),
    check("aws_vpc_nat_gateway_idle", "natgateway ActiveConnectionCount", "no connection in 7 days",
        flagged(),
        passed(used={"BytesOutToDestination.Sum": 9e9}),
        flagged(used={"BytesOutToDestination.Sum": [9e9] * 20 + [0.0] * 10}, ours=Fine, why="CloudBurn and Finala look at 7 days")),
)
# fmt: on

FINALA = Tool(
    name="Finala",
    read="https://github.com/similarweb/finala, configuration/collector.yaml and collector/aws/resources/, read on 2026-11-26 (as of 2021-05-20)",
    checks=CHECKS,
)

"""Prowler: the checks of its AWS provider that touch cost. A check that fails is flagged."""

from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import ago
from tests.findings.rules.repository import by_month
from tests.findings.rules.table import by_hour
from tests.outside.examples import Tool, check, flagged, passed

GIB = 1024**3
DAY_AND_NIGHT = by_hour((160.0, 80.0), (160.0, 80.0))

# A row a check, with its examples below it.
# fmt: off
CHECKS = (
    check("aws_cloudfront_dedicated_ip", "cloudfront_distributions_https_sni_enabled", "its own certificate is answered by addresses of its own",
        flagged(),
        passed(tls_method="sni-only"),
        passed(has_own_certificate=False),
        flagged(is_enabled=False, ours=Fine, why="leaves a distribution that is off alone")),
    check("aws_dynamodb_table_without_autoscaling", "dynamodb_table_autoscaling_enabled", "provisioned, and reads or writes are not scaled",
        flagged(),
        flagged(usage=DAY_AND_NIGHT, ours=Fine, why="only if a month of hours shows what scaling would have saved"),
        passed(billing_mode="PAY_PER_REQUEST", read_units=0, write_units=0),
        passed(read_scaling=(50, 400), write_scaling=(20, 200))),
    check("aws_ec2_instance_stopped_long", "max_ec2_instance_stopped_days", "stopped for more than 30 days",
        flagged(stopped_at=ago(31)),
        passed(stopped_at=ago(29)),
        passed(state="running", stopped_at=None),
        flagged(volume_ids=(), ours=Fine, why="a machine without a volume, which costs nothing")),
    check("aws_ecr_repository_without_lifecycle", "ecr_repositories_lifecycle_policy_enabled", "no lifecycle policy",
        flagged(),
        passed(has_policy=True),
        flagged(tagged_bytes=by_month(recent=9.0), untagged_bytes=by_month(), ours=Fine, why="ours wants images in it that nobody used for long")),
    check("aws_kms_key_never_used", "kms_cmk_are_used", "a key of the customer's own that is not switched on, and not about to be deleted",
        flagged(state="Disabled"),
        passed(ours=Waste, why="ours asks AWS for each key's last use"),
        passed(last_used_at=ago(3)),
        flagged(state="Disabled", last_used_at=ago(110), ours=Unknown, why="whatever may be encrypted with it")),
    check("aws_lightsail_static_ip_unattached", "lightsail_static_ip_unused", "not attached",
        flagged(),
        passed(is_attached=True),
        flagged(created_at=ago(0.5), ours=Fine, why="ours leaves an address of the first day alone")),
    check("aws_rds_database_extended_support", "rds_instance_extended_support", "enrolled for extended support, and past the end of the standard one",
        flagged(),
        passed(engine_version="8.4.3", major_version="8.4", standard_support_ends_at=ago(-900)),
        passed(extended_support="open-source-rds-extended-support-disabled")),
    check("aws_s3_bucket_without_lifecycle", "s3_bucket_lifecycle_enabled", "no lifecycle rule",
        flagged(),
        passed(lifecycle_rules=1),
        flagged(used={"BucketSizeBytes.Average": 5.0 * GIB}, ours=Fine, why="ours large ones only")),
    check("aws_secretsmanager_secret_unused", "secretsmanager_secret_unused", "last read more than 90 days ago",
        flagged(last_read_at=ago(91)),
        passed(last_read_at=ago(89)),
        flagged(managed_by="rds", ours=Fine, why="those of other services")),
    check("aws_vpc_address_unassociated", "ec2_elastic_ip_unassigned", "no association",
        flagged(),
        passed(associated_with="i-1")),
)
# fmt: on

PROWLER = Tool(
    name="Prowler",
    read="https://github.com/prowler-cloud/prowler, prowler/providers/aws/services/, read on 2026-11-26 (as of 2026-08-21)",
    checks=CHECKS,
)

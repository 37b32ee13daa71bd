"""A snapshot of a database that nothing speaks for, and what speaks for others: for the two rules on snapshots."""

from findings.rule import Fine, Unknown
from tests.findings.evidence import ACCOUNT, ago

TAKEN = {
    **ACCOUNT,
    "resource_id": "arn:aws:rds:us-east-1:111122223333:snapshot:before-release",
    "name": "before-release",
    "created_at": ago(200),
    "state": "available",
    "snapshot_of": "db",
    "source_name": "shop",
    "engine": "postgres",
    "size_gib": 100,
    "shared_with": (),
}
# Whatever became of its source.
SPOKEN_FOR = [
    ({"created_at": ago(89.9)}, Fine),
    ({"created_at": ago(89.9), "shared_with": None, "is_source_present": None}, Fine),
    ({"state": "creating", "created_at": None}, Fine),
    ({"state": "failed"}, Fine),
    ({"managed_by": "backup"}, Fine),
    ({"managed_by": "backup", "shared_with": None}, Fine),
    ({"copied_from": "eu-west-1"}, Fine),
    ({"copied_from": "arn:aws:rds:us-east-1:999999999999:snapshot:theirs", "shared_with": None}, Fine),
    ({"shared_with": ("222233334444",)}, Fine),
    ({"shared_with": ("all",)}, Fine),
    ({"last_exported_at": ago(30)}, Fine),
    ({"last_exported_at": ago(30), "shared_with": None}, Fine),
    ({"shared_with": None}, Unknown),
    ({"are_exports_read": False}, Unknown),
    ({"created_at": None}, Unknown),
    ({"is_source_present": None}, Unknown),
]

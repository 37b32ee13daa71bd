"""A repository of container images, for the tests of the rules on these."""

from __future__ import annotations

from connections.resources.images import ImageRepository
from tests.findings.evidence import ACCOUNT, ago

GIB = 1024**3


def by_month(*, recent=0.0, half_year=0.0, older=0.0):
    """GiB that were touched this month, 180 to 209 days ago, and two years ago."""
    sums = [0] * 25
    sums[0], sums[6], sums[24] = int(recent * GIB), int(half_year * GIB), int(older * GIB)
    return tuple(sums)


LEFT = ImageRepository(
    **ACCOUNT,
    resource_id="arn:aws:ecr:us-east-1:111122223333:repository/shop",
    name="shop",
    created_at=ago(900),
    image_count=40,
    last_pushed_at=ago(300),
    last_pulled_at=ago(200),
    tagged_bytes=by_month(half_year=12.0, older=8.0),
    untagged_bytes=by_month(half_year=4.0, older=2.0),
    has_policy=True,
    expires_untagged=False,
    is_beside_functions=False,
    is_shared=False,
)
UNLISTED = {
    "image_count": None,
    "last_pushed_at": None,
    "last_pulled_at": None,
    "tagged_bytes": (),
    "untagged_bytes": (),
}

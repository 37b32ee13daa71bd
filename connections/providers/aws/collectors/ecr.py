"""ECR: repositories of container images, by sums of what is in them. No image and no finding of a scan is read."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.lambda_functions import LIST_FUNCTIONS
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.images import ImageRepository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

NOBODYS = {"repositoryName": "costframe-none"}
GONE = "RepositoryNotFoundException"
DESCRIBE_REPOSITORIES = Call(
    service="ecr",
    operation="DescribeRepositories",
    action="ecr:DescribeRepositories",
    why="Lists repositories of container images.",
    cheapest={"maxResults": 1},
)
DESCRIBE_IMAGES = Call(
    service="ecr",
    operation="DescribeImages",
    action="ecr:DescribeImages",
    why="Tells how large images are, and when each was last pushed and pulled.",
    cheapest=NOBODYS,
    answers_cheapest=frozenset({GONE}),
    absent=frozenset({GONE}),
    withheld=("imageDetails.imageScanFindingsSummary", "imageDetails.imageScanStatus"),
)
GET_LIFECYCLE_POLICY = Call(
    service="ecr",
    operation="GetLifecyclePolicy",
    action="ecr:GetLifecyclePolicy",
    why="Tells whether images of a repository expire.",
    cheapest=NOBODYS,
    answers_cheapest=frozenset({GONE}),
    absent=frozenset({GONE, "LifecyclePolicyNotFoundException"}),
)
GET_REPOSITORY_POLICY = Call(
    service="ecr",
    operation="GetRepositoryPolicy",
    action="ecr:GetRepositoryPolicy",
    why="Tells whether a repository has a policy by which others may pull from it; not what stands in it.",
    cheapest=NOBODYS,
    answers_cheapest=frozenset({GONE}),
    absent=frozenset({GONE, "RepositoryPolicyNotFoundException"}),
    withheld=("policyText",),
)
MONTH_DAYS, MONTHS = 30, 24
INDEXES = frozenset(
    {"application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json"}
)


@dataclass(frozen=True, kw_only=True)
class _Image:
    size: int
    pushed_at: datetime
    pulled_at: datetime | None
    is_tagged: bool
    is_index: bool

    @property
    def touched_at(self) -> datetime:
        return max(self.pushed_at, self.pulled_at or self.pushed_at)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every private repository of one region. More is asked for only where there is one."""
    repositories = reader.listing(
        DESCRIBE_REPOSITORIES,
        result="repositories",
        row=lambda item: _repository(reader, item),
        kinds=(ImageRepository.KIND,),
        page_size=100,
    ).rows
    if not repositories:
        return
    tags = tags_by_arn(reader, "ecr:repository")
    packages: Listing[str] = reader.listing(
        LIST_FUNCTIONS, result="Functions", row=lambda item: item.get("PackageType", "Zip"), page_size=50
    )
    is_beside = "Image" in packages.rows or (False if packages.is_complete else None)
    listed = [replace(one, tags=tags.get(one.resource_id, {}), is_beside_functions=is_beside) for one in repositories]
    yield from reader.together(*(partial(_whole, reader, one) for one in listed))


def _repository(reader: Reader, item: dict[str, Any]) -> ImageRepository:
    return ImageRepository(
        resource_id=item["repositoryArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["repositoryName"],
        created_at=item.get("createdAt"),
    )


def _whole(reader: Reader, repository: ImageRepository) -> ImageRepository:
    """The repository with the sums of its images, what its lifecycle says, and whether others may be let in."""
    if kept := reader.kept(repository):
        return kept
    images = reader.listing(
        DESCRIBE_IMAGES, result="imageDetails", row=_image, page_size=1000, repositoryName=repository.name
    )
    policy = reader.one(GET_LIFECYCLE_POLICY, repositoryName=repository.name)
    if policy is not None:
        text = policy.get("lifecyclePolicyText", "")
        repository = replace(repository, has_policy=bool(text), expires_untagged=_expires_untagged(text))
    grants = reader.one(GET_REPOSITORY_POLICY, repositoryName=repository.name)
    are_read = images.is_complete and policy is not None and grants is not None
    repository = replace(repository, are_details_read=are_read)
    if grants is not None:
        repository = replace(repository, is_shared="repositoryName" in grants)
    if not images.is_complete:
        return repository
    pulls = [image.pulled_at for image in images.rows if image.pulled_at]
    return replace(
        repository,
        image_count=len(images.rows),
        last_pushed_at=max((image.pushed_at for image in images.rows), default=None),
        last_pulled_at=max(pulls, default=None),
        tagged_bytes=_by_month((image for image in images.rows if image.is_tagged), at=reader.at),
        untagged_bytes=_by_month((image for image in images.rows if not image.is_tagged), at=reader.at),
        has_indexes=any(image.is_index for image in images.rows),
    )


def _image(item: dict[str, Any]) -> _Image | None:
    if item.get("imageStatus", "ACTIVE") == "ARCHIVED":
        return None
    return _Image(
        size=item.get("imageSizeInBytes", 0),
        pushed_at=item["imagePushedAt"],
        pulled_at=item.get("lastRecordedPullTime"),
        is_tagged=bool(item.get("imageTags")),
        is_index=item.get("imageManifestMediaType", "") in INDEXES,
    )


def _by_month(images: Iterable[_Image], *, at: datetime) -> tuple[int, ...]:
    sums = [0] * (MONTHS + 1)
    for image in images:
        months = max(0, (at - image.touched_at).days) // MONTH_DAYS
        sums[min(MONTHS, months)] += image.size
    return tuple(sums)


def _expires_untagged(text: str) -> bool | None:
    """Whether a policy names images without a tag; None where its text is not understood."""
    if not text:
        return False
    try:
        statuses = {rule["selection"]["tagStatus"] for rule in json.loads(text)["rules"]}
    except (ValueError, KeyError, TypeError):
        return None
    return bool(statuses & {"untagged", "any"})


OF_REPOSITORIES = (DESCRIBE_REPOSITORIES, DESCRIBE_IMAGES, GET_LIFECYCLE_POLICY, GET_REPOSITORY_POLICY)
COLLECTOR = Collector(
    service="ecr",
    needs={ImageRepository: (*OF_REPOSITORIES, LIST_FUNCTIONS)},
    calls=(*OF_REPOSITORIES, LIST_FUNCTIONS, GET_RESOURCES),
    collect=collect,
    billed_as=("Amazon EC2 Container Registry", "Amazon Elastic Container Registry"),
)

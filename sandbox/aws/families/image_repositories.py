"""Repositories of container images: at work, left behind, keeping too much, and those that only seem so."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import GIB, Case, meter, stands
from sandbox.aws.names import PAYER, SHOP
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate, Item
    from sandbox.aws.shaped import Asked

UNPULLED, KEEPS_ALL = "aws_ecr_repository_unpulled", "aws_ecr_repository_without_lifecycle"
WEAK = "aws_ecr_lifecycle_weak"
RULES = (UNPULLED, KEEPS_ALL, WEAK)
BILLED_AS = "Amazon EC2 Container Registry (ECR)"
SERVICES = {BILLED_AS: ("Compute", "Containers", "AmazonECR")}
RESOURCE_TYPES = {"image_repository": "Repository"}
# No function runs from an image in the one; in the other some do, of another family.
CELL, BESIDE_FUNCTIONS = (PAYER, "eu-west-1"), (SHOP, "us-east-1")
LETS_IN = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "ecr:*"}]}
SINGLE = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True, kw_only=True)
class Images:
    """Some images of a repository: how many, how large each, and how many days ago they were pushed and pulled."""

    count: int = 3
    gib: float = 1.5
    pushed: int = 20
    pulled: int | None = 2
    is_tagged: bool = True
    media: str = SINGLE
    is_archived: bool = False


def policy(*statuses: str) -> str:
    count = {"countType": "imageCountMoreThan", "countNumber": 20}
    rules = [
        {"rulePriority": at, "selection": {"tagStatus": status, **count}, "action": {"type": "expire"}}
        for at, status in enumerate(statuses, start=1)
    ]
    return json.dumps({"rules": rules})


LIVE = Images()
LEFT = Images(count=6, pushed=420, pulled=330)
LEFT_UNTAGGED = Images(count=6, pushed=420, pulled=330, is_tagged=False)
OLD = Images(count=12, pushed=400, pulled=380)
BOTH, TAGGED, ANY = policy("untagged", "tagged"), policy("tagged"), policy("any")
CASES = {
    "released": Case(count=3, has={"images": (LIVE,), "policy": BOTH}),
    "released_small": Case(count=2, has={"images": (Images(gib=0.2),)}),
    "empty": Case(has={"images": ()}),
    "left_behind": Case(count=3, wastes=(UNPULLED,), has={"images": (LEFT,), "policy": ANY}),
    "left_behind_whole": Case(
        wastes=(UNPULLED, KEEPS_ALL), untold=(KEEPS_ALL,), has={"images": (replace(LEFT, count=9),)}
    ),
    "pulled_yearly": Case(
        has={"images": (replace(LEFT, count=4), replace(LEFT, count=1, pulled=120)), "policy": ANY},
        trap="not pulled for months, but no half year",
    ),
    "never_pulled": Case(
        count=2,
        unknowns=(UNPULLED,),
        has={"images": (replace(LEFT, pulled=None),), "policy": ANY},
        trap="never pulled, as a copy for another region is not",
    ),
    "left_behind_shared": Case(
        count=2,
        unknowns=(UNPULLED,),
        has={"images": (LEFT,), "policy": ANY, "is_shared": True},
        trap="unpulled, but functions of another account may run from it",
    ),
    "archived": Case(has={"images": (replace(LEFT, is_archived=True),)}, trap="unused, but archived already"),
    "keeps_all": Case(count=3, wastes=(KEEPS_ALL,), untold=(KEEPS_ALL,), has={"images": (LIVE, OLD)}),
    "keeps_little": Case(has={"images": (LIVE, replace(OLD, count=3))}, trap="keeps everything, which is not much"),
    "keeps_for_rollback": Case(
        has={"images": (LIVE, replace(OLD, pushed=150, pulled=140))}, trap="keeps everything, all of it lately made"
    ),
    "keeps_many_platforms": Case(
        has={"images": (replace(LIVE, media=INDEX), replace(OLD, is_tagged=False))},
        trap="its old images without a tag are parts of one in use",
    ),
    "weak": Case(count=3, wastes=(WEAK,), untold=(WEAK,), has={"images": (LIVE, LEFT_UNTAGGED), "policy": TAGGED}),
    "weak_many_platforms": Case(
        count=2,
        unknowns=(WEAK,),
        has={"images": (replace(LIVE, media=INDEX), LEFT_UNTAGGED), "policy": TAGGED},
        trap="images without a tag may be parts of one in use",
    ),
    "strict": Case(has={"images": (LIVE, LEFT_UNTAGGED), "policy": BOTH}, trap="expires what has no tag, in time"),
    "functions": Case(
        count=2,
        unknowns=(UNPULLED, KEEPS_ALL),
        has={"images": (OLD,), "is_beside_functions": True},
        trap="unpulled, but functions run from images in its region",
    ),
    "functions_weak": Case(
        unknowns=(WEAK,),
        has={"images": (LIVE, LEFT_UNTAGGED), "policy": TAGGED, "is_beside_functions": True},
        trap="images without a tag, from which functions may run",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        account, region = BESIDE_FUNCTIONS if stand.case.has.get("is_beside_functions") else CELL
        _repository(draw, estate, replace(stand, account=account, region=region, created_at=draw.ago(500.3)))


def _repository(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, name = stand.case.has, stand.label
    arn = stand.arn("ecr", f"repository/{name}")
    item = stand.item(draw, kind="image_repository", native_id=arn, bill_id=arn, rules=RULES)
    item.shape = {
        "repositoryArn": arn,
        "registryId": stand.account,
        "repositoryName": name,
        "repositoryUri": f"{stand.account}.dkr.ecr.{stand.region}.amazonaws.com/{name}",
        "createdAt": item.created_at,
        "imageTagMutability": "MUTABLE",
    }
    item.facts["policy"] = has.get("policy")
    item.facts["is_shared"] = has.get("is_shared", False)
    item.facts["images"] = [
        _image(draw, item, images, number) for images in has["images"] for number in range(images.count)
    ]
    stored = sum((Decimal(one["imageSizeInBytes"]) for one in item.facts["images"]), Decimal(0)) / GIB
    if stored:
        # Half of it is in layers that several images share.
        item.charges = [
            meter(draw, item, service=BILLED_AS, name="TimedStorage-ByteHrs", unit="GB-Mo", price="0.1",
                  operation="PutImage", held=stored / 2)
        ]  # fmt: skip
    estate.items.append(item)


def _image(draw: Draw, item: Item, images: Images, number: int) -> dict[str, Any]:
    found = {
        "registryId": item.account,
        "repositoryName": item.name,
        "imageDigest": f"sha256:{draw.hex(64)}",
        "imageSizeInBytes": int(images.gib * GIB),
        "imagePushedAt": draw.ago(images.pushed + number % 9 + 0.3),
        "imageScanStatus": {"status": "COMPLETE", "description": "The scan was completed successfully."},
        "imageManifestMediaType": images.media,
        "imageStatus": "ARCHIVED" if images.is_archived else "ACTIVE",
    }
    if images.is_tagged:
        found["imageTags"] = [f"build-{images.pushed}-{number}"]
    if images.pulled is not None:
        found["lastRecordedPullTime"] = draw.ago(images.pulled + 0.1)
    return found


def _listed(asked: Asked) -> dict[str, Any]:
    return {"repositories": [item.shape for item in asked.of("image_repository")]}


def _named(asked: Asked) -> Item:
    name = asked.parameters["repositoryName"]
    for item in asked.of("image_repository"):
        if item.name == name:
            return item
    raise Refusal("RepositoryNotFoundException", f"The repository with name '{name}' does not exist.")


def _images(asked: Asked) -> dict[str, Any]:
    return {"imageDetails": _named(asked).facts["images"]}


def _policy(asked: Asked) -> dict[str, Any]:
    item = _named(asked)
    if not item.facts["policy"]:
        raise Refusal("LifecyclePolicyNotFoundException", f"{item.name} has no lifecycle policy.")
    return {"registryId": item.account, "repositoryName": item.name, "lifecyclePolicyText": item.facts["policy"]}


def _grants(asked: Asked) -> dict[str, Any]:
    item = _named(asked)
    if not item.facts["is_shared"]:
        raise Refusal("RepositoryPolicyNotFoundException", f"{item.name} has no policy.")
    return {"registryId": item.account, "repositoryName": item.name, "policyText": json.dumps(LETS_IN)}


def _shared(estate: Estate) -> dict[str, str]:
    found = (one for one in estate.of("image_repository") if one.case == "left_behind_shared")
    return {"repositoryName": next(found).name}


def _one(estate: Estate) -> dict[str, str]:
    found = (one for one in estate.of("image_repository") if one.case == "functions_weak")
    return {"repositoryName": next(found).name}


NAME = frozenset({"repositoryName"})
ANSWERS = (
    Answered(service="ecr", operation="DescribeRepositories", make=_listed),
    Answered(service="ecr", operation="DescribeImages", make=_images, honours=NAME, largest=1000, tried_with=_one),
    Answered(service="ecr", operation="GetLifecyclePolicy", make=_policy, honours=NAME, tried_with=_one),
    Answered(service="ecr", operation="GetRepositoryPolicy", make=_grants, honours=NAME, tried_with=_shared),
)

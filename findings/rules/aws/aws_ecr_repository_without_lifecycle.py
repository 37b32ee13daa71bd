"""A repository without a lifecycle policy keeps every image that was ever pushed."""

from __future__ import annotations

from connections.resources.images import ImageRepository
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted
from findings.stored_images import idle_gib, unseen_pulls


def judge(repository: ImageRepository, *, unused_days: int, min_gib: float) -> Verdict:
    if repository.has_policy:
        return Fine("Its images expire by a policy.")
    if repository.image_count is None:
        return Unknown("which images it holds, and when they were pulled")
    idle = idle_gib(repository.tagged_bytes, days=unused_days)
    # Those that another image lists have no tag, and stay as long as that does.
    if not repository.has_indexes:
        idle += idle_gib(repository.untagged_bytes, days=unused_days)
    if idle < min_gib:
        return Fine(f"{idle:,.1f} GiB of what it holds were not used for long.")
    if repository.has_policy is None:
        return Unknown("whether its images expire")
    if unknown := unseen_pulls(repository):
        return unknown
    return Waste(
        saves=UNTOLD,
        because=f"Nothing expires: of {counted(repository.image_count, 'image')}, up to {idle:,.1f} GiB were neither "
        f"pushed nor pulled for {counted(unused_days, 'day')} and more. Layers that others share count in each.",
    )


rule = Rule(
    id="aws_ecr_repository_without_lifecycle",
    title="Image repository that keeps everything",
    looks_at=ImageRepository,
    settings={"unused_days": 180, "min_gib": 10},
    action="Try a lifecycle policy in a preview that keeps as many images as a rollback needs, then set it.",
    docs="https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
    judge=judge,
    stage="SHRINK",
    rollback="An image that has expired does not come back; delete the policy to keep the others.",
    hint="aws ecr start-lifecycle-policy-preview --region {region} --repository-name {name} "
    "--lifecycle-policy-text file://POLICY.json",
)

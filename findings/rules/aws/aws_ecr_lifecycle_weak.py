"""A lifecycle policy that leaves out images without a tag keeps every one whose tag has moved on."""

from __future__ import annotations

from connections.resources.images import ImageRepository
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted
from findings.stored_images import idle_gib, unseen_pulls


def judge(repository: ImageRepository, *, unused_days: int, min_gib: float) -> Verdict:
    if repository.has_policy is False or repository.expires_untagged:
        return Fine("Images without a tag expire." if repository.expires_untagged else "It has no policy at all.")
    if repository.image_count is None:
        return Unknown("which images it holds, and when they were pulled")
    idle = idle_gib(repository.untagged_bytes, days=unused_days)
    if idle < min_gib:
        return Fine(f"{idle:,.1f} GiB without a tag were not used for long.")
    if repository.expires_untagged is None:
        return Unknown("which images expire")
    parts = Unknown("which images without a tag are parts of others") if repository.has_indexes else None
    if unknown := parts or unseen_pulls(repository):
        return unknown
    return Waste(
        saves=UNTOLD,
        because=f"No rule of its policy names images without a tag: up to {idle:,.1f} GiB of these were neither pushed "
        f"nor pulled for {counted(unused_days, 'day')} and more. Layers that others share count in each.",
    )


rule = Rule(
    id="aws_ecr_lifecycle_weak",
    title="Lifecycle policy that leaves out images without a tag",
    looks_at=ImageRepository,
    settings={"unused_days": 180, "min_gib": 5},
    action="Add a rule for images without a tag, and look at its preview before it is set.",
    docs="https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
    judge=judge,
    stage="SHRINK",
    rollback="An image that has expired does not come back; take the rule out to keep the others.",
    hint="aws ecr get-lifecycle-policy --region {region} --repository-name {name}",
)

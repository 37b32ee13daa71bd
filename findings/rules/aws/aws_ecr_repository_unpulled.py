"""A repository whose images nobody pushes or pulls any more is charged for all that it holds."""

from __future__ import annotations

from connections.resources.images import ImageRepository
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted
from findings.stored_images import GIB, unseen_pulls


def judge(repository: ImageRepository, *, unused_days: int, min_gib: float) -> Verdict:
    if repository.image_count is None:
        return Unknown("which images it holds, and when they were pulled")
    held = sum((*repository.tagged_bytes, *repository.untagged_bytes)) / GIB
    if held < min_gib or repository.last_pushed_at is None:
        return Fine(f"{held:,.1f} GiB are too little to matter.")
    pushed_days, pulled_days = (
        None if moment is None else (repository.observed_at - moment).days
        for moment in (repository.last_pushed_at, repository.last_pulled_at)
    )
    if any(days is not None and days < unused_days for days in (pushed_days, pulled_days)):
        return Fine()
    if pulled_days is None:
        return Unknown("whether it is a copy for another region: none of its images was ever pulled")
    if unknown := unseen_pulls(repository) or _let_in(repository):
        return unknown
    return Waste(
        saves=ALL,
        because=f"{counted(repository.image_count, 'image')}, up to {held:,.1f} GiB: the last was pulled "
        f"{counted(pulled_days, 'day')} ago, and none was pushed for {counted(pushed_days or 0, 'day')}.",
    )


def _let_in(repository: ImageRepository) -> Unknown | None:
    """What to say where others may run functions from its images, whose pulls nobody records for certain."""
    if repository.is_shared is None:
        return Unknown("whether it has a policy that lets others pull")
    return Unknown("who is let in by its own policy, and runs from its images") if repository.is_shared else None


rule = Rule(
    id="aws_ecr_repository_unpulled",
    title="Image repository that nobody pulls from",
    looks_at=ImageRepository,
    settings={"unused_days": 180, "min_gib": 1},
    action="Make sure that nothing runs from its images, here or in other accounts. Archive or export them, wait a "
    "month, and delete the repository when nobody has missed any.",
    docs="https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-delete.html",
    judge=judge,
    implementation_effort="Low",
    rollback="Restore the archived images, or push the exported ones; what was deleted does not come back.",
    hint="aws ecr update-image-storage-class --region {region} --repository-name {name} --target-storage-class ARCHIVE "
    "--image-id imageDigest=DIGEST",
)

"""A machine image that nothing is launched from any more keeps snapshots, which are charged as long as it stands."""

from __future__ import annotations

from connections.resources import Image, Instance
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted
from findings.traps import backup

STANDS = frozenset({"available", "disabled"})  # a disabled image keeps its snapshots too


def judge(image: Image, *, unused_days: int) -> Verdict:
    if left := _why_left(image):
        return Fine(left)
    if image.state not in STANDS or not image.snapshot_ids or image.has_instances:
        return Fine()
    since = image.last_launched_at or image.created_at
    days = None if since is None else (image.observed_at - since).days
    if days is not None and days < unused_days:
        return Fine()
    if image.last_launched_at is None or days is None:
        return Unknown("when it was last launched: AWS tells of no launch, as of a copy that waits for its restore")
    if image.has_instances is None or image.is_shared is None:
        return Unknown("whether a machine of it stands, and whether it is shared with other accounts")
    under = counted(len(image.snapshot_ids), "snapshot")
    # What it wastes stands on the bill under its snapshots: it is told beside the finding, as what depends on it.
    return Waste(
        saves=UNTOLD,
        because=f"Last launched {counted(days, 'day')} ago, no machine stands that was launched from it, and it is "
        f"shared with nobody. {under} under it cannot be deleted while it stands.",
    )


def _why_left(image: Image) -> str:
    if kept := backup.trap.caught(image):
        return kept
    if image.is_public or image.is_sold or image.is_shared:
        return "Others may launch from it: it is shared, public, or of a product of AWS Marketplace."
    return "Its owner forbade to deregister it." if image.is_protected else ""


rule = Rule(
    id="aws_ec2_image_unused",
    title="Machine image that nothing is launched from",
    looks_at=Image,
    settings={"unused_days": 180},
    action="Disable the image; once nobody has missed it, deregister it and delete its snapshots.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/deregister-ami.html",
    judge=judge,
    rollback_possible=True,
    rollback="Enable it again while it is only disabled; once deregistered, only from the Recycle Bin.",
    hint="aws ec2 describe-image-references --region {region} --image-ids {native_id} --include-all-resource-types",
    needs=(Instance,),
)

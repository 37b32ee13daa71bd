"""A snapshot that a machine image stands on cannot be deleted, and is needed by whatever is launched from the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Image, Snapshot
from findings.trap import FINE, Caught, Clear, Look, Trap, Unchecked

if TYPE_CHECKING:
    from connections.resources import Thing


def look(thing: Thing) -> Look:
    images = thing.image_ids if isinstance(thing, Snapshot) else ()
    if images is None:
        return Unchecked("whether an image stands on it")
    if images:
        return Caught(f"The image {', '.join(images)} stands on it.")
    return Clear("No image stands on it.")


trap = Trap(
    id="machine_image",
    title="Machine image",
    effect=FINE,
    look=look,
    kinds=(Snapshot,),
    meters=("EBS:SnapshotUsage",),
    needs=(Image,),
)

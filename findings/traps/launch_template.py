"""An image that a launch template names is launched again as soon as somebody asks for a machine of that template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Image
from findings.trap import LOWER, Clear, Look, Trap, Unchecked

if TYPE_CHECKING:
    from connections.resources import Thing


def look(thing: Thing) -> Look:
    """Which image a template names stands in its versions beside user data, and these are not read."""
    if isinstance(thing, Image) and thing.has_launch_templates is False:
        return Clear("Its region has no launch template that could name it.")
    return Unchecked("whether a launch template of its region names it")


trap = Trap(id="launch_template", title="Launch template", effect=LOWER, look=look, kinds=(Image,))

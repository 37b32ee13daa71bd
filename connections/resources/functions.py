"""Code that the provider runs when it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Function(Thing):
    """A function, in all of its versions. `package` is Zip or Image, and an image names no `runtime`.

    `architecture` None: the provider did not tell. `is_on_own_machines`: it runs on machines that are charged as such,
    and not by its calls. `has_accelerator`: an accelerator computes for it, of which its memory says nothing.
    `provisioned` is how many of its environments are kept ready, whatever their version, and
    `provisioned_names` of which versions or aliases; None: could not be read. `provisioned_at` is when that was last
    changed. `is_measured` says whether the customer has its memory and processor measured; None: could not be read.
    When a function was made, nobody tells.
    """

    KIND: ClassVar[str] = "function"
    SERVICE: ClassVar[str] = "lambda"
    DETAILS: ClassVar[tuple[str, ...]] = ("provisioned", "provisioned_names", "provisioned_at")

    memory_mib: int
    timeout_seconds: int
    package: str = "Zip"
    runtime: str = ""
    architecture: str | None = None
    is_on_own_machines: bool = False
    has_accelerator: bool = False
    provisioned: int | None = None
    provisioned_names: tuple[str, ...] = ()
    provisioned_at: datetime | None = None
    is_measured: bool | None = None

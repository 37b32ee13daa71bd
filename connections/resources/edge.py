"""What meets the public before anything of a region does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class Accelerator(Thing):
    """A standard accelerator with its two addresses. `state` is DEPLOYED or IN_PROGRESS; one that is switched off is
    charged all the same.
    """

    KIND: ClassVar[str] = "accelerator"
    SERVICE: ClassVar[str] = "globalaccelerator"

    state: str
    is_enabled: bool

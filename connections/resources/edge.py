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


@dataclass(frozen=True, kw_only=True)
class Distribution(Thing):
    """A distribution of CloudFront. `has_own_certificate`: else CloudFront's, whose `tls_method` says nothing.

    `tls_method` is how it tells its hosts apart: vip (by addresses of its own), sni-only (by what a client says) or
    static-ip; "" where that is not told. `shared_with` are the other distributions that have the same certificate and
    addresses of their own, which are paid once for all of them.
    """

    KIND: ClassVar[str] = "distribution"
    SERVICE: ClassVar[str] = "cloudfront"

    state: str
    is_enabled: bool
    has_own_certificate: bool = False
    tls_method: str = ""
    shared_with: tuple[str, ...] | None = None

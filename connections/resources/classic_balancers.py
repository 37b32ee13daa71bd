"""Load balancers of the first generation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class ClassicLoadBalancer(Thing):
    """A Classic Load Balancer. `instance_count` counts what is registered now; `protocols` are those on which it
    listens to clients, in upper case (HTTP, HTTPS, TCP, SSL).
    """

    KIND: ClassVar[str] = "classic_load_balancer"
    SERVICE: ClassVar[str] = "elb"

    instance_count: int
    protocols: tuple[str, ...] = ()
    scheme: str = ""
    vpc_id: str = ""

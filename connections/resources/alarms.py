"""What calls somebody when a metric goes astray."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Alarm(Thing):
    """An alarm on one metric, or on a sum of several, without whom it calls. In its state since `state_since_at`.

    `instance_id` is of the machine of the same account and region that its one metric, of EC2 itself, is of; "" where
    it is of none. `is_instance_there` None: could not be read.
    """

    KIND: ClassVar[str] = "alarm"
    SERVICE: ClassVar[str] = "cloudwatch"

    state: str
    state_since_at: datetime | None = None
    metric: str = ""
    instance_id: str = ""
    is_instance_there: bool | None = None

"""Public addresses that interfaces hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.addresses import GivenAddress, HeldAddress
from findings.prices import HOURS_A_MONTH

if TYPE_CHECKING:
    from decimal import Decimal

IN_USE = "PublicIPv4:InUseAddress"


def _address(_: HeldAddress) -> tuple[tuple[str, Decimal], ...]:
    return (("PublicIPv4:IdleAddress", HOURS_A_MONTH),)


def _given(_: GivenAddress) -> tuple[tuple[str, Decimal], ...]:
    return ((IN_USE, HOURS_A_MONTH),)


METERS = {HeldAddress: _address, GivenAddress: _given}

"""Search engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class SearchDomain(Thing):
    """A domain of OpenSearch Service with all of its nodes. `state` is Active, Creating, Modifying, Deleting or another
    word for what the provider is doing with it. When it was made the provider does not say.
    """

    KIND: ClassVar[str] = "search_domain"
    SERVICE: ClassVar[str] = "opensearch"

    state: str
    engine_version: str
    instance_type: str
    instance_count: int


@dataclass(frozen=True, kw_only=True)
class SearchCollection(Thing):
    """A collection of OpenSearch Serverless. `kind` is SEARCH, TIMESERIES or VECTORSEARCH, `state` is ACTIVE, CREATING,
    UPDATING, DELETING or FAILED, and `has_standby` says whether its units are kept twice.

    Units of work are not a collection's own: those of a `group` are the group's, and others share them with the
    account's collections of the same key, of which `shares_with` are the names (None: not all of them could be read).
    """

    KIND: ClassVar[str] = "search_collection"
    SERVICE: ClassVar[str] = "opensearch-serverless"

    state: str
    kind: str = ""
    has_standby: bool | None = None
    group: str = ""
    shares_with: tuple[str, ...] | None = None

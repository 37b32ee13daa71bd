"""What may be read of S3 without an export: which buckets there are, and declared settings of them. Never an object.

Each answer is why something is refused, empty where it is not; the guard raises it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connections.provider import Call

LIST_BUCKETS = "ListBuckets"
# Sub-resources that hold settings alone. Those that hold content, keys of objects or policies are not among them.
SETTINGS = frozenset({"intelligent-tiering", "lifecycle", "location", "tagging", "versioning"})
BUCKET = r"[a-z0-9][a-zA-Z0-9._-]{2,254}"
PLAIN_HOST = re.compile(r"s3(?:\.[a-z0-9-]+)?\.amazonaws\.com")
BUCKETS_HOST = re.compile(r"[a-z0-9][a-z0-9-]{2,62}\.s3(?:\.[a-z0-9-]+)?\.amazonaws\.com")
OF_A_SETTING = frozenset({"Bucket", "ContinuationToken", "ExpectedBucketOwner"})
OF_THE_LIST = frozenset({"MaxBuckets", "ContinuationToken", "BucketRegion"})
BESIDE_A_SETTING = frozenset({"continuation-token"})
BESIDE_THE_LIST = frozenset({"max-buckets", "continuation-token", "bucket-region"})
NOTHING = "this session may not look into any bucket"


@dataclass(frozen=True, kw_only=True)
class BucketReads:
    """The S3 calls of a session: `settings` by operation, and whether it may list the buckets."""

    settings: Mapping[str, str]
    is_listing: bool

    @classmethod
    def of(cls, reads: Iterable[Call]) -> BucketReads:
        """Those that some declared calls make. A sub-resource that is none of `SETTINGS` opens nothing."""
        calls = [call for call in reads if call.service == "s3"]
        return cls(
            settings={call.operation: call.bucket_setting for call in calls if call.bucket_setting in SETTINGS},
            is_listing=any(call.operation == LIST_BUCKETS for call in calls),
        )

    def refusal_of_parameters(self, operation: str, parameters: Mapping[str, Any]) -> str:
        """Why a call with these parameters may not be made."""
        if operation == LIST_BUCKETS and self.is_listing:
            more = set(parameters) - OF_THE_LIST
        elif operation in self.settings:
            if re.fullmatch(BUCKET, str(parameters.get("Bucket"))) is None:
                return "Bucket is not the name of a bucket"
            more = set(parameters) - OF_A_SETTING
        else:
            return NOTHING
        return f"{', '.join(sorted(more))} may not be set" if more else ""

    def refusal_of_url(self, url: str, method: str, *, is_sandbox: bool) -> str:
        """Why a request may not be sent: the bucket may stand in the host or alone in the path, and no key at all."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_plain = is_sandbox or PLAIN_HOST.fullmatch(host) is not None
        is_of_bucket = not is_plain and BUCKETS_HOST.fullmatch(host) is not None
        if method != "GET" or not (is_plain or is_of_bucket):
            return NOTHING
        query = parse_qs(parts.query, keep_blank_values=True, separator="&")
        if parts.path in {"", "/"}:
            return self._refusal_of_setting(query) if is_of_bucket else self._refusal_of_list(query)
        if is_of_bucket or re.fullmatch(rf"/{BUCKET}/?", parts.path) is None:
            return "it names an object"
        return self._refusal_of_setting(query)

    def _refusal_of_list(self, query: Mapping[str, list[str]]) -> str:
        return "" if self.is_listing and set(query) <= BESIDE_THE_LIST else NOTHING

    def _refusal_of_setting(self, query: Mapping[str, list[str]]) -> str:
        asked = [(name, values) for name, values in query.items() if name not in BESIDE_A_SETTING]
        return "" if asked in [[(setting, [""])] for setting in self.settings.values()] else NOTHING

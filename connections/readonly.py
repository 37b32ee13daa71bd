"""The guard: what may leave for a customer's cloud. Deny by default, every read named one by one. It knows no SDK."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from connections.bucket_reads import BucketReads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connections.provider import Call, ExportPlace

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
READ_METHODS = frozenset({"GET", "HEAD"})


class WriteRefused(Exception):
    """Something other than a declared read was about to leave, and did not.

    It is a mistake in this code, never in the customer's set-up: declare the call where it is made, or remove it.
    """

    permanent = True

    def __init__(self, service: str, operation: str, why: str = "it is not a declared read") -> None:
        super().__init__(f"{service}:{operation} was refused before it was sent: {why}.")
        self.service = service
        self.operation = operation
        self.why = why


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine only."""
    host = urlsplit(url).hostname or ""
    return host in LOOPBACK or host.endswith(".localhost")


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Says for one session which operations, which hosts and which objects may be asked for.

    `reads` are the declared calls, and `allowed` their (service, operation) pairs. `host_suffixes` are where the
    provider answers. `sandbox_url` is the one loopback endpoint that may be spoken to without TLS. Objects may be read
    below `export` only, and where it is None not at all: then S3 may be asked for declared settings of buckets.
    `posts` are the (service, method, path) of reads that are POSTs and name no operation.
    """

    reads: tuple[Call, ...]
    host_suffixes: tuple[str, ...]
    sandbox_url: str = ""
    export: ExportPlace | None = None
    allowed: frozenset[tuple[str, str]] = field(init=False)
    posts: frozenset[tuple[str, str, str]] = field(init=False)
    buckets: BucketReads = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed", frozenset((call.service, call.operation) for call in self.reads))
        posts = frozenset((call.service, "POST", call.post_path) for call in self.reads if call.post_path)
        object.__setattr__(self, "posts", posts)
        object.__setattr__(self, "buckets", BucketReads.of(self.reads))
        if self.sandbox_url and not is_loopback(self.sandbox_url):
            raise WriteRefused("session", "open", f"{self.sandbox_url} is not a loopback address")

    def check_operation(self, service: str, operation: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Raise `WriteRefused` unless the operation is a declared read and, for objects, inside the export's path."""
        if (service, operation) not in self.allowed:
            raise WriteRefused(service, operation)
        if service == "s3" and parameters is not None:
            if self.export is not None:
                self._check_object(self.export, operation, parameters)
            elif refusal := self.buckets.refusal_of_parameters(operation, parameters):
                raise WriteRefused(service, operation, refusal)

    def check_address(self, service: str, operation: str, url: str) -> None:
        """Raise `WriteRefused` unless `url` is the provider's own host over TLS, or the sandbox's loopback endpoint."""
        parts = urlsplit(url)
        if self.sandbox_url:
            sandbox = urlsplit(self.sandbox_url)
            if (parts.scheme, parts.hostname, parts.port) == (sandbox.scheme, sandbox.hostname, sandbox.port):
                return
            raise WriteRefused(service, operation, f"{parts.hostname} is not the sandbox")
        if parts.scheme != "https":
            raise WriteRefused(service, operation, f"{parts.scheme} is not TLS")
        if parts.port not in {None, 443} or not (parts.hostname or "").endswith(self.host_suffixes):
            raise WriteRefused(service, operation, f"{parts.netloc} is not an address of the provider")

    def check_wire(self, service: str, operation: str, method: str, url: str) -> None:
        """Raise `WriteRefused` unless what stands in the request itself is a declared read.

        `operation` is what the request's body or headers name. A request that names none is judged by its method, and
        a POST by its path too, which must be that of a declared read, letter by letter and with nothing behind it.
        """
        if operation:
            self.check_operation(service, operation)
            return
        parts = urlsplit(url)
        is_declared_post = (service, method, parts.path) in self.posts and not parts.query
        if method not in READ_METHODS and not is_declared_post:
            raise WriteRefused(service, method, "the request names no operation and is not a plain read")

    def check_object_url(self, url: str, method: str) -> None:
        """Raise `WriteRefused` unless an S3 address lies inside the export: bucket in the host or first in the path.

        Where there is no export, it must name a declared setting of a bucket and nothing else.
        """
        if self.export is None:
            if refusal := self.buckets.refusal_of_url(url, method, is_sandbox=bool(self.sandbox_url)):
                raise WriteRefused("s3", method, refusal)
            return
        parts = urlsplit(url)
        bucket, inside = self.export.bucket, f"{self.export.path}/"
        path = unquote(parts.path).removeprefix("/")
        if not (parts.hostname or "").startswith(f"{bucket}.s3"):
            first, _, path = path.partition("/")
            if first != bucket:
                raise WriteRefused("s3", "GET", "it is not the export's bucket")
        query = parse_qs(parts.query, keep_blank_values=True)
        wanted = path or query.get("prefix", [""])[0]
        if not path and "location" in query:
            return
        if not wanted.startswith(inside) or ".." in wanted.split("/"):
            raise WriteRefused("s3", "GET", "it is outside the export's own path")

    def _check_object(self, export: ExportPlace, operation: str, parameters: Mapping[str, Any]) -> None:
        if parameters.get("Bucket") != export.bucket:
            raise WriteRefused("s3", operation, "it is not the export's bucket")
        for name in ("Key", "Prefix"):
            path = parameters.get(name)
            if operation == "GetBucketLocation" or (path is None and name not in NEEDED_PATH.get(operation, ())):
                continue
            if not str(path).startswith(f"{export.path}/") or ".." in str(path).split("/"):
                raise WriteRefused("s3", operation, f"{name} is outside the export's own path")


NEEDED_PATH = {"GetObject": ("Key",), "HeadObject": ("Key",), "ListObjectsV2": ("Prefix",)}

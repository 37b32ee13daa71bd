"""The identity provider's public keys: pinned, or fetched and cached, so that strange key ids cannot cost much."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ALGORITHM = "RS256"
MIN_KEY_BITS = 2048
MAX_DOCUMENT_BYTES = 100_000
FETCH_SECONDS = 3
FRESH_SECONDS = 3600
STALE_SECONDS = 24 * 3600  # an outage of the provider signs nobody out at once
PATIENCE_SECONDS = 60
FIRST_PATIENCE_SECONDS = 5  # while there is no key at all, everybody waits


class NoSuchKey(Exception):
    """No key of the provider has this id, so the token is not to be believed."""


class KeysUnavailable(Exception):
    """The provider's keys cannot be read now. Temporary: answer that signing in does not work at the moment."""


class KeySource(Protocol):
    """Where the verifier gets public keys."""

    def key_for(self, key_id: object) -> RSAPublicKey:
        """The key. Raises NoSuchKey or KeysUnavailable."""


@dataclass(frozen=True)
class PinnedKey:
    """One key given as PEM: it verifies every token, whatever key id that claims."""

    key: RSAPublicKey = field(repr=False)

    @classmethod
    def from_pem(cls, pem: str) -> PinnedKey:
        """Read the dashboard's PEM, whose line breaks an environment may have changed. Raises ValueError."""
        body = (
            pem.replace("\\n", "\n").replace("-----BEGIN PUBLIC KEY-----", "").replace("-----END PUBLIC KEY-----", "")
        )
        text = f"-----BEGIN PUBLIC KEY-----\n{''.join(body.split())}\n-----END PUBLIC KEY-----\n"
        try:
            key = load_pem_public_key(text.encode())
        except ValueError:
            raise ValueError("COSTFRAME_CLERK_JWKS_PEM is not a public key in PEM form.") from None
        if not isinstance(key, RSAPublicKey) or key.key_size < MIN_KEY_BITS:
            raise ValueError(f"COSTFRAME_CLERK_JWKS_PEM must be an RSA public key of at least {MIN_KEY_BITS} bits.")
        return cls(key)

    def key_for(self, key_id: object) -> RSAPublicKey:
        """The one key."""
        del key_id
        return self.key


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401 - urllib's
        """Follow nothing: the key set is at the address that was configured, or nowhere."""


def fetch(url: str) -> bytes:
    """The document at `url`, which must be TLS or on this machine."""
    is_here = _is_loopback(urlsplit(url).hostname)
    direct = [urllib.request.ProxyHandler({})] if is_here else []
    with urllib.request.build_opener(_NoRedirect(), *direct).open(url, timeout=FETCH_SECONDS) as answer:
        return cast("bytes", answer.read(MAX_DOCUMENT_BYTES + 1))


class FetchedKeys:
    """The key set at a URL, cached. While one thread asks for it, the others use what they hold, or wait."""

    def __init__(
        self,
        url: str,
        *,
        may_be_loopback: bool = False,
        fetch: Callable[[str], bytes] = fetch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (
            may_be_loopback and parts.scheme == "http" and _is_loopback(parts.hostname)
        ):
            raise ValueError(f"COSTFRAME_CLERK_JWKS_URL is {url}: it must start with https://.")
        self._url, self._fetch, self._clock = url, fetch, clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._fetched_at = self._tried_at = float("-inf")

    def key_for(self, key_id: object) -> RSAPublicKey:
        """The key of that id; asks the provider again when it is unknown, at most once a minute."""
        if not isinstance(key_id, str):
            raise NoSuchKey("The token names no key.")
        held = self._keys.get(key_id)
        if held is not None and self._age() < FRESH_SECONDS:
            return held
        # Who holds a key that is still good enough does not wait for the thread that asks for a newer set.
        if not self._lock.acquire(blocking=held is None or self._age() >= STALE_SECONDS):
            return cast("RSAPublicKey", held)
        try:
            if key_id not in self._keys or self._age() >= FRESH_SECONDS:
                self._refresh()
            if key_id in self._keys and self._age() < STALE_SECONDS:
                return self._keys[key_id]
            if self._age() >= STALE_SECONDS:
                raise KeysUnavailable(f"The key set at {self._url} cannot be read.")
        finally:
            self._lock.release()
        raise NoSuchKey("The token is signed by a key that the provider does not publish.")

    def _age(self) -> float:
        return self._clock() - self._fetched_at

    def _refresh(self) -> None:
        patience = PATIENCE_SECONDS if self._keys else FIRST_PATIENCE_SECONDS
        if self._clock() - self._tried_at < patience:
            return
        self._tried_at = self._clock()
        try:
            self._keys = parse_key_set(self._fetch(self._url))
        except (OSError, ValueError, urllib.error.URLError):
            return  # keep what is held; key_for decides whether that is still good enough
        self._fetched_at = self._clock()


def parse_key_set(document: bytes) -> Mapping[str, RSAPublicKey]:
    """The keys of a JWKS that may verify RS256 signatures, by id. Raises ValueError when it holds none."""
    if len(document) > MAX_DOCUMENT_BYTES:
        raise ValueError("The key set is too large.")
    content = json.loads(document)
    entries = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise ValueError("The document is not a key set.")  # noqa: TRY004 - like any other text that is none
    keys = {entry["kid"]: key for entry in entries if isinstance(entry, dict) and (key := _usable(entry)) is not None}
    if not keys:
        raise ValueError("The key set holds no key for RS256.")
    return keys


def _usable(entry: Mapping[str, Any]) -> RSAPublicKey | None:
    uses = entry.get("key_ops", ["verify"])
    is_ours = (
        entry.get("kty") == "RSA"
        and isinstance(entry.get("kid"), str)
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", ALGORITHM) == ALGORITHM
        and isinstance(uses, list)
        and "verify" in uses
    )
    if not is_ours:
        return None
    try:
        key = RSAAlgorithm.from_jwk(dict(entry))
    except (jwt.InvalidKeyError, ValueError):
        return None
    # A set that publishes a private key is broken: whoever reads it could sign.
    return None if isinstance(key, RSAPrivateKey) or key.key_size < MIN_KEY_BITS else key


def _is_loopback(host: str | None) -> bool:
    return host in {"127.0.0.1", "::1", "localhost"} or bool(host and host.endswith(".localhost"))

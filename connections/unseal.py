"""Opening sealed credentials with the private keys. Workers only: no other process can import this module."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from connections import seal

if TYPE_CHECKING:
    from pathlib import Path

SEED_BYTES = 32
MLKEM_SEED_BYTES = 64
MIN_PASSPHRASE = 20  # PKCS#8 as the library writes it stretches a passphrase only a little
KEY_FILE = re.compile(r"(?P<key_id>[0-9a-f]{32})\.(?:seed|pem)")
PEM_BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n?", re.DOTALL)
GROUP_OR_WORLD = 0o077


class CannotUnseal(Exception):
    """The credential does not open here. The message says which kind of fault; it never holds a secret.

    Permanent: trying again does not help. Submit the credential again, or restore the key file it names.
    """

    permanent = True


class KeyFault(Exception):
    """The key directory or one of its files is not as it must be. The message names the file and the remedy."""


@dataclass(frozen=True)
class PrivateKey:
    """One private key in memory. Shows only its id."""

    key_id: str
    public_key: bytes = field(repr=False)
    handle: MLKEM768X25519PrivateKey = field(repr=False)


@dataclass(frozen=True)
class KeyDirectory:
    """The folder of private keys: mode 0700, one file a key (0600), named by key id.

    `<key id>.seed` holds the 32-byte X-Wing seed. With a passphrase, `<key id>.pem` holds the two private keys that
    the seed expands to, each as encrypted PKCS#8: the seed itself has no PKCS#8 form in the library.
    Files are read at each use, so a destroyed key is gone at once.
    """

    path: Path
    passphrase: str | None = field(default=None, repr=False)

    def key_ids(self) -> list[str]:
        """Ids of all keys, oldest first."""
        self._refuse_open_folder()
        named = [(file, KEY_FILE.fullmatch(file.name)) for file in self.path.iterdir()]
        dated = sorted((file.stat().st_mtime_ns, match["key_id"]) for file, match in named if match)
        return [key_id for _, key_id in dated]

    def file(self, key_id: str) -> Path | None:
        """Where the key is kept, or None."""
        found = [self.path / f"{key_id}{suffix}" for suffix in (".seed", ".pem")]
        return next((file for file in found if KEY_FILE.fullmatch(file.name) and file.is_file()), None)

    def get(self, key_id: str) -> PrivateKey | None:
        """The key, or None where there is none of that id. Raises KeyFault for a file that is open or damaged."""
        self._refuse_open_folder()
        file = self.file(key_id)
        if file is None:
            return None
        key = self._read(file)
        if key.key_id != key_id:
            raise KeyFault(f"{file} holds another key than its name says: restore it from the backup.")
        return key

    def make(self) -> PrivateKey:
        """Make a new key and keep it. Raises KeyFault for a passphrase that is too short."""
        if self.passphrase is not None and len(self.passphrase) < MIN_PASSPHRASE:
            raise KeyFault(f"COSTFRAME_SEALING_KEY_PASSPHRASE is shorter than {MIN_PASSPHRASE} characters.")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_open_folder()
        seed = secrets.token_bytes(SEED_BYTES)
        mlkem, x25519 = expand(seed)
        key = _combine(mlkem, x25519)
        if self.passphrase is None:
            _write(self.path / f"{key.key_id}.seed", seed)
        else:
            _write(self.path / f"{key.key_id}.pem", _wrap(mlkem, self.passphrase) + _wrap(x25519, self.passphrase))
        return key

    def destroy(self, key_id: str) -> None:
        """Overwrite and remove the key's file. Raises KeyFault where there is none."""
        file = self.file(key_id)
        if file is None:
            raise KeyFault(f"There is no key {key_id} in {self.path}.")
        # Journals and flash may keep old blocks whatever we write: a passphrase kept elsewhere is what helps there.
        with file.open("r+b") as stream:
            stream.write(bytes(file.stat().st_size))
            stream.flush()
            os.fsync(stream.fileno())
        file.unlink()

    def _refuse_open_folder(self) -> None:
        if not self.path.is_dir():
            raise KeyFault(f"There is no key directory {self.path}: run `manage.py sealing_key make` on this host.")
        if self.path.stat().st_mode & GROUP_OR_WORLD:
            raise KeyFault(f"{self.path} is open to others: run chmod 700 on it.")

    def _read(self, file: Path) -> PrivateKey:
        if file.stat().st_mode & GROUP_OR_WORLD:
            raise KeyFault(
                f"{file} is open to others: run chmod 600 on it, and make a new key if others could read it."
            )
        content = file.read_bytes()
        if file.suffix == ".pem":
            return self._unwrap(file, content)
        if len(content) != SEED_BYTES:
            raise KeyFault(f"{file} is damaged: restore it from the backup.")
        return _combine(*expand(content))

    def _unwrap(self, file: Path, content: bytes) -> PrivateKey:
        if self.passphrase is None:
            raise KeyFault(f"{file} needs COSTFRAME_SEALING_KEY_PASSPHRASE.")
        try:
            mlkem, x25519 = (
                serialization.load_pem_private_key(block, self.passphrase.encode())
                for block in PEM_BLOCK.findall(content)
            )
        except (ValueError, TypeError):
            raise KeyFault(f"{file} does not open with COSTFRAME_SEALING_KEY_PASSPHRASE, or it is damaged.") from None
        if not isinstance(mlkem, MLKEM768PrivateKey) or not isinstance(x25519, X25519PrivateKey):
            raise KeyFault(f"{file} holds other kinds of keys: restore it from the backup.")
        return _combine(mlkem, x25519)


def unseal(blob: bytes | memoryview, *, keys: KeyDirectory, binding: seal.Binding) -> dict[str, str]:
    """Open a sealed credential for the place that it is bound to. Raises CannotUnseal, or KeyFault for a bad key file.

    An unknown key id is an error: no other key is tried.
    """
    blob = bytes(blob)  # the database driver hands over a memoryview
    key_id = key_id_in(blob)
    key = keys.get(key_id)
    if key is None:
        raise CannotUnseal(f"The credential is sealed to key {key_id}, which is not in this worker's key directory.")
    try:
        plaintext = seal.SUITE.decrypt(
            blob[seal.HEADER_BYTES :], key.handle, info=seal.binding_info(key_id=key_id, binding=binding)
        )
    except InvalidTag:
        raise CannotUnseal(
            "The credential does not open: it was altered, or it belongs to another organisation, connection, "
            "provider or generation."
        ) from None
    return _parse(plaintext)


def reseal(blob: bytes | memoryview, *, keys: KeyDirectory, binding: seal.Binding, public_key: bytes) -> seal.Sealed:
    """The same credential, sealed to another key. Raises CannotUnseal or seal.CannotSeal; stores nothing."""
    return seal.seal(unseal(blob, keys=keys, binding=binding), public_key=public_key, binding=binding)


def key_id_in(blob: bytes) -> str:
    """The id of the key that an envelope is sealed to. Raises CannotUnseal for anything that is not our envelope."""
    if len(blob) < seal.OVERHEAD_BYTES or not blob.startswith(seal.MAGIC):
        raise CannotUnseal("This is not a sealed credential.")
    key_id = blob[seal.HEADER_BYTES - seal.KEY_ID_BYTES : seal.HEADER_BYTES].hex()
    if blob[: seal.HEADER_BYTES] != seal.header(key_id):
        raise CannotUnseal("The credential was sealed by a version or suite that this worker does not know.")
    return key_id


def expand(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """The two private keys of an X-Wing seed."""
    expanded = hashlib.shake_256(seed).digest(MLKEM_SEED_BYTES + 32)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:MLKEM_SEED_BYTES]),
        X25519PrivateKey.from_private_bytes(expanded[MLKEM_SEED_BYTES:]),
    )


def _combine(mlkem: MLKEM768PrivateKey, x25519: X25519PrivateKey) -> PrivateKey:
    public_key = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    return PrivateKey(seal.key_id_of(public_key), public_key, MLKEM768X25519PrivateKey(mlkem, x25519))


def _wrap(key: MLKEM768PrivateKey | X25519PrivateKey, passphrase: str) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )


def _write(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # a key that web already seals to must outlive a power cut
    finally:
        os.close(folder)


def _parse(plaintext: bytes) -> dict[str, str]:
    try:
        secret = json.loads(plaintext)
    except ValueError:
        raise CannotUnseal("The credential opened, but does not hold what a credential holds.") from None
    if not isinstance(secret, dict) or not all(isinstance(value, str) for value in secret.values()):
        raise CannotUnseal("The credential opened, but does not hold what a credential holds.")
    return cast("dict[str, str]", secret)

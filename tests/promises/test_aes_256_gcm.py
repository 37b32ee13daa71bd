"""AES-256-GCM before storage: the envelope is what the standards say, and opens where it belongs only."""

import base64
import json
import os
import struct
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from connections import seal, unseal
from tests.connections import hpke_by_the_book as book

RECORDINGS = Path(__file__).parent.parent / "recordings" / "hpke"
VECTORS = json.loads((RECORDINGS / "vectors.json").read_text())
ENVELOPE = json.loads((RECORDINGS / "envelope.json").read_text())
BINDING = seal.Binding(
    organization_id=UUID(ENVELOPE["organization_id"]),
    connection_id=UUID(ENVELOPE["connection_id"]),
    provider=ENVELOPE["provider"],
    generation=ENVELOPE["generation"],
)
BLOB = base64.b64decode(ENVELOPE["blob"])
SEED = bytes.fromhex(ENVELOPE["seed"])
ENC = slice(seal.HEADER_BYTES, seal.HEADER_BYTES + 1120)


@pytest.fixture
def keys(tmp_path):
    """A key directory that holds the committed test key."""
    tmp_path.chmod(0o700)
    file = tmp_path / f"{ENVELOPE['key_id']}.seed"
    file.touch(0o600)
    file.write_bytes(SEED)
    return unseal.KeyDirectory(tmp_path)


def unhex(vector, *names):
    return [bytes.fromhex(vector[name]) for name in names]


def test_x_wing_and_the_key_schedule_agree_with_the_published_vector():
    (vector,) = VECTORS["x_wing"]
    seed, public_key, enc, secret, info, key, nonce = unhex(
        vector, "skRm", "pkRm", "enc", "shared_secret", "info", "key", "base_nonce"
    )
    mlkem, x25519 = unseal.expand(seed)
    assert unseal._combine(mlkem, x25519).public_key == public_key
    assert book.x_wing_decapsulate(seed, enc) == secret
    assert book.key_schedule(secret, info, kem_id=book.X_WING, aead_id=vector["aead_id"]) == (key, nonce)


def test_the_library_opens_the_published_x_wing_vector():
    from cryptography.hazmat.bindings._rust import openssl

    (vector,) = VECTORS["x_wing"]
    seed, enc, info = unhex(vector, "skRm", "enc", "info")
    aad, ciphertext, plaintext = unhex(vector["encryption"], "aad", "ct", "pt")
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    key = MLKEM768X25519PrivateKey(*unseal.expand(seed))
    assert openssl.hpke._decrypt_with_aad(suite, enc + ciphertext, key, info, aad) == plaintext


def test_the_library_opens_the_published_aes_256_gcm_vector():
    from cryptography.hazmat.bindings._rust import openssl

    (vector,) = VECTORS["x25519_aes_256_gcm"]
    private, enc, info = unhex(vector, "skRm", "enc", "info")
    aad, ciphertext, plaintext = unhex(vector["encryption"], "aad", "ct", "pt")
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    key = X25519PrivateKey.from_private_bytes(private)
    assert openssl.hpke._decrypt_with_aad(suite, enc + ciphertext, key, info, aad) == plaintext


def test_the_committed_envelope_opens_for_ever(keys):
    assert unseal.unseal(BLOB, keys=keys, binding=BINDING) == ENVELOPE["secret"]


def test_a_fresh_envelope_is_aes_256_gcm_to_an_opener_that_knows_only_the_standards(keys):
    public_key = keys.get(ENVELOPE["key_id"]).public_key
    blob = seal.seal({"b": "2", "a": "é"}, public_key=public_key, binding=BINDING).blob
    info = seal.binding_info(key_id=ENVELOPE["key_id"], binding=BINDING)
    assert book.open_x_wing_aes_256_gcm(SEED, blob[ENC], blob[ENC.stop :], info) == '{"a":"é","b":"2"}'.encode()


def test_the_binding_is_the_written_layout():
    parts = [
        b"costframe/sealed-credential",
        b"\x01",
        b"\x00\x01",
        bytes.fromhex(ENVELOPE["key_id"]),
        BINDING.organization_id.bytes,
        BINDING.connection_id.bytes,
        b"aws",
        struct.pack(">Q", 3),
    ]
    expected = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    assert seal.binding_info(key_id=ENVELOPE["key_id"], binding=BINDING) == expected


@pytest.mark.parametrize(
    "change",
    [{"organization_id": uuid4()}, {"connection_id": uuid4()}, {"provider": "azure"}, {"generation": 4}],
    ids=lambda change: next(iter(change)),
)
def test_an_envelope_moved_anywhere_else_does_not_open(keys, change):
    with pytest.raises(unseal.CannotUnseal, match="belongs to another organisation"):
        unseal.unseal(BLOB, keys=keys, binding=replace(BINDING, **change))


@pytest.mark.parametrize(
    ("position", "complaint"),
    [
        pytest.param(0, "not a sealed credential", id="magic"),
        pytest.param(4, "version or suite", id="version"),
        pytest.param(6, "version or suite", id="suite"),
        pytest.param(7, "not in this worker's key directory", id="key id"),
        pytest.param(seal.HEADER_BYTES, "does not open", id="post-quantum share"),
        pytest.param(ENC.stop - 1, "does not open", id="x25519 share"),
        pytest.param(ENC.stop, "does not open", id="ciphertext"),
        pytest.param(len(BLOB) - 1, "does not open", id="tag"),
    ],
)
def test_an_envelope_with_one_bit_changed_does_not_open(keys, position, complaint):
    blob = bytearray(BLOB)
    blob[position] ^= 1
    with pytest.raises(unseal.CannotUnseal, match=complaint):
        unseal.unseal(bytes(blob), keys=keys, binding=BINDING)


@pytest.mark.parametrize("length", [0, 3, seal.HEADER_BYTES, ENC.stop, len(BLOB) - 1])
def test_an_envelope_cut_short_does_not_open(keys, length):
    with pytest.raises(unseal.CannotUnseal):
        unseal.unseal(BLOB[:length], keys=keys, binding=BINDING)


def test_an_envelope_under_a_relabelled_key_id_does_not_open_with_that_key(keys):
    other = unseal.KeyDirectory(keys.path).make()
    blob = seal.header(other.key_id) + BLOB[seal.HEADER_BYTES :]
    with pytest.raises(unseal.CannotUnseal, match="does not open"):
        unseal.unseal(blob, keys=keys, binding=BINDING)


def test_two_envelopes_of_one_credential_share_nothing_but_the_header(keys):
    public_key = keys.get(ENVELOPE["key_id"]).public_key
    first, second = (seal.seal(ENVELOPE["secret"], public_key=public_key, binding=BINDING).blob for _ in range(2))
    assert first[: seal.HEADER_BYTES] == second[: seal.HEADER_BYTES]
    assert first[ENC] != second[ENC]
    assert first[ENC.stop :] != second[ENC.stop :]


def test_web_needs_no_private_key_to_seal(tmp_path):
    """Sealing works from the text in the environment alone, in a process that cannot import the opener."""
    import subprocess
    import sys

    public_key = unseal.KeyDirectory(tmp_path / "keys").make().public_key
    program = (
        "import os\n"
        "from uuid import UUID\n"
        "from costframe.roles import ROLES, WrongPowers, wall_off\n"
        "wall_off(ROLES['web'])\n"
        "from connections import seal\n"
        "binding = seal.Binding(organization_id=UUID(int=1), connection_id=UUID(int=2), provider='aws', generation=1)\n"
        "key = seal.parse_public_key(os.environ['COSTFRAME_SEALING_PUBLIC_KEY'])\n"
        "print(seal.seal({'a': 'b'}, public_key=key, binding=binding).key_id)\n"
        "try:\n    import connections.unseal\nexcept WrongPowers:\n    print('walled off')\n"
    )
    environment = {**os.environ, "COSTFRAME_SEALING_PUBLIC_KEY": seal.public_key_text(public_key)}
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split("\n")[:2] == [seal.key_id_of(public_key), "walled off"]

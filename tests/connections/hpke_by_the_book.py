"""X-Wing and RFC 9180's base mode written out from their texts, to compare the library and our envelope with."""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

X_WING, HKDF_SHA256, AES_256_GCM = 0x647A, 1, 2


def x_wing_decapsulate(seed, enc):
    expanded = hashlib.shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
    mlkem_secret = mlkem.decapsulate(enc[:1088])
    x25519_secret = x25519.exchange(X25519PublicKey.from_public_bytes(enc[1088:]))
    x25519_public = x25519.public_key().public_bytes_raw()
    return hashlib.sha3_256(mlkem_secret + x25519_secret + enc[1088:] + x25519_public + rb"\.//^" + b"\\").digest()


def key_schedule(shared_secret, info, *, kem_id, aead_id):
    """The AEAD key and nonce of base mode with HKDF-SHA256."""
    suite = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (kem_id, HKDF_SHA256, aead_id))

    def extract(salt, label, material):
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, "sha256")

    def expand(secret, label, context, length):
        text = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return hmac.digest(secret, text + b"\x01", "sha256")[:length]

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared_secret, b"secret", b"")
    return expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)


def open_x_wing_aes_256_gcm(seed, enc, ciphertext, info):
    """What an opener that knows only the standards reads."""
    key, nonce = key_schedule(x_wing_decapsulate(seed, enc), info, kem_id=X_WING, aead_id=AES_256_GCM)
    return AESGCM(key).decrypt(nonce, ciphertext, b"")

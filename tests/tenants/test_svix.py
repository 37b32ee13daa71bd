"""Svix' signature: the documentation's own example, and what is not signed so."""

from __future__ import annotations

import datetime as dt

import pytest

from tenants.svix import LEAST_KEY_BYTES, BadSecret, NotSigned, secret_of

# From Svix' page "Verifying webhooks".
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
HEADERS = {
    "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "svix-timestamp": "1614265330",
    "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
AT = dt.datetime.fromtimestamp(1614265330, tz=dt.UTC)


def test_the_documentations_example_is_genuine():
    assert secret_of(SECRET).verify(headers=HEADERS, body=BODY, at=AT) == HEADERS["svix-id"]


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_it_is_for_five_minutes_both_ways(seconds):
    assert secret_of(SECRET).verify(headers=HEADERS, body=BODY, at=AT + dt.timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-86400, -301, 301, 86400])
def test_and_no_longer(seconds):
    with pytest.raises(NotSigned, match="five minutes"):
        secret_of(SECRET).verify(headers=HEADERS, body=BODY, at=AT + dt.timedelta(seconds=seconds))


def test_without_a_secret_nothing_is_genuine_not_even_what_nothing_signed():
    import base64
    import hmac

    signed = f"{HEADERS['svix-id']}.{HEADERS['svix-timestamp']}.".encode() + BODY
    mac = base64.b64encode(hmac.digest(b"", signed, "sha256")).decode()
    with pytest.raises(NotSigned, match="no secret"):
        secret_of("").verify(headers={**HEADERS, "svix-signature": f"v1,{mac}"}, body=BODY, at=AT)


@pytest.mark.parametrize(
    "text",
    [
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_not base64 at all!",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "sk_live_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ],
)
def test_what_is_no_signing_secret_is_refused_without_repeating_it(text):
    with pytest.raises(BadSecret) as refused:
        secret_of(text)
    assert text not in str(refused.value).replace("whsec_ from", "")
    assert LEAST_KEY_BYTES == 16


def test_a_secret_does_not_show_itself():
    assert "MfKQ" not in repr(secret_of(SECRET))
    assert repr(secret_of(SECRET).key) not in repr(secret_of(SECRET))

"""The verifier, the ways a token travels, and the cache of the provider's keys."""

import datetime as dt
import json
import threading
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from jwt.algorithms import RSAAlgorithm

from tenants import identity, signing_keys
from tenants.identity import Carrier, SessionPending, TokenRefused
from tests.tenants.tokens import (
    AT,
    FIRST_VERSION,
    KEY_ID,
    NOW,
    ORIGIN,
    VERIFIER,
    claims,
    private_key,
    signed,
    token,
    verify,
)

NEEDS_OWN = replace(VERIFIER, needs_own_cookie=True)


def test_both_versions_of_token_name_the_same_person():
    first, second = verify(token(**FIRST_VERSION)), verify(token())
    assert first == second
    assert second.role == "engineer"
    assert second.organization_slug == "ours"
    assert second.expires_at == AT + dt.timedelta(seconds=55)


def test_a_token_without_an_organisation_names_a_person_alone():
    person = verify(token(o=None))
    assert (person.user_id, person.organization_id, person.role) == ("user_ada", None, None)


@pytest.mark.parametrize("changes", [{"exp": NOW - 4}, {"nbf": NOW + 4}, {"iat": NOW + 4}, {"sts": None}])
def test_clocks_may_differ_by_five_seconds(changes):
    assert verify(token(**changes)).user_id == "user_ada"


@pytest.mark.parametrize("headers", [{"cat": None}, {"cat": "cl_I7d4PD111III"}, {"typ": None}, {"oiat": 5}])
def test_headers_that_mean_nothing_are_ignored(headers):
    assert verify(signed(claims(), **headers)).user_id == "user_ada"


@pytest.mark.parametrize(
    ("wrong", "refresh"),
    [
        ({"exp": NOW - 60}, "session-token-expired-refresh-non-eligible-no-refresh-cookie"),
        ({"nbf": NOW + 60}, "session-token-nbf"),
        ({"iat": NOW + 60}, "session-token-iat-in-the-future"),
    ],
)
def test_only_a_token_that_is_good_but_for_its_time_may_be_refreshed(wrong, refresh):
    for changes, expected in [({}, refresh), ({"iss": "https://x.test"}, ""), ({"azp": "https://x.test"}, "")]:
        with pytest.raises(TokenRefused) as refusal:
            verify(token(**wrong, **changes))
        assert refusal.value.refresh == expected
        assert (refusal.value.named is not None) is bool(expected)


def test_a_pending_session_names_a_person_without_organisation_role_and_permissions():
    with pytest.raises(SessionPending) as refusal:
        verify(token(sts="pending", fea="o:reports", o={"id": "org_ours", "rol": "admin", "per": "read", "fpm": "1"}))
    named = refusal.value.named
    assert (named.user_id, named.clerk_organization_id, named.organization_id) == ("user_ada", None, None)
    assert (named.organization_slug, named.role, named.permissions) == (None, None, frozenset())


@pytest.mark.parametrize(
    ("carrier", "method", "is_same_origin", "verifier", "is_accepted"),
    [
        (Carrier.BEARER, "GET", True, VERIFIER, False),
        (Carrier.COOKIE, "GET", False, VERIFIER, True),
        (Carrier.COOKIE, "POST", False, VERIFIER, False),
        (Carrier.COOKIE, "DELETE", False, VERIFIER, False),
        (Carrier.COOKIE, "POST", True, VERIFIER, True),
        (Carrier.COOKIE, "GET", True, NEEDS_OWN, False),
        (Carrier.OWN_COOKIE, "GET", False, NEEDS_OWN, True),
        (Carrier.OWN_COOKIE, "POST", False, NEEDS_OWN, False),
        (Carrier.OWN_COOKIE, "POST", True, NEEDS_OWN, True),
    ],
)
def test_a_token_that_names_no_origin_is_accepted_by_carrier_and_method(
    carrier, method, is_same_origin, verifier, is_accepted
):
    def ask():
        return verify(token(azp=None), carrier=carrier, method=method, is_same_origin=is_same_origin, verifier=verifier)

    if is_accepted:
        assert ask().carrier is carrier
    else:
        with pytest.raises(TokenRefused):
            ask()


@pytest.mark.parametrize("carrier", Carrier)
def test_a_token_that_names_another_origin_is_refused_however_it_came(carrier):
    with pytest.raises(TokenRefused, match="another origin"):
        verify(token(azp="https://evil.example.test"), carrier=carrier, is_same_origin=True)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Origin": ORIGIN}, True),
        ({"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}, True),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": "http://app.example.test"}, False),
        ({"Origin": f"{ORIGIN}:444"}, False),
        ({"Origin": "https://app.example.test.evil.test"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({}, False),
    ],
)
def test_the_browser_vouches_for_the_origin(headers, expected):
    assert identity.is_same_origin(headers, origin=ORIGIN) is expected


def entry(name="ours", *, kid=KEY_ID, bits=2048, **changes):
    jwk = json.loads(RSAAlgorithm.to_jwk(private_key(name, bits).public_key()))
    return {"kty": "RSA", "n": jwk["n"], "e": jwk["e"], "kid": kid, **changes}


def document(*entries):
    return json.dumps({"keys": list(entries)}).encode()


class Web:
    """A key set on the web, with a clock and a count of requests."""

    def __init__(self, content=None):
        self.content, self.now, self.requests = content or document(entry()), 1000.0, 0
        self.keys = signing_keys.FetchedKeys("https://x.test/jwks", fetch=self.fetch, clock=lambda: self.now)

    def fetch(self, _url):
        self.requests += 1
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


def test_a_key_is_fetched_once_and_again_after_an_hour():
    web = Web()
    for _ in range(3):
        assert web.keys.key_for(KEY_ID).key_size == 2048
    assert web.requests == 1
    web.now += 3600
    web.keys.key_for(KEY_ID)
    assert web.requests == 2


def test_a_flood_of_unknown_key_ids_costs_one_request_a_minute():
    web = Web()
    web.keys.key_for(KEY_ID)
    web.now = 1059.9
    with pytest.raises(signing_keys.NoSuchKey):
        web.keys.key_for("ins_early")
    assert web.requests == 1
    for minute in range(3):
        web.now = 1060.0 + 60 * minute
        for number in range(50):
            with pytest.raises(signing_keys.NoSuchKey):
                web.keys.key_for(f"ins_{number}")
    assert web.requests == 1 + 3


def test_a_new_key_is_found_within_a_minute_and_the_old_one_is_forgotten():
    web = Web()
    web.keys.key_for(KEY_ID)
    web.content = document(entry("new", kid="ins_new"))
    web.now += 60
    assert web.keys.key_for("ins_new") is not None
    with pytest.raises(signing_keys.NoSuchKey):
        web.keys.key_for(KEY_ID)


def test_an_outage_signs_nobody_out_for_a_day():
    web = Web()
    web.keys.key_for(KEY_ID)
    web.content = OSError("down")
    web.now += 23 * 3600
    assert web.keys.key_for(KEY_ID) is not None
    web.now += 2 * 3600
    with pytest.raises(signing_keys.KeysUnavailable):
        web.keys.key_for(KEY_ID)


def test_a_provider_that_comes_up_late_is_found_within_seconds():
    web = Web(OSError("down"))
    with pytest.raises(signing_keys.KeysUnavailable):
        web.keys.key_for(KEY_ID)
    web.content = document(entry())
    web.now += 5
    assert web.keys.key_for(KEY_ID) is not None


def test_who_comes_while_the_keys_are_being_fetched_waits_for_them():
    web, entered, release, found = Web(), threading.Event(), threading.Event(), []

    def slow(url):
        entered.set()
        release.wait(10)
        return web.fetch(url)

    keys = signing_keys.FetchedKeys("https://x.test/jwks", fetch=slow, clock=lambda: web.now)
    threads = [threading.Thread(target=lambda: found.append(keys.key_for(KEY_ID)), daemon=True) for _ in range(8)]
    threads[0].start()
    assert entered.wait(10)
    for thread in threads[1:]:
        thread.start()
    threads[1].join(0.2)  # nobody gives up while the answer is on its way
    assert threads[1].is_alive()
    release.set()
    for thread in threads:
        thread.join(10)
    assert (len(found), web.requests) == (8, 1)


def test_while_one_asks_for_keys_that_have_grown_old_the_others_go_on_with_what_is_held():
    """Else an outage of the provider holds every thread of the web process once a minute."""
    web, entered, release = Web(), threading.Event(), threading.Event()

    def slow(url):
        if web.requests:
            entered.set()
            release.wait(10)
        return web.fetch(url)

    keys = signing_keys.FetchedKeys("https://x.test/jwks", fetch=slow, clock=lambda: web.now)
    keys.key_for(KEY_ID)
    web.now += 3600
    asking = threading.Thread(target=keys.key_for, args=[KEY_ID], daemon=True)
    asking.start()
    assert entered.wait(10)
    found = []
    other = threading.Thread(target=lambda: found.append(keys.key_for(KEY_ID)), daemon=True)
    other.start()
    other.join(2)
    was_served = len(found)
    release.set()
    asking.join(10)
    assert (was_served, web.requests) == (1, 2)


@pytest.mark.parametrize(
    "useless",
    [
        {"use": "enc"},
        {"key_ops": ["encrypt"]},
        {"key_ops": []},
        {"alg": "RS512"},
        {"alg": "HS256"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kid": None},
        {"kid": 5},
        {"n": "!"},
        {"d": "AQAB"},
        {"key_ops": None},
    ],
    ids=str,
)
def test_a_published_key_that_is_not_for_us_is_left_out(useless):
    content = document({**entry(), **useless}, entry("second", kid="ins_second"), "rubbish")
    assert set(signing_keys.parse_key_set(content)) == {"ins_second"}


def test_a_short_key_is_left_out():
    assert set(signing_keys.parse_key_set(document(entry("short", bits=1024), entry(kid="ins_b")))) == {"ins_b"}


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"keys": 5}', b'{"keys": []}', b"x" * 200_000])
def test_a_document_that_holds_no_key_is_an_error(content):
    with pytest.raises(ValueError, match=r"key set|Expecting value"):
        signing_keys.parse_key_set(content)


@pytest.mark.parametrize("url", ["http://clerk.example.test/jwks", "file:///etc/passwd", "ftp://x.test", "x"])
def test_keys_come_over_tls_only(url):
    with pytest.raises(ValueError, match="https://"):
        signing_keys.FetchedKeys(url, may_be_loopback=True)


def test_loopback_needs_the_sandbox():
    with pytest.raises(ValueError, match="https://"):
        signing_keys.FetchedKeys("http://127.0.0.1:5/jwks")
    signing_keys.FetchedKeys("http://clerk.localhost:5/jwks", may_be_loopback=True)


@pytest.mark.parametrize("spoil", [str, lambda pem: pem.replace("\n", ""), lambda pem: pem.replace("\n", "\\n")])
def test_a_pinned_key_verifies_whatever_the_environment_did_to_its_line_breaks(spoil):
    pem = (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    pinned = replace(VERIFIER, keys=signing_keys.PinnedKey.from_pem(spoil(pem.decode())))
    assert verify(token(), verifier=pinned).user_id == "user_ada"

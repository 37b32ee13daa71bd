"""The identity provider's cookies: their names, which of two is believed, and how they are set."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from tenants import cookies
from tenants.cookies import Cookie, SessionCookie
from tenants.identity import Carrier
from tests.tenants.tokens import ISSUER, NOW, claims, private_key, signed, token
from tests.tenants.visiting import OWN, OWN_MARK, SHARED, SHARED_MARK


@pytest.mark.parametrize(
    ("key", "suffix"),
    [
        ("pk_test_Y2xlcmsuY2xlcmsuZGV2JA", "QvfNY2dr"),
        ("pk_live_ZmFrZS1jbGVyay10ZXN0LmNsZXJrLmFjY291bnRzLmRldiQ=", "qReyu04C"),
        ("pk_test_ZW5vdWdoLWFscGFjYS04Mi5jbGVyay5hY2NvdW50cy5sY2xjbGVyay5jb20k", "jtYvyt_H"),
    ],
)
def test_the_suffix_is_the_providers(key, suffix):
    assert cookies.session_names(publishable_key=key) == (f"__session_{suffix}", "__session")


@pytest.mark.parametrize("key", ["sk_test_Y2xlcmsuY2xlcmsuZGV2JA", "pk_test_", "pk_test_!!", "pk_test_bG9jYWxob3N0JA"])
def test_a_key_that_is_not_publishable_is_refused_with_the_setting(key):
    with pytest.raises(ValueError, match="COSTFRAME_CLERK_PUBLISHABLE_KEY"):
        cookies.session_names(publishable_key=key)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Bearer t", "t"),
        ("bearer t", "t"),
        ("Bearer ", ""),
        ("Bearer", ""),
        ("Basic t", None),
        ("t", None),
        ("", None),
    ],
)
def test_the_header_is_read_by_its_scheme(header, expected):
    assert cookies.bearer_token({"Authorization": header}) == expected


OLD, NEW = token(azp=None, iat=NOW - 50), token(iat=NOW - 10)
STALE = token(azp=None, exp=NOW - 1, iat=NOW - 61)
ELSEWHERE = token(iss="https://clerk.other.test")
SINCE, LATER = "1763640000", "1763640100"


@pytest.mark.parametrize(
    ("held", "at", "expected"),
    [
        pytest.param({}, None, ("", SHARED, 0), id="nothing"),
        pytest.param({SHARED: NEW, SHARED_MARK: SINCE}, None, (NEW, SHARED, SINCE), id="the plain name only"),
        pytest.param({OWN: NEW, OWN_MARK: SINCE}, None, (NEW, OWN, SINCE), id="our own name only"),
        pytest.param(
            {OWN: NEW, OWN_MARK: SINCE, SHARED: ELSEWHERE, SHARED_MARK: LATER},
            None,
            (NEW, OWN, SINCE),
            id="the plain one is another issuer's",
        ),
        pytest.param({SHARED: ELSEWHERE, SHARED_MARK: SINCE}, None, ("", OWN, 0), id="another issuer's alone"),
        pytest.param(
            {OWN: NEW, OWN_MARK: SINCE, SHARED: "rubbish", SHARED_MARK: LATER},
            None,
            (NEW, OWN, SINCE),
            id="the plain one is rubbish, which a neighbour may plant",
        ),
        pytest.param(
            {OWN: OLD, OWN_MARK: SINCE, SHARED: NEW, SHARED_MARK: LATER},
            None,
            (NEW, SHARED, LATER),
            id="both signed in, the plain one newer",
        ),
        pytest.param(
            {OWN: NEW, OWN_MARK: SINCE, SHARED: OLD, SHARED_MARK: LATER},
            None,
            (NEW, OWN, SINCE),
            id="both signed in, our own newer",
        ),
        pytest.param(
            {OWN: OLD, OWN_MARK: SINCE, SHARED: OLD, SHARED_MARK: SINCE},
            None,
            (OLD, OWN, SINCE),
            id="both alike",
        ),
        pytest.param(
            {OWN: NEW, OWN_MARK: "0", SHARED: OLD, SHARED_MARK: SINCE},
            None,
            (OLD, SHARED, SINCE),
            id="signed out under our own name, in under the plain one",
        ),
        pytest.param(
            {OWN: OLD, OWN_MARK: SINCE, SHARED: NEW, SHARED_MARK: "0"},
            None,
            (OLD, OWN, SINCE),
            id="signed out under the plain name, in under our own",
        ),
        pytest.param(
            {OWN: STALE, OWN_MARK: SINCE, SHARED_MARK: "0"},
            None,
            (STALE, OWN, SINCE),
            id="so in production, also stale",
        ),
        pytest.param(
            {OWN: STALE, OWN_MARK: SINCE, SHARED_MARK: "0"}, NOW, ("", SHARED, 0), id="but in development stale is out"
        ),
        pytest.param(
            {OWN: NEW, OWN_MARK: SINCE, SHARED_MARK: "0"}, NOW, (NEW, OWN, SINCE), id="in development and not stale"
        ),
        pytest.param({OWN: NEW, SHARED_MARK: SINCE}, None, ("", SHARED, SINCE), id="our own without its mark"),
        pytest.param({OWN_MARK: SINCE}, None, ("", OWN, SINCE), id="our own mark alone"),
    ],
)
def test_which_of_the_two_names_is_believed(held, at, expected):
    text, name, since = expected
    found = cookies.session_cookie(held, names=(OWN, SHARED), issuer=ISSUER, at=at)
    carrier = Carrier.OWN_COOKIE if name == OWN else Carrier.COOKIE
    assert found == SessionCookie(token=text, carrier=carrier, last_change=int(since))


def test_without_a_suffix_the_plain_cookie_is_not_called_our_own():
    found = cookies.session_cookie({SHARED: NEW, SHARED_MARK: SINCE}, names=(SHARED,), issuer=ISSUER, at=None)
    assert found.carrier is Carrier.COOKIE


@pytest.mark.parametrize("mark", ["", "x", "-5", "1.5", "٣", "9" * 5000])
def test_a_mark_that_is_no_moment_counts_as_signed_out(mark):
    found = cookies.session_cookie({SHARED: NEW, SHARED_MARK: mark}, names=(SHARED,), issuer=ISSUER, at=None)
    assert found.last_change == 0


@pytest.mark.parametrize(
    ("text", "is_readable"),
    [
        (token(), True),
        (signed(claims(), key=private_key("attacker")), True),
        (signed(claims(), cat="cl_B7d4PD222AAA"), False),
        (signed(claims(), cat=5), False),
        ("", False),
        ("a.b.c", False),
        ("é", False),
        (signed([1]), False),
    ],
)
def test_what_a_token_claims_may_be_read_before_it_is_verified_but_only_a_sessions(text, is_readable):
    assert bool(cookies.unverified(text)) is is_readable


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", False),
        (f"{OWN}=a", False),
        (f"{OWN}=a; {SHARED}=b", False),
        (f"{OWN}=a; {OWN}=a", False),
        (f"{OWN}=a; {OWN}=b", True),
        (f"{SHARED}=a;{SHARED}=", True),
        (f"x={OWN}=a; {OWN}=b", False),
        (f"{OWN}x=a; {OWN}=b", False),
    ],
)
def test_two_values_under_one_name_are_noticed(header, expected):
    assert cookies.twice(header, (OWN, SHARED)) is expected


def lines(*wanted, is_secure=True):
    response = HttpResponse()
    cookies.set_cookies(response, wanted, is_secure=is_secure)
    return [morsel.OutputString() for morsel in response.cookies.values()]


def test_cookies_of_one_name_on_several_domains_are_all_set():
    found = lines(Cookie("a"), Cookie("a", "1", domain="example.test"), Cookie("a", domain="app.example.test"))
    assert [line.partition(";")[0] for line in found] == ['a=""', "a=1", 'a=""']
    assert ["Domain=example.test" in line for line in found] == [False, True, False]
    assert ["Max-Age=0" in line for line in found] == [True, False, True]


@pytest.mark.parametrize("is_secure", [True, False])
def test_cookies_are_narrow(is_secure):
    (ours,) = lines(Cookie("a", "1", max_age=5), is_secure=is_secure)
    assert ours.startswith("a=1; ")
    assert all(part in ours for part in ("Path=/", "SameSite=Lax", "Max-Age=5", "HttpOnly"))
    assert ("Secure" in ours) is is_secure
    assert "HttpOnly" not in lines(Cookie("a", "1", is_for_scripts=True))[0]
    assert ("Secure" in lines(Cookie("__Host-a"), is_secure=is_secure)[0]) is is_secure  # or it is not deleted


@pytest.mark.parametrize(
    ("host", "other", "expected"),
    [
        ("app.example.test", "clerk.example.test", ("example.test",)),
        ("example.test", "clerk.example.test", ("example.test",)),
        ("a.b.example.test", "clerk.b.example.test", ("b.example.test", "example.test")),
        ("app.localhost", "clerk.localhost", ()),
        ("app.cf.localhost", "clerk.cf.localhost", ("cf.localhost",)),
        ("app.example.test", "clerk.other.test", ()),
        ("app.example.test", "clerk.xample.test", ()),
        ("localhost", "localhost", ()),
    ],
)
def test_where_the_provider_can_set_a_cookie_for_us(host, other, expected):
    assert cookies.shared_domains(host, other) == expected

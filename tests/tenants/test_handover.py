"""Coming back from the identity provider with a handshake: by the address in development, by a cookie in production."""

from __future__ import annotations

import pytest

from tenants import handshake
from tenants.handshake import Proceed, Redirect
from tests.tenants.tokens import NOW, ORIGIN, private_key, signed, token
from tests.tenants.visiting import (
    BROWSER,
    DEVELOPMENT,
    EXPIRED,
    OWN,
    OWN_MARK,
    SHARED,
    SHARED_MARK,
    decide,
    query_of,
    set_by,
)

SESSION = token(azp=None)
COUNT = "__clerk_redirect_count"
SINCE = str(NOW - 5)
GONE = "Expires=Thu, 01 Jan 1970 00:00:00 GMT"
DEVELOPMENTS = [
    f"{SHARED}={SESSION}; Path=/; SameSite=Lax",
    f"{OWN}={SESSION}; Path=/",
    f"{SHARED_MARK}={SINCE}; Path=/",
    f"{OWN_MARK}={SINCE}",
    f"{BROWSER}=dvb_1; Path=/",
]
PRODUCTIONS = [
    f"__clerk_handshake=; Path=/; Domain=example.test; {GONE}",
    f"{SHARED_MARK}=; Path=/; {GONE}",
    f"{SHARED_MARK}={SINCE}; Path=/; Domain=example.test",
    f"{OWN_MARK}={SINCE}; Path=/; domain=.Example.Test; SameSite=Lax",
    f"{OWN}={SESSION}; Path=/",
]


def by_address(directives=DEVELOPMENTS, *, path="/x?a=1&__clerk_handshake={}&b=2", **more):
    token = signed({"handshake": directives})
    return decide(DEVELOPMENT, path=path.format(token), cookies={BROWSER: "dvb_1", COUNT: "1", **more})


def by_cookie(directives=PRODUCTIONS, *, path="/x?a=1", **more):
    return decide(path=path, cookies={"__clerk_handshake": signed({"handshake": directives}), COUNT: "1", **more})


def test_by_the_address_the_cookies_are_set_and_the_address_is_cleaned():
    decision = by_address()
    assert decision.url == f"{ORIGIN}/x?a=1&b=2"
    assert set_by(decision) == {
        (SHARED, ""): SESSION,
        (OWN, ""): SESSION,
        (SHARED_MARK, ""): SINCE,
        (OWN_MARK, ""): SINCE,
        (BROWSER, ""): "dvb_1",
    }


def test_by_a_cookie_the_page_is_answered_at_once_and_the_handshake_is_used_up():
    decision = by_cookie(**EXPIRED)
    assert isinstance(decision, Proceed)
    assert decision.identity.user_id == "user_ada"
    assert set_by(decision) == {
        (OWN, ""): SESSION,
        (SHARED_MARK, ""): None,  # ours would hide the provider's own, which it keeps on the shared domain
        (SHARED_MARK, "example.test"): SINCE,
        (OWN_MARK, "example.test"): SINCE,
        ("__clerk_handshake", ""): None,
        ("__clerk_handshake", "example.test"): None,
        (COUNT, ""): None,
    }


@pytest.mark.parametrize("domain", ["test", "evil.test", "app.example.test", "example.test.evil.test", "xample.test"])
def test_a_mark_lies_on_the_shared_domain_or_on_our_own_host(domain):
    decision = by_cookie([*PRODUCTIONS[-1:], f"{OWN_MARK}={SINCE}; Domain={domain}"])
    assert (OWN_MARK, "") in set_by(decision)
    assert {where for _, where in set_by(decision)} == {"", "example.test"}  # the latter to remove the handshake


def test_the_session_never_lies_on_a_shared_domain_and_lives_as_long_as_we_say():
    decision = by_cookie([f"{OWN}={SESSION}; Domain=example.test; Max-Age=1; HttpOnly", f"{OWN_MARK}={SINCE}"])
    morsel = handshake.redirect_to(Redirect(url="/", reason="", cookies=decision.cookies), is_secure=True).cookies[OWN]
    assert (morsel["domain"], morsel["path"], morsel["samesite"]) == ("", "/", "Lax")
    assert (morsel["max-age"], morsel["httponly"], morsel["secure"]) == (str(365 * 24 * 3600), False, True)


def test_an_instance_that_knows_the_plain_name_only_gives_us_our_own_too():
    assert set_by(by_address([f"{SHARED}={SESSION}"])) == {(SHARED, ""): SESSION, (OWN, ""): SESSION}


@pytest.mark.parametrize("come_back", [by_address, by_cookie], ids=["by address", "by cookie"])
def test_coming_back_signed_out_forgets_the_token(come_back):
    decision = come_back([f"{SHARED}=; {GONE}", f"{OWN}=", f"{SHARED_MARK}=0", f"{OWN_MARK}=0"])
    found = set_by(decision)
    assert (found[SHARED, ""], found[OWN, ""], found[OWN_MARK, ""]) == (None, None, "0")
    assert isinstance(decision, Redirect)


def test_who_comes_back_signed_out_by_cookie_is_sent_to_sign_in():
    decision = by_cookie([f"{OWN}=", f"{OWN_MARK}=0"])
    assert "/sign-in?" in decision.url
    assert set_by(decision)["__clerk_handshake", "example.test"] is None


def test_a_session_that_still_has_to_choose_is_handed_over():
    pending = token(azp=None, sts="pending")
    decision = by_cookie([f"{OWN}={pending}", f"{OWN_MARK}={SINCE}"])
    assert (decision.pending.user_id, set_by(decision)[OWN, ""]) == ("user_ada", pending)


def test_what_is_handed_over_is_judged_by_the_same_order():
    decision = by_cookie([f"{OWN}={SESSION}", f"{OWN_MARK}={NOW}"])
    assert decision.reason == "session-token-iat-before-client-uat"
    assert set_by(decision)[COUNT, ""] == "2"


def test_another_applications_handshake_on_the_domain_is_left_alone_and_ours_goes_on():
    foreign = signed({"handshake": PRODUCTIONS}, key=private_key("neighbour"), kid="ins_neighbour")
    decision = decide(cookies={**EXPIRED, "__clerk_handshake": foreign, COUNT: "1"})
    assert "/v1/client/handshake?" in decision.url
    assert set_by(decision) == {(COUNT, ""): "2"}


def test_in_production_an_address_carries_no_handshake():
    path = f"/x?a=1&__clerk_handshake={signed({'handshake': DEVELOPMENTS})}"
    decision = decide(path=path, cookies={COUNT: "1"})
    assert (decision.url, decision.cookies) == (f"{ORIGIN}/x?a=1", ())


def test_in_development_a_cookie_carries_no_handshake():
    held = {BROWSER: "dvb_1", COUNT: "1", "__clerk_handshake": signed({"handshake": PRODUCTIONS})}
    assert "/sign-in?" in decide(DEVELOPMENT, cookies=held).url


def test_a_mark_may_be_removed_but_holds_nothing_but_digits():
    assert set_by(by_address([f"{OWN}={SESSION}", f"{OWN_MARK}="]))[OWN_MARK, ""] is None
    for value in ("x", "-1", "1.5", "٣"):
        assert (OWN_MARK, "") not in set_by(by_address([f"{OWN}={SESSION}", f"{OWN_MARK}={value}"]))


def test_the_wish_for_an_organisation_stays_in_the_address_until_it_is_compared():
    decision = by_address(path="/x?costframe_organization=org_1&__clerk_handshake={}")
    assert decision.url == f"{ORIGIN}/x?costframe_organization=org_1"


def test_a_handshake_that_is_refused_counts_so_that_nothing_goes_round():
    assert set_by(by_address(["x"], **{COUNT: "2"})) == {}  # the count in the browser stays as it is
    refused = by_address([5], **{COUNT: "2"})
    assert set_by(refused) == {(COUNT, ""): "3"}
    assert query_of(refused.url) == {"a": "1", "b": "2"}

"""Every request carries a session token, and the organisation comes from the verified token only: the attacks.

The tables are in tests/tenants/attacks. Each case says exactly what the attacker gets; none is let in.
"""

from urllib.parse import urlsplit

import pytest

from tenants.handshake import Proceed, Redirect, Refuse
from tenants.identity import TokenRefused
from tenants.organization_ids import organization_id_for
from tests.tenants.attacks import handshakes, pages, tokens, visits
from tests.tenants.tokens import (
    FIRST_VERSION,
    ISSUER,
    ORIGIN,
    OUR_ORGANIZATION,
    organization_of,
    token,
    verify,
)
from tests.tenants.visiting import BROWSER, DEVELOPMENT, EXPIRED, OWN, decide, query_of, set_by

OURS = organization_id_for(issuer=ISSUER, clerk_id=OUR_ORGANIZATION)
TOKENS = {name: case for table in tokens.TABLES.values() for name, case in table.items()}
VISITS = {name: case for table in visits.TABLES.values() for name, case in table.items()}
SESSIONS = {OWN, "__session"}
CASES = (TOKENS, VISITS, handshakes.PROVES_NOTHING, handshakes.NOT_OURS, handshakes.ADDRESSES, pages.REQUESTS)
NUMBER = sum(map(len, CASES))


@pytest.mark.parametrize("number", [NUMBER])
def test_the_attack_table_has_at_least_150_cases(number):
    """The number is in this test's id. Handshakes are tried in both ways that they come, and are counted once."""
    assert number >= 150


@pytest.mark.parametrize(("attack", "reason"), TOKENS.values(), ids=TOKENS)
def test_an_attackers_token_is_refused(attack, reason):
    with pytest.raises(TokenRefused) as refusal:
        verify(attack)
    assert refusal.value.reason == reason
    assert attack == "" or attack not in str(refusal.value)


@pytest.mark.parametrize(("facts", "leads_to", "reason"), VISITS.values(), ids=VISITS)
def test_an_attackers_request_lets_nobody_in(facts, leads_to, reason):
    decision = decide(**facts)
    assert decision.reason == reason
    assert isinstance(decision, Redirect if leads_to else Refuse)
    if leads_to:
        path = {"sign-in": "/sign-in", "handshake": "/v1/client/handshake"}[leads_to]
        assert (decision.url.partition(path)[0], urlsplit(decision.url).path) == (ISSUER, path)
    assert not any(set_by(decision).get((name, "")) for name in SESSIONS)


@pytest.mark.parametrize("attack", handshakes.PROVES_NOTHING.values(), ids=handshakes.PROVES_NOTHING)
def test_an_attackers_handshake_in_the_address_lets_nobody_in(attack):
    path = f"/x?a=1&__clerk_handshake={attack.token}&b=2"
    decision = decide(DEVELOPMENT, path=path, cookies={**attack.cookies, BROWSER: "dvb_1"}, **attack.facts)
    if attack.facts:
        assert isinstance(decision, Refuse)
    else:
        assert (type(decision), decision.url) == (Redirect, f"{ORIGIN}/x?a=1&b=2")
    assert set(set_by(decision)) <= {("__clerk_redirect_count", "")}


@pytest.mark.parametrize("attack", handshakes.PROVES_NOTHING.values(), ids=handshakes.PROVES_NOTHING)
def test_an_attackers_handshake_in_a_cookie_lets_nobody_in(attack):
    decision = decide(cookies={**attack.cookies, "__clerk_handshake": attack.token}, **attack.facts)
    assert isinstance(decision, Refuse if attack.facts else Redirect)
    assert attack.facts or decision.url.startswith(f"{ISSUER}/sign-in?")
    assert set_by(decision) == {}


@pytest.mark.parametrize("directive", handshakes.NOT_OURS)
def test_a_genuine_handshake_sets_no_other_cookie_than_ours(directive):
    path = f"/x?__clerk_handshake={handshakes.handshake([*handshakes.GIVEN, directive])}"
    decision = decide(DEVELOPMENT, path=path, cookies={**handshakes.JUST_SENT, BROWSER: "dvb_1"})
    expected = decide(
        DEVELOPMENT,
        path=f"/x?__clerk_handshake={handshakes.handshake()}",
        cookies={**handshakes.JUST_SENT, BROWSER: "dvb_1"},
    )
    assert set_by(decision) == set_by(expected)


@pytest.mark.parametrize(("path", "returns_to"), handshakes.ADDRESSES.items())
def test_the_way_back_is_below_the_configured_origin_whatever_was_asked(path, returns_to):
    headers = {"Sec-Fetch-Dest": "document", "Host": "evil.test", "X-Forwarded-Host": "evil.test"}
    for cookies in (EXPIRED, {}):
        decision = decide(path=path, headers=headers, cookies=cookies)
        assert query_of(decision.url)["redirect_url"] == ORIGIN + returns_to


@pytest.mark.parametrize("attack", pages.REQUESTS.values(), ids=pages.REQUESTS)
def test_an_attackers_form_changes_nothing(attack, organization, other_organization, provider_key):
    victim = pages.Victim()
    answer = victim.receive(attack)
    assert (answer.status_code, attack.says in answer.content.decode()) == (attack.status, True)
    assert (pages.labels(organization), pages.labels(other_organization)) == ([], [])
    assert not any(cookie.value for name, cookie in answer.cookies.items() if name.startswith("__session"))


def test_a_good_token_a_good_visit_and_a_good_form_are_let_in(organization, provider_key):
    """Without this, refusing everything would pass the tables above."""
    identity = verify(token())
    assert (identity.user_id, identity.organization_id, identity.role) == ("user_ada", OURS, "engineer")
    held = {OWN: token(azp=None), "__client_uat_abcdefgh": "1"}
    assert isinstance(decide(cookies=held), Proceed)
    assert isinstance(decide(method="POST", headers={"Origin": ORIGIN}, cookies=held), Proceed)
    assert pages.Victim().receive(pages.Request()).status_code == 302
    assert pages.labels(organization) == ["planted"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"org_id": "org_victim", "org_role": "org:admin"}, OURS, id="v2 ignores org_id beside o"),
        pytest.param({"o": None, "org_id": "org_victim"}, None, id="v2 without o has no organisation"),
        pytest.param({**FIRST_VERSION, "o": {"id": "org_victim"}}, OURS, id="v1 ignores o"),
        pytest.param({**FIRST_VERSION, "org_id": None, "o": {"id": "org_victim"}}, None, id="v1 never falls back to o"),
        pytest.param({"organization_id": "org_victim", "organization": {"id": "org_victim"}}, OURS, id="look-alikes"),
    ],
)
def test_the_organisation_comes_from_the_place_that_the_version_says(changes, expected):
    assert organization_of(token(**changes)) == expected


def test_the_same_organisation_of_another_issuer_is_another_one():
    assert organization_id_for(issuer="https://clerk.other.test", clerk_id=OUR_ORGANIZATION) != OURS


def test_an_impersonated_session_says_so():
    identity = verify(token(act={"iss": "https://dashboard.clerk.com", "sub": "user_support", "sid": "sess_9"}))
    assert identity.is_impersonated
    assert identity.impersonator == "user_support"


@pytest.mark.parametrize("actor", [{}, "user_support", {"sub": ""}, []])
def test_an_actor_of_any_shape_counts_as_impersonation(actor):
    assert verify(token(act=actor)).is_impersonated

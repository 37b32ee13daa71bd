"""The provider's own permissions, unpacked from a token: exactly those, or none."""

from __future__ import annotations

import pytest

from tests.tenants.tokens import FIRST_VERSION, token, verify


def second(fea="o:dashboard,o:teams", per="manage,read", fpm="3,2", **changes):
    organization = {"id": "org_ours", "rol": "engineer", "per": per, "fpm": fpm}
    kept = {name: value for name, value in organization.items() if value is not None}
    return verify(token(o=kept, fea=fea, **changes)).permissions


def test_the_lowest_bit_is_the_first_permission():
    assert second() == {"dashboard:manage", "dashboard:read", "teams:read"}


@pytest.mark.parametrize(
    ("packed", "expected"),
    [
        ({"fpm": "0,0"}, set()),
        ({"fpm": "1,2"}, {"dashboard:manage", "teams:read"}),
        ({"fea": "o:dashboard", "fpm": "2"}, {"dashboard:read"}),
        ({"fea": "u:basic,o:dashboard", "fpm": "3"}, {"dashboard:manage", "dashboard:read"}),
        ({"fea": "o:dashboard,u:basic,o:teams", "fpm": "1,2"}, {"dashboard:manage", "teams:read"}),
        ({"fea": "uo:dashboard", "fpm": "1"}, {"dashboard:manage"}),
        ({"fea": " o:dashboard , o:teams ", "per": "manage, read", "fpm": "1 , 2"}, {"dashboard:manage", "teams:read"}),
        ({"fea": "", "per": "", "fpm": ""}, set()),
        ({"fea": "u:basic", "per": None, "fpm": None}, set()),
        ({"fea": "o:a", "per": ",".join(f"p{n}" for n in range(70)), "fpm": str(1 << 69)}, {"a:p69"}),
    ],
)
def test_each_mask_belongs_to_a_feature_of_the_organisation(packed, expected):
    assert second(**packed) == expected


@pytest.mark.parametrize(
    "packed",
    [
        {"fpm": "3"},
        {"fpm": "3,2,1"},
        {"fpm": "4,2"},
        {"fpm": "-1,2"},
        {"fpm": "0x3,2"},
        {"fpm": "3.0,2"},
        {"fpm": "³,2"},
        {"fpm": "9" * 30},
        {"fpm": "3,"},
        {"fpm": [3, 2]},
        {"fpm": 32},
        {"fpm": None},
        {"per": None},
        {"per": ["manage", "read"]},
        {"per": "manage,"},
        {"fea": None},
        {"fea": ["o:dashboard", "o:teams"]},
        {"fea": "dashboard,teams"},
        {"fea": "o:dashboard,x:teams,o:teams"},
        {"fea": "o:dashboard,o:"},
    ],
    ids=str,
)
def test_claims_that_do_not_fit_together_grant_nothing_and_refuse_nobody(packed):
    assert second(**packed) == frozenset()


def first(listed, **changes):
    return verify(token(**{**FIRST_VERSION, "org_permissions": listed, **changes})).permissions


def test_the_first_version_lists_them():
    assert first(["org:dashboard:manage", "org:teams:read"]) == {"dashboard:manage", "teams:read"}
    assert first(None) == frozenset()


@pytest.mark.parametrize("listed", ["org:a:b", [5], ["a:b"], ["org:a"], ["org::b"], ["org:a:b", "org:a:"], {"a": 1}])
def test_a_list_that_is_none_grants_nothing(listed):
    assert first(listed) == frozenset()


def test_nobody_has_permissions_without_an_organisation_or_from_the_other_versions_claims():
    assert verify(token(o=None, fea="o:a", org_permissions=["org:a:b"])).permissions == frozenset()
    assert first(None, org_id=None, org_permissions=["org:a:b"]) == frozenset()
    assert second(fea="", per="", fpm="", org_permissions=["org:a:b"]) == frozenset()
    assert first(None, fea="o:a", o={"id": "org_x", "per": "b", "fpm": "1"}) == frozenset()

"""People as tokens describe them."""

from typing import Any

import pytest

from aether.adapters.oidc.profiles import ClaimNames, profile_of
from aether.domain.identity import TokenWithoutTenant
from aether.domain.users import Role

CLAIMS: dict[str, Any] = {"iss": "https://issuer.example", "sub": "f81d4fae", "tenant": "rivers"}


def test_keycloak_says_it_all() -> None:
    claims = CLAIMS | {
        "preferred_username": "ada",
        "name": "Ada  Lovelace",
        "email": "Ada@Example.com",
        "email_verified": True,
        "realm_access": {"roles": ["aether-user", "offline_access"]},
        "resource_access": {
            "aether-app": {"roles": ["notebook-admin"]},
            "other-app": {"roles": ["aether-admin"]},
        },
        "groups": ["/research", "/research/rivers"],
    }

    profile = profile_of(claims, names=ClaimNames(client="aether-app"))

    assert (profile.subject, profile.issuer) == ("f81d4fae", "https://issuer.example")
    assert (profile.username, profile.full_name) == ("ada", "Ada Lovelace")
    assert (profile.email, profile.tenant) == ("ada@example.com", "rivers")
    assert profile.roles == {Role.USER, Role.NOTEBOOK_ADMIN}
    assert profile.groups == {"/research", "/research/rivers"}


def test_a_bare_token_is_enough() -> None:
    profile = profile_of(CLAIMS, names=ClaimNames())

    assert profile.username == "f81d4fae"
    assert (profile.email, profile.full_name) == (None, None)
    assert (profile.roles, profile.groups) == (frozenset(), frozenset())


def test_a_plain_list_of_roles_counts() -> None:
    profile = profile_of(CLAIMS | {"roles": ["aether-viewer", "Owner"]}, names=ClaimNames())

    assert profile.roles == {Role.VIEWER}


@pytest.mark.parametrize("verified", [False, "true", 1, None])
def test_an_email_that_nobody_checked_does_not_count(verified: object) -> None:
    claims = CLAIMS | {"email": "ada@example.com", "email_verified": verified}

    assert profile_of(claims, names=ClaimNames()).email is None


@pytest.mark.parametrize(
    "nonsense",
    [
        {"realm_access": ["aether-admin"]},
        {"realm_access": {"roles": {"aether-admin": True}}},
        {"realm_access": {"roles": [["aether-admin"], None, 7]}},
        {"resource_access": {"aether-app": "aether-admin"}},
        {"resource_access": None},
        {"roles": {"aether-admin": 1}},
        {"groups": 7},
        {"preferred_username": ["ada"]},
        {"preferred_username": "  "},
        {"preferred_username": "ada\u202eeve"},
        {"preferred_username": "a" * 256},
        {"name": 7},
        {"name": "a" * 256},
        {"email": "nowhere", "email_verified": True},
        {"email": ["ada@example.com"], "email_verified": True},
    ],
    ids=str,
)
def test_claims_of_another_shape_say_nothing(nonsense: dict[str, Any]) -> None:
    plain = profile_of(CLAIMS, names=ClaimNames(client="aether-app"))

    assert profile_of(CLAIMS | nonsense, names=ClaimNames(client="aether-app")) == plain


def test_the_tenant_is_read_where_the_installation_says() -> None:
    claims = CLAIMS | {"https://aether.example/organization": ["seas"]}

    names = ClaimNames(tenant="https://aether.example/organization")

    assert profile_of(claims, names=names).tenant == "seas"


def test_a_token_without_a_tenant_belongs_to_the_default_one_if_there_is_one() -> None:
    claims = {name: claim for name, claim in CLAIMS.items() if name != "tenant"}

    assert profile_of(claims, names=ClaimNames(default_tenant="home")).tenant == "home"
    assert profile_of(CLAIMS, names=ClaimNames(default_tenant="home")).tenant == "rivers"
    with pytest.raises(TokenWithoutTenant):
        profile_of(claims, names=ClaimNames())


def test_an_issuer_of_one_tenant_cannot_speak_for_another() -> None:
    assert profile_of(CLAIMS, names=ClaimNames(tenant=None, default_tenant="home")).tenant == "home"


@pytest.mark.parametrize(
    "claimed",
    ["", "  ", None, 7, [], ["rivers", "seas"], {"id": "rivers"}, "a" * 256, "riv\x00ers"],
    ids=repr,
)
def test_an_unclear_tenant_is_none_at_all_and_not_the_default(claimed: object) -> None:
    with pytest.raises(TokenWithoutTenant):
        profile_of(CLAIMS | {"tenant": claimed}, names=ClaimNames(default_tenant="home"))

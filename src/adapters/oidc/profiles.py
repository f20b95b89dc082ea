"""Profiles: a person as the claims of a proved token describe them.

Roles are read where Keycloak puts them (`realm_access.roles`, `resource_access.<client>.roles`)
and from a plain `roles` claim; those that Aether does not know are left out. An e-mail address
counts only when the issuer says that it is verified.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aether.adapters.oidc.tokens import texts
from aether.domain import checks
from aether.domain.errors import Invalid
from aether.domain.identity import TokenInvalid, TokenWithoutTenant
from aether.domain.tenants import NAME_MOST as TENANT_MOST
from aether.domain.users import NAME_MOST, Profile, Role

SUBJECT_MOST = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNames:
    """Where an issuer's tokens say what differs from one installation to the next.

    Attributes:
        tenant: The claim that names the tenant's domain. None for an issuer that speaks for one
            tenant only, such as a realm of its own: then *default_tenant* is all it can name.
        default_tenant: The tenant of tokens without that claim; none if they are to be refused.
        client: The client whose `resource_access` roles count, besides those of the realm.
    """

    tenant: str | None = "tenant"
    default_tenant: str | None = None
    client: str | None = None


def profile_of(claims: Mapping[str, Any], *, names: ClaimNames) -> Profile:
    """The person whom *claims* describe.

    Raises:
        TokenInvalid: They name no subject.
        TokenWithoutTenant: They name no tenant or several, and there is no default.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_MOST:
        raise TokenInvalid("This token does not say who it is about.")
    return Profile(
        subject=subject,
        issuer=claims["iss"],
        tenant=_tenant(claims, names),
        username=_line(claims, "preferred_username") or subject,
        email=_email(claims),
        full_name=_line(claims, "name"),
        roles=_roles(claims, names),
        groups=texts(claims, "groups"),
    )


def _tenant(claims: Mapping[str, Any], names: ClaimNames) -> str:
    claimed = names.tenant is not None and names.tenant in claims
    named = texts(claims, str(names.tenant)) if claimed else {names.default_tenant or ""}
    try:
        (tenant,) = named
        return checks.line(tenant, field="tenant", most=TENANT_MOST)
    except (ValueError, Invalid) as error:
        raise TokenWithoutTenant from error


def _roles(claims: Mapping[str, Any], names: ClaimNames) -> frozenset[Role]:
    given = texts(claims, "realm_access", "roles") | texts(claims, "roles")
    if names.client:
        given |= texts(claims, "resource_access", names.client, "roles")
    return frozenset(role for role in Role if role in given)


def _line(claims: Mapping[str, Any], name: str) -> str | None:
    try:
        return checks.line(claims[name], field=name, most=NAME_MOST)
    except (KeyError, TypeError, Invalid):
        return None


def _email(claims: Mapping[str, Any]) -> str | None:
    try:
        return checks.email(claims["email"]) if claims.get("email_verified") is True else None
    except (KeyError, TypeError, Invalid):
        return None

"""Tenants in the API."""

import pytest

from tests.graphql.house import Caller

TENANT = "{ tenant { id name domain status } }"


@pytest.mark.engines
async def test_an_organisation_appears_with_its_first_person(ada: Caller, mallory: Caller, here: str) -> None:
    ours, theirs = (await ada.ask(TENANT))["tenant"], (await mallory.ask(TENANT))["tenant"]

    assert (ours["name"], ours["domain"], ours["status"]) == (here, here, "ACTIVE")
    assert ours["id"] != theirs["id"]


async def test_admins_name_their_organisation(root: Caller, ada: Caller) -> None:
    renamed = await root.do("updateTenant", "tenant { name }", name=" Riverside  Institute ")

    assert renamed["tenant"] == {"name": "Riverside Institute"}
    assert (await ada.ask(TENANT))["tenant"]["name"] == "Riverside Institute"
    assert await root.refused("updateTenant", name="x" * 256) == ("INVALID", ["input", "name"])
    assert await ada.refused("updateTenant", name="Mine") == ("ROLE_REQUIRED", [])

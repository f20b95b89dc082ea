"""Users in the API."""

import pytest

from tests.graphql.house import Caller

pytestmark = pytest.mark.engines


async def test_a_person_appears_at_first_sight(ada: Caller, here: str) -> None:
    viewer = (await ada.ask("{ viewer { id username fullName email roles status permissions } }"))["viewer"]

    assert viewer.pop("id").startswith("user_")
    assert viewer == {
        "username": "ada",
        "fullName": "Ada",
        "email": f"ada@{here}.example",
        "roles": ["USER"],
        "status": "ACTIVE",
        "permissions": [
            "documents:read",
            "documents:write",
            "keys:write",
            "notebooks:read",
            "notebooks:write",
            "search:read",
        ],
    }

"""Whether a child serves yet."""

import httpx


async def answers(url: str) -> bool:
    """Whether *url* is answered with success."""
    try:
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:  # noqa: S501 - plain HTTP
            return (await client.get(url)).is_success
    except httpx.TransportError:
        return False

"""The identity provider: people signed in by authorization code with PKCE, and out again."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import structlog
from typing_extensions import override

from aether.adapters.oidc import tokens
from aether.adapters.oidc.issuers import DEADLINE_S, PAUSE_S, Issuer
from aether.domain.errors import Unauthenticated
from aether.domain.identity import (
    IdentityProvider,
    IdentityUnavailable,
    Login,
    LoginRefused,
    SessionEnded,
    Tokens,
)

OURS = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"})
"""Refusals that are no fault of the person who signs in, but of how the client is set up."""

log = structlog.get_logger()


class _TurnedDown(Exception):
    """The provider refuses what was shown to it."""


class OidcIdentityProvider(IdentityProvider):
    """Signs people in at one OpenID Connect issuer, as one of its clients."""

    def __init__(
        self,
        issuer: Issuer,
        *,
        client_id: str,
        client_secret: str | None,
        http: httpx.AsyncClient,
        scope: str = "openid profile email",
        skew: timedelta = timedelta(seconds=30),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """*client_secret* is none for a public client, which proves itself by PKCE alone."""
        self._issuer = issuer
        self._client_id = client_id
        self._auth = _basic(client_id, client_secret) if client_secret is not None else httpx.Auth()
        self._named = {} if client_secret is not None else {"client_id": client_id}
        self._http = http
        self._scope = scope
        self._skew = skew
        self._now = now

    @override
    async def authorization_url(self, login: Login) -> str:
        endpoint = (await self._issuer.metadata()).authorization_endpoint
        return _with_query(
            _offered(endpoint),
            response_type="code",
            client_id=self._client_id,
            redirect_uri=login.callback,
            scope=self._scope,
            state=login.state,
            nonce=login.nonce,
            code_challenge=login.challenge,
            code_challenge_method="S256",
        )

    @override
    async def exchange(self, code: str, login: Login) -> Tokens:
        endpoint = (await self._issuer.metadata()).token_endpoint
        try:
            answer = await self._ask(
                endpoint,
                grant_type="authorization_code",
                code=code,
                redirect_uri=login.callback,
                code_verifier=login.verifier,
            )
        except _TurnedDown as error:
            raise LoginRefused("The identity provider does not accept this code: begin again.") from error
        received = self._received(answer)
        await self._check_identity(received.identity, nonce=login.nonce)
        return received

    @override
    async def refresh(self, token: str) -> Tokens:
        endpoint = (await self._issuer.metadata()).token_endpoint
        try:
            answer = await self._ask(endpoint, grant_type="refresh_token", refresh_token=token)
        except _TurnedDown as error:
            raise SessionEnded from error
        return self._received(answer)

    @override
    async def introspect(self, token: str) -> bool:
        endpoint = (await self._issuer.metadata()).introspection_endpoint
        try:
            return (await self._ask(endpoint, token=token)).get("active") is True
        except _TurnedDown:
            return False

    @override
    async def end_session(self, *, refresh: str | None, identity: str | None, return_to: str) -> str | None:
        metadata = await self._issuer.metadata()
        if refresh and metadata.revocation_endpoint:
            try:
                await self._ask(metadata.revocation_endpoint, token=refresh, token_type_hint="refresh_token")  # noqa: S106
            except _TurnedDown:
                log.info("session_had_ended_before")
        if metadata.end_session_endpoint is None:
            return None
        hint = {"id_token_hint": identity} if identity else {}
        return _with_query(
            metadata.end_session_endpoint,
            client_id=self._client_id,
            post_logout_redirect_uri=return_to,
            **hint,
        )

    async def _ask(self, endpoint: str | None, **form: str) -> Mapping[str, Any]:
        """What the provider answers at *endpoint*, to which it is shown who we are.

        Raises:
            _TurnedDown: It refuses what *form* shows.
            IdentityUnavailable: It does not answer, or refuses ourselves.
        """
        url = _offered(endpoint)
        try:
            async with asyncio.timeout(DEADLINE_S):
                answer = await self._http.post(url, data=form | self._named, auth=self._auth)
            said = answer.json() if answer.content else {}
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            log.warning("identity_provider_not_understood", url=url, error=type(error).__name__)
            raise IdentityUnavailable(retry_after_s=PAUSE_S) from error
        if answer.is_success and isinstance(said, dict):
            return said
        reason = said.get("error") if isinstance(said, dict) else None
        if answer.is_client_error and isinstance(reason, str) and reason not in OURS:
            raise _TurnedDown(reason)
        log.error("identity_provider_refuses_us", url=url, status=answer.status_code, reason=reason)
        raise IdentityUnavailable("The identity provider does not answer as it should.")

    def _received(self, answer: Mapping[str, Any]) -> Tokens:
        access, refresh, identity = (answer.get(f"{kind}_token") for kind in ("access", "refresh", "id"))
        expires_in, refresh_expires_in = answer.get("expires_in"), answer.get("refresh_expires_in")
        if not isinstance(access, str) or not isinstance(expires_in, int):
            log.error("identity_provider_gave_no_token", issuer=self._issuer.url)
            raise IdentityUnavailable("The identity provider does not answer as it should.")
        now = self._now()
        refreshable = timedelta(seconds=refresh_expires_in if isinstance(refresh_expires_in, int) else 0)
        return Tokens(
            access=access,
            expires_at=now + timedelta(seconds=expires_in),
            refresh=refresh if isinstance(refresh, str) else None,
            refresh_expires_at=now + refreshable if refreshable else None,
            identity=identity if isinstance(identity, str) else None,
        )

    async def _check_identity(self, identity: str | None, *, nonce: str) -> None:
        """Refuse an identity token that was not made for us, and for this very login."""
        try:
            token = tokens.read(identity or "")
            claims = await tokens.prove(token, issuer=self._issuer, now=self._now(), skew=self._skew)
        except Unauthenticated as error:
            raise LoginRefused(f"The identity provider sent no good identity token. {error}") from error
        ours = self._client_id in tokens.texts(claims, "aud")
        if not ours or claims.get("nonce") != nonce:
            raise LoginRefused("The identity token belongs to another login: begin again.")


def _basic(client_id: str, secret: str) -> httpx.Auth:
    """Client and secret as RFC 6749 wants them, in the form's encoding."""
    return httpx.BasicAuth(quote(client_id, safe=""), quote(secret, safe=""))


def _offered(endpoint: str | None) -> str:
    if endpoint is None:
        raise IdentityUnavailable("The identity provider does not offer this.")
    return endpoint


def _with_query(url: str, **parameters: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"

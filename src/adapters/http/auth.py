"""Signing in and out: plain routes between a browser and the identity provider.

Tokens are kept in cookies that no script can read; those that renew a session go to these
routes only. A browser that signs in carries one secret of its own for ten minutes. State,
nonce and PKCE verifier follow from it and from our key, so nothing is remembered between
the two halves of a login, any replica can answer, and several tabs may sign in at once.
"""

import base64
import hmac
import json
import math
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from aether.domain import identity
from aether.domain.errors import (
    AetherError,
    Conflict,
    Forbidden,
    Invalid,
    Missing,
    Unauthenticated,
    Unavailable,
)
from aether.domain.identity import (
    Credential,
    CredentialKind,
    CrossSite,
    IdentityProvider,
    Login,
    LoginRefused,
    LoginStale,
    SessionEnded,
    Sessions,
    Tokens,
    TokenVerifier,
)
from aether.domain.jobs import QueueFull

TOKEN_COOKIE = "aether_token"  # noqa: S105
REFRESH_COOKIE = "aether_refresh"
IDENTITY_COOKIE = "aether_identity"
LOGIN_COOKIE = "aether_login"
COOKIE_MOST = 4_000
"""The longest value of a cookie that every browser keeps, name and attributes left aside."""
API_KEY_HEADER = "X-API-Key"
REQUEST_HEADER = "X-Aether-Request"
"""A header that no foreign page can set. Its value does not matter."""
LOGIN_TTL = timedelta(minutes=10)
TOKEN_LASTS = timedelta(hours=24)
"""The longest life of a token: other tabs may hold newer ones of the same session."""
KEY_LEAST = 32
"""The shortest key that states may be signed with, in bytes."""

STATUS: Mapping[type[AetherError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    Missing: 404,
    Conflict: 409,
    Invalid: 400,
    QueueFull: 429,
    Unavailable: 503,
}
"""How each class of error is told in HTTP."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ERROR = re.compile(r"[a-z_]{1,40}")


def auth_routes(
    provider: IdentityProvider,
    verifier: TokenVerifier,
    *,
    origins: Sequence[str],
    key: bytes,
    sessions: Sessions | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Route]:
    """The routes `/auth/login`, `/auth/callback`, `/auth/refresh` and `/auth/logout`.

    Args:
        provider: Where people sign in.
        verifier: What an access token must satisfy before it is kept.
        origins: Where browsers find this Aether, such as `https://aether.example.com`; the first is
            meant when a request names none of them. Pages from there may refresh and log out.
        key: What states are signed with; the same for all replicas.
        sessions: Where it is noted that a session ended, so that its access token opens nothing more.
        now: The clock.

    Raises:
        ValueError: The key is too short, or an origin is neither https nor on this machine.
    """
    if len(key) < KEY_LEAST:
        raise ValueError(f"The key for logins needs at least {KEY_LEAST} bytes.")
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError(f"Cookies with tokens go over https only: {origin} does not.")
    doors = _Doors(
        provider, verifier, origins=origins, logins=Logins(key, now=now), sessions=sessions, now=now
    )
    return [
        Route("/auth/login", _answered(doors.login), methods=["GET"]),
        Route("/auth/callback", _answered(doors.callback), methods=["GET"]),
        Route("/auth/refresh", _answered(doors.refresh), methods=["POST"]),
        Route("/auth/logout", _answered(doors.logout), methods=["POST"]),
    ]


def credential_of(
    headers: Mapping[str, object],
    cookies: Mapping[str, str],
    *,
    api_key_header: str = API_KEY_HEADER,
) -> Credential | None:
    """What a request, or the first message on a socket, shows to prove who sends it.

    What is sent on purpose goes before what the browser sends unasked: a bearer token, then an
    API key, then the cookie. A credential of kind `cookie` counts only `from_our_pages`.

    Args:
        headers: Names in any case; values that are no text are passed over.
        cookies: The request's cookies.
        api_key_header: The name of the header with the API key.
    """
    shown = {name.lower(): text for name, text in headers.items() if isinstance(text, str)}
    scheme, _, token = shown.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return Credential(kind=CredentialKind.BEARER, secret=token.strip())
    if key := shown.get(api_key_header.lower(), "").strip():
        return Credential(kind=CredentialKind.API_KEY, secret=key)
    if cookie := cookies.get(TOKEN_COOKIE):
        return Credential(kind=CredentialKind.COOKIE, secret=cookie)
    return None


def from_our_pages(headers: Mapping[str, str], *, origins: Sequence[str]) -> bool:
    """Whether a page at one of *origins* sent this, or a program, and not a foreign page.

    Browsers tell where a page is from; without their word it takes a header that only our pages
    and programs can set. *headers* finds names in lower case.
    """
    if origin := headers.get("origin"):
        return origin in origins
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    return REQUEST_HEADER.lower() in headers


def error_response(error: AetherError) -> JSONResponse:
    """The error as an answer: `{"error": {"code", "message"}}`."""
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else {}
    if isinstance(error, Unavailable) and error.retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    body = {"error": {"code": error.code, "message": error.message}}
    return JSONResponse(body, status_code=status, headers=headers)


class Logins:
    """Logins under way, each remembered by nobody but the browser and the state itself."""

    def __init__(self, key: bytes, *, now: Callable[[], datetime]) -> None:
        self._key = key
        self._now = now

    def begin(self, browser: str, *, redirect: str, callback: str) -> Login:
        """A login of *browser* that shall end at *redirect*."""
        facts = json.dumps([secrets.token_hex(8), self._now().timestamp(), redirect])
        return self._login(browser, _text(facts.encode()), callback)

    def resume(self, browser: str, state: str, *, callback: str) -> tuple[Login, str]:
        """The login that *browser* began, and where it shall end.

        Raises:
            LoginStale: This browser began no such login in the last ten minutes.
        """
        body, _, _ = state.partition(".")
        login = self._login(browser, body, callback)
        if not hmac.compare_digest(login.state.encode(), state.encode()):
            raise LoginStale
        _, began, redirect = json.loads(base64.urlsafe_b64decode(f"{body}=="))
        if self._now().timestamp() - began > LOGIN_TTL.total_seconds():
            raise LoginStale
        return login, redirect

    def _login(self, browser: str, body: str, callback: str) -> Login:
        """The login whose parts follow from *browser* and *body*."""

        def derived(purpose: str) -> str:
            return _text(hmac.digest(self._key, f"{purpose}:{browser}:{body}".encode(), "sha256"))

        return Login(
            state=f"{body}.{derived('state')}",
            nonce=derived("nonce"),
            verifier=derived("verifier"),
            callback=callback,
        )


class _Doors:
    """The endpoints."""

    def __init__(
        self,
        provider: IdentityProvider,
        verifier: TokenVerifier,
        *,
        origins: Sequence[str],
        logins: Logins,
        sessions: Sessions | None,
        now: Callable[[], datetime],
    ) -> None:
        self._provider = provider
        self._verifier = verifier
        self._origins = origins
        self._logins = logins
        self._sessions = sessions
        self._now = now

    async def login(self, request: Request) -> Response:
        """Send the browser to the provider, to come back to `redirect`."""
        redirect = identity.redirect(request.query_params.get("redirect", "/"))
        browser = request.cookies.get(LOGIN_COOKIE) or secrets.token_urlsafe(32)
        callback = self._callback(request)
        login = self._logins.begin(browser, redirect=redirect, callback=callback)
        response = RedirectResponse(await self._provider.authorization_url(login), status_code=303)
        self._set(request, response, LOGIN_COOKIE, browser, lasts=LOGIN_TTL, path="/auth")
        return response

    async def callback(self, request: Request) -> Response:
        """Take the browser back, with its tokens in cookies."""
        asked = request.query_params
        browser = request.cookies.get(LOGIN_COOKIE, "")
        callback = self._callback(request)
        login, redirect = self._logins.resume(browser, asked.get("state", ""), callback=callback)
        if (code := asked.get("code")) is None:
            reason = asked.get("error", "")
            told = reason if _ERROR.fullmatch(reason) else "no_code"
            raise LoginRefused(f"The identity provider did not let you in: {told}.")
        tokens = await self._provider.exchange(code, login)
        await self._verifier.verify(tokens.access)
        response = RedirectResponse(f"{self._origin(request)}{redirect}", status_code=303)
        self._keep(request, response, tokens)
        return response

    async def refresh(self, request: Request) -> Response:
        """Renew the tokens; tell when the access token ends next."""
        self._guard(request)
        token = request.cookies.get(REFRESH_COOKIE)
        if token is None:
            raise SessionEnded
        try:
            tokens = await self._provider.refresh(token)
        except SessionEnded as error:
            return self._forget(request, error_response(error))
        response = JSONResponse({"expiresAt": tokens.expires_at.isoformat()})
        self._keep(request, response, tokens)
        return response

    async def logout(self, request: Request) -> Response:
        """End the session, here in any case; tell where the browser ends it at the provider."""
        self._guard(request)
        await self._end(request.cookies.get(TOKEN_COOKIE))
        try:
            url = await self._provider.end_session(
                refresh=request.cookies.get(REFRESH_COOKIE),
                identity=request.cookies.get(IDENTITY_COOKIE),
                return_to=f"{self._origin(request)}/",
            )
        except Unavailable as error:
            return self._forget(request, error_response(error))
        return self._forget(request, JSONResponse({"logoutUrl": url}))

    async def _end(self, token: str | None) -> None:
        """Note that the session of *token* ended, if it was good until now."""
        if token is None or self._sessions is None:
            return
        with suppress(AetherError):
            verified = await self._verifier.verify(token)
            if verified.session is not None:
                await self._sessions.end(verified.session, seconds=TOKEN_LASTS.total_seconds())

    def _guard(self, request: Request) -> None:
        if not from_our_pages(request.headers, origins=self._origins):
            raise CrossSite

    def _origin(self, request: Request) -> str:
        """The origin the browser used, if it is one of ours. No other name is ever believed."""
        host = request.headers.get("host")
        return next((it for it in self._origins if urlsplit(it).netloc == host), self._origins[0])

    def _callback(self, request: Request) -> str:
        return f"{self._origin(request)}/auth/callback"

    def _keep(self, request: Request, response: Response, tokens: Tokens) -> None:
        """Give the browser its tokens. One that is not given anew stays as it is."""
        if len(tokens.access) > COOKIE_MOST:
            raise LoginRefused(
                f"The provider's token has {len(tokens.access)} characters, and browsers keep {COOKIE_MOST}: "
                "it must carry fewer claims."
            )
        now = self._now()
        self._set(request, response, TOKEN_COOKIE, tokens.access, lasts=tokens.expires_at - now, path="/")
        lasts = tokens.refresh_expires_at - now if tokens.refresh_expires_at else None
        for name, value in ((REFRESH_COOKIE, tokens.refresh), (IDENTITY_COOKIE, tokens.identity)):
            if value is not None and len(value) <= COOKIE_MOST:
                self._set(request, response, name, value, lasts=lasts, path="/auth")

    def _forget(self, request: Request, response: Response) -> Response:
        self._set(request, response, TOKEN_COOKIE, "", lasts=timedelta(0), path="/")
        for name in (REFRESH_COOKIE, IDENTITY_COOKIE, LOGIN_COOKIE):
            self._set(request, response, name, "", lasts=timedelta(0), path="/auth")
        return response

    def _set(
        self,
        request: Request,
        response: Response,
        name: str,
        value: str,
        *,
        lasts: timedelta | None,
        path: str,
    ) -> None:
        """Set a cookie that no script reads and no foreign page sends; until the browser ends, or *lasts*."""
        response.set_cookie(
            name,
            value,
            max_age=None if lasts is None else max(0, int(lasts.total_seconds())),
            path=path,
            secure=self._origin(request).startswith("https:"),
            httponly=True,
            samesite="lax",
        )


def _answered(
    endpoint: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """*endpoint*, its refusals told in JSON, its answers kept by no cache, its address told to nobody."""

    async def answer(request: Request) -> Response:
        try:
            response = await endpoint(request)
        except AetherError as error:
            response = error_response(error)
        response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        return response

    return answer


def _text(octets: bytes) -> str:
    """The octets in letters that fit into addresses."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

"""The issuer: a small, real OpenID Connect provider for the embedded profile.

People are a given list and pick themselves without a password, which is why it serves one
machine only and refuses to exist in a cluster. Tokens look like Keycloak's. Its name stays
the same whatever port it is reached at, so that people stay the same from start to start.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin

from starlette.datastructures import QueryParams
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from aether.adapters.local_issuer.guard import LoopbackOnly
from aether.adapters.local_issuer.keys import SigningKey
from aether.adapters.local_issuer.mint import CLIENT, NAME, TTL, Mint
from aether.adapters.local_issuer.sessions import Sessions
from aether.domain import checks
from aether.domain.errors import Missing
from aether.domain.users import Profile

PATH = "/local-issuer"
TTL_MOST = timedelta(hours=24)
FORM_MOST = 16_384

_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in to Aether</title>
<style>body{{font:1.1rem system-ui;max-width:24rem;margin:15vh auto;padding:0 1rem}}
button{{display:block;width:100%;margin:.6rem 0;padding:.8rem;font:inherit;text-align:left}}</style>
<h1>Who are you?</h1>
<p>These people live on this machine only, so none has a password.</p>
<form method="post">{people}</form></html>"""


class PersonMissing(Missing):
    """The local issuer knows nobody of this name."""

    code = "PERSON_NOT_FOUND"

    def __init__(self, username: str) -> None:
        super().__init__(f"The local issuer knows no {username}.")


class LocalIssuer:
    """An OpenID Connect issuer for people of this machine.

    Attributes:
        discovery_url: Where its discovery document is served.
    """

    def __init__(
        self,
        *,
        profile: str,
        folder: Path,
        people: Iterable[Profile],
        base_url: str,
        callbacks: Collection[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """*base_url* is the origin the routes are served at, *callbacks* are where codes may be sent.

        Raises:
            ValueError: *profile* is not `embedded`.
            PermissionError: Others may read the key in *folder*.
        """
        if profile != "embedded":
            raise ValueError(
                f"The local issuer gives tokens to anybody: it has no place in profile {profile}."
            )
        self._people = {person.username: person for person in people}
        self._url = f"{base_url.rstrip('/')}{PATH}"
        self._callbacks = frozenset(callbacks)
        self._now = now
        self._key = SigningKey.kept_in(folder)
        self._mint = Mint(self._key, now=now)
        self._sessions = Sessions(now=now)
        self.discovery_url = f"{self._url}/.well-known/openid-configuration"

    def mint(self, username: str, *, ttl: timedelta = TTL) -> str:
        """An access token of that person's, outside any session, for *ttl*, which is 24 hours at most.

        Raises:
            PersonMissing: There is no such person.
            Invalid: *ttl* is too long, or nothing.
        """
        most = int(TTL_MOST.total_seconds())
        seconds = checks.number(int(ttl.total_seconds()), field="ttl", least=1, most=most)
        person = self._people.get(username)
        if person is None:
            raise PersonMissing(username)
        return self._mint.access(person, ttl_s=seconds)

    def routes(self) -> list[Mount]:
        """The routes, which answer requests of this machine only."""
        doors = [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/keys", self._keys),
            Route("/authorize", self._ask_who, methods=["GET"]),
            Route("/authorize", self._let_in, methods=["POST"]),
            Route("/token", self._token, methods=["POST"]),
            Route("/introspect", self._introspect, methods=["POST"]),
            Route("/revoke", self._revoke, methods=["POST"]),
            Route("/logout", self._logout),
        ]
        return [Mount(PATH, routes=doors, middleware=[Middleware(LoopbackOnly)])]

    async def _discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": NAME,
                "jwks_uri": f"{self._url}/keys",
                "authorization_endpoint": f"{self._url}/authorize",
                "token_endpoint": f"{self._url}/token",
                "introspection_endpoint": f"{self._url}/introspect",
                "revocation_endpoint": f"{self._url}/revoke",
                "end_session_endpoint": f"{self._url}/logout",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["none"],
            }
        )

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._key.jwk]})

    async def _ask_who(self, request: Request) -> Response:
        if fault := self._fault(request.query_params):
            return _refused("invalid_request", fault)
        people = "".join(
            f'<button name="person" value="{escape(person.username)}">'
            f"{escape(person.full_name or person.username)}</button>"
            for person in self._people.values()
        )
        return HTMLResponse(_PAGE.format(people=people), headers={"Content-Security-Policy": _CSP})

    async def _let_in(self, request: Request) -> Response:
        asked = request.query_params
        if fault := self._fault(asked):
            return _refused("invalid_request", fault)
        person = self._people.get((await _form(request)).get("person", ""))
        if person is None:
            return _refused("access_denied", "There is no such person.")
        callback = asked["redirect_uri"]
        code = self._sessions.begin(
            person, nonce=asked.get("nonce", ""), challenge=asked["code_challenge"], callback=callback
        )
        answer = urlencode({"code": code, "state": asked.get("state", "")})
        return RedirectResponse(f"{callback}?{answer}", status_code=303)

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        match form.get("grant_type"):
            case "authorization_code":
                opened = self._sessions.open(
                    form.get("code", ""),
                    verifier=form.get("code_verifier", ""),
                    callback=form.get("redirect_uri", ""),
                )
            case "refresh_token":
                token = form.get("refresh_token", "")
                session = self._sessions.get(token)
                opened = (token, session) if session else None
            case _:
                return _refused("unsupported_grant_type", "Only codes and refresh tokens are exchanged.")
        if opened is None:
            return _refused("invalid_grant", "This is unknown, used, or has ended.")
        refresh, session = opened
        return JSONResponse(
            self._mint.tokens(session, refresh=refresh), headers={"Cache-Control": "no-store"}
        )

    async def _introspect(self, request: Request) -> Response:
        token = (await _form(request)).get("token", "")
        claims = self._key.proved(token) or {}
        lasts = claims.get("exp", 0) > self._now().timestamp()
        in_session = "sid" not in claims or self._sessions.is_open(claims["sid"])
        return JSONResponse({"active": bool(self._sessions.get(token)) or (lasts and in_session)})

    async def _revoke(self, request: Request) -> Response:
        self._sessions.end(refresh=(await _form(request)).get("token", ""))
        return Response()

    async def _logout(self, request: Request) -> Response:
        claims = self._key.proved(request.query_params.get("id_token_hint", "")) or {}
        if "sid" in claims:
            self._sessions.end(id=claims["sid"])
        return_to = request.query_params.get("post_logout_redirect_uri", "")
        if return_to not in {urljoin(callback, "/") for callback in self._callbacks}:
            return HTMLResponse("<!doctype html><title>Aether</title><p>You are signed out.")
        return RedirectResponse(return_to, status_code=303)

    def _fault(self, asked: QueryParams) -> str | None:
        """What is wrong with a request for a code; none if nothing is."""
        if asked.get("client_id") != CLIENT:
            return f"The only client is {CLIENT}."
        if asked.get("redirect_uri") not in self._callbacks:
            return "Codes are not sent to this redirect_uri."
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            return "Only response_type=code with code_challenge_method=S256 is answered."
        return None if asked.get("code_challenge") else "The code_challenge is missing."


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of an urlencoded body; none of one that is too long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > FORM_MOST:
            return {}
    return dict(parse_qsl(body.decode(errors="replace")))


def _refused(error: str, description: str) -> Response:
    """A refusal in OAuth's own words."""
    return JSONResponse({"error": error, "error_description": description}, status_code=400)

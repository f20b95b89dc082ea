"""Admission: from a credential to the viewer it lets in.

A person appears in the graph at first sight of a valid token, and follows it from then on.
What was admitted is remembered for seconds only, so that whoever is shut out stays outside.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aether.domain import keys, tenants, users
from aether.domain.errors import Refused
from aether.domain.graph import Graph, Work
from aether.domain.identity import Credential, CredentialKind, SessionEnded, Sessions, TokenVerifier
from aether.domain.moments import Moment
from aether.domain.tenants import Tenant, TenantId
from aether.domain.users import Profile, UserId
from aether.domain.viewers import Viewer

REMEMBERED_FOR = timedelta(seconds=10)
REMEMBERED_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Admitted:
    viewer: Viewer
    until: datetime


class Doorkeeper:
    """Lets people and programs in."""

    def __init__(
        self, graph: Graph, verifier: TokenVerifier, sessions: Sessions, *, moment: Callable[[], Moment]
    ) -> None:
        self._graph = graph
        self._verifier = verifier
        self._sessions = sessions
        self._moment = moment
        self._remembered: OrderedDict[bytes, _Admitted] = OrderedDict()

    async def admit(self, credential: Credential) -> Viewer:
        """The viewer whom *credential* lets in.

        Raises:
            Unauthenticated: It proves nothing.
            TenantSuspended: Its tenant is suspended.
            UserShutOut: Its person is inactive or suspended.
            Unavailable: It cannot be checked now.
        """
        at = self._moment()
        digest = hashlib.sha256(credential.secret.encode(errors="surrogatepass")).digest()
        known = self._remembered.get(digest)
        if known is not None and at.now < known.until:
            return known.viewer
        try:
            admitted = await self._checked(credential, at)
        except Refused:
            self._remembered.pop(digest, None)
            raise
        self._remember(digest, admitted)
        return admitted.viewer

    async def _checked(self, credential: Credential, at: Moment) -> _Admitted:
        until = at.now + REMEMBERED_FOR
        if credential.kind is CredentialKind.API_KEY:
            viewer = await self._graph.read(keys.enter, secret=credential.secret, at=at)
            graph = self._graph.within(viewer.tenant)
            (await graph.read(tenants.get)).admitted()
            await graph.write(keys.touch, secret=credential.secret, at=at)
            return _Admitted(viewer=viewer, until=until)
        verified = await self._verifier.verify(credential.secret)
        if verified.session is not None and await self._sessions.ended(verified.session):
            raise SessionEnded
        viewer = await self._settled(verified.profile, at)
        return _Admitted(viewer=viewer, until=min(until, verified.expires_at))

    async def _settled(self, profile: Profile, at: Moment) -> Viewer:
        fresh = Tenant.new(id=TenantId(at.id("tenant")), domain=profile.tenant, now=at.now)
        tenant = (await self._graph.write(_claimed, fresh)).admitted()
        user = await self._graph.within(tenant.id).write(
            users.settle, profile, tenant=tenant.id, id=UserId(at.id("user")), at=at
        )
        return Viewer.of(user)

    def _remember(self, digest: bytes, admitted: _Admitted) -> None:
        self._remembered[digest] = admitted
        self._remembered.move_to_end(digest)
        while len(self._remembered) > REMEMBERED_MOST:
            self._remembered.popitem(last=False)


async def _claimed(work: Work, fresh: Tenant) -> Tenant:
    return await work.tenants.claim(fresh)

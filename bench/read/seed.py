"""Planting the world in a graph: nodes and relationships by Aether's own statements, many at a time."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from neo4j import GraphDatabase, Session

from aether.adapters.local_issuer.mint import NAME as ISSUER
from aether.adapters.neo4j import statements
from aether.bootstrap.parts import shipped
from aether.settings import Settings
from bench.read.world import BEGUN, DOMAIN, World

AT_A_TIME = 1_000

_TENANT = """
CREATE (:Tenant {
  id: $tenant, domain: $domain, name: $domain, status: 'active', settings: '{}',
  created_at: $at, updated_at: $at
})
"""
_SETTLED = """
UNWIND $rows AS row
MATCH (notebook:Notebook {id: row.id, tenant: $tenant})
SET notebook.document_count = row.count, notebook.total_size_bytes = row.bytes, notebook.scope_ = row.scope
"""
_USERS = """
MATCH (home:Tenant {id: $tenant})
UNWIND $rows AS row
CREATE (:User {
  id: row.id, tenant: $tenant, issuer: $issuer, subject: row.subject, username: row.username,
  email: row.email, full_name: row.full_name, roles: ['aether-user'], groups: [],
  preferences: '{}', status: 'active', created_at: row.at, updated_at: row.at, last_seen_at: row.at
})-[:BELONGS_TO]->(home)
"""


async def plant(world: World, settings: Settings) -> None:
    """Fill the graph that *settings* name, which is migrated and empty."""
    await asyncio.to_thread(_planted, world, settings)


def _planted(world: World, settings: Settings) -> None:
    cypher = statements.load(shipped("cypher"))
    auth = (settings.graph_user, settings.graph_password.get_secret_value())
    with (
        GraphDatabase.driver(settings.graph_url, auth=auth) as driver,
        driver.session(database=settings.graph_database) as session,
    ):
        planter = _Planter(session, world.tenant)
        planter.run(_TENANT, domain=DOMAIN, at=BEGUN)
        planter.each(_USERS, world.users, issuer=ISSUER)
        planter.each(cypher["notebooks/add"].text, (notebook.row for notebook in world.notebooks))
        nested = [{"id": it.id, "parent": it.parent} for it in world.notebooks if it.parent]
        planter.each(cypher["notebooks/nest"].text, nested)
        planter.each(_SETTLED, _settled(world))
        planter.each(_uncounted(cypher["documents/add"].text), world.documents())
        planter.each(cypher["collaborations/put"].text, _grants(world))


def _uncounted(add: str) -> str:
    """Aether's statement for new documents, without its counting: once for each notebook will do."""
    kept, counting, _ = add.partition("SET notebook.document_count")
    assert counting
    return f"{kept} RETURN count(*) AS kept"


def _settled(world: World) -> Iterator[Mapping[str, Any]]:
    """What the notebooks know of their documents and their place, which Aether finds out one by one."""
    bytes_of = Counter[str]()
    for document in world.documents():
        bytes_of[document["notebook"]] += document["file_size"]
    for it in world.notebooks:
        yield {"id": it.id, "count": it.documents, "bytes": bytes_of[it.id], "scope": it.scope}


def _grants(world: World) -> Iterator[Mapping[str, Any]]:
    for place, (user, notebook) in enumerate(world.grants):
        level = 1 + place % 3
        yield {
            "user": world.users[user]["id"],
            "notebook": notebook.id,
            "permission": ("read", "comment", "write")[level - 1],
            "level": level,
            "status": "active",
            "message": "",
            "granted_by": notebook.row["owner"],
            "granted_at": notebook.row["created_at"],
            "accepted_at": notebook.row["created_at"],
            "revoked_at": None,
        }


class _Planter:
    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def each(self, statement: str, rows: Iterable[Mapping[str, Any]], **params: Any) -> None:
        """Run *statement* for all rows, many at a time."""
        waiting = iter(rows)
        while some := list(itertools.islice(waiting, AT_A_TIME)):
            self.run(statement, rows=some, **params)

    def run(self, statement: str, **params: Any) -> None:
        self._session.run(statement, tenant=self._tenant, **params).consume()

"""The graph of the race before it is planted: always the same one for a scale."""

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from aether.adapters.local_issuer.mint import NAME as ISSUER
from aether.adapters.neo4j.rows import text_of, words_of
from aether.domain.compliance import ComplianceSettings
from aether.domain.moments import Moment
from aether.domain.users import Profile, Role

DOMAIN = "rivers"
BEGUN = datetime(2026, 1, 5, 8, tzinfo=UTC)

USERS, NOTEBOOKS, DOCUMENTS = 2_000, 20_000, 200_000
KEEPERS, KEPT = 200, 60
"""So many users own so many notebooks each; the other users share the rest."""
VIEWERS, PEOPLE = 10, 100
"""The keepers who read, and the users who write; these have tokens."""
LARGE, LARGE_DOCUMENTS = 20, 120
"""Notebooks that hold a hundred documents and more; the viewers share them among each other."""
DOCUMENTS_LEAST = 5
NESTED, DEEPEST, ELSEWHERE = 0.25, 4, 0.1
"""The share of notebooks that lie in another, how deep at most, and how many of those in somebody else's."""
PUBLIC = 0.02
GRANTS = 0.25
"""Grants for each notebook."""

_WATERS = ["river", "delta", "flood", "survey", "gauge", "spring", "basin", "canal"]
_TEXTS = ["report", "draft", "model", "theory", "review", "index", "notes"]
_TAGS = [f"{first}-{second}" for first in _WATERS for second in _TEXTS]

Row = dict[str, Any]


@dataclass(slots=True)
class Notebook:
    """A notebook, as far as the race asks about it.

    Attributes:
        scope: The tenant and every notebook on the path, as the full-text indexes want it.
    """

    id: str
    owner: int
    depth: int
    scope: str
    row: Row
    parent: str | None = None
    documents: int = DOCUMENTS_LEAST


@dataclass(frozen=True)
class World:
    """Everything in the graph.

    Attributes:
        scale: 1 for 20,000 notebooks.
    """

    scale: float = 1.0

    @cached_property
    def tenant(self) -> str:
        return self._id("tenant", 0)

    @cached_property
    def keepers(self) -> int:
        return max(VIEWERS, round(KEEPERS * self.scale))

    @cached_property
    def users(self) -> Sequence[Row]:
        """The people, the keepers first."""
        return [_user(self._id("user", place), place) for place in range(round(USERS * self.scale))]

    @cached_property
    def notebooks(self) -> Sequence[Notebook]:
        """The notebooks, parents before their children, the large ones first."""
        chance = random.Random("notebooks")
        made: list[Notebook] = []
        of_owner: dict[int, list[Notebook]] = defaultdict(list)
        for place in range(round(NOTEBOOKS * self.scale)):
            owner = self._owner(place)
            parent = None if place < LARGE else _parent(chance, made, of_owner[owner])
            notebook = self._notebook(chance, place, owner, parent)
            made.append(notebook)
            of_owner[owner].append(notebook)
        small = made[LARGE:]
        for notebook in made[:LARGE]:
            notebook.documents = LARGE_DOCUMENTS
        left = round(DOCUMENTS * self.scale) - sum(notebook.documents for notebook in made)
        for place, more in Counter(chance.choices(range(len(small)), k=left)).items():
            small[place].documents += more
        return made

    @cached_property
    def grants(self) -> Sequence[tuple[int, Notebook]]:
        """Who works on whose notebook: the viewers on all large ones, others here and there."""
        chance, notebooks = random.Random("grants"), range(len(self.notebooks))
        found = {(user, place) for user in range(VIEWERS) for place in range(LARGE)}
        found |= {(user, place) for user in range(VIEWERS) for place in chance.sample(notebooks, 20)}
        for _ in range(round(GRANTS * len(notebooks))):
            found.add((chance.randrange(len(self.users)), chance.choice(notebooks)))
        pairs = [(user, self.notebooks[place]) for user, place in sorted(found)]
        return [(user, notebook) for user, notebook in pairs if notebook.owner != user]

    def documents(self) -> Iterator[Row]:
        """The documents, notebook by notebook."""
        chance = random.Random("documents")
        lying = (notebook for notebook in self.notebooks for _ in range(notebook.documents))
        for place, notebook in enumerate(lying):
            yield self._document(chance, place, notebook)

    def readable(self, viewer: int) -> Sequence[str]:
        """Notebooks with ten documents and more that a viewer reads: own, shared, public, and below those."""
        shared = {notebook.id for user, notebook in self.grants if user == viewer}
        public = {it.id for it in self.notebooks if it.row["visibility"] == "public"}
        full = [it for it in self.notebooks[LARGE:] if it.documents >= 10]
        own = [it.id for it in full if it.owner == viewer]
        others = [it for it in full if it.owner != viewer]
        return [
            *own[:30],
            *[it.id for it in others if it.id in shared][:10],
            *[it.id for it in others if it.parent in shared][:5],
            *[it.id for it in others if it.id in public][:5],
        ]

    @cached_property
    def large(self) -> Sequence[str]:
        """The notebooks of a hundred documents and more, which every viewer reads."""
        return [notebook.id for notebook in self.notebooks[:LARGE]]

    def profile(self, user: int) -> Profile:
        """A user as their token describes them."""
        row = self.users[user]
        return Profile(
            subject=row["subject"],
            issuer=ISSUER,
            tenant=DOMAIN,
            username=row["username"],
            email=row["email"],
            full_name=row["full_name"],
            roles=frozenset({Role.USER}),
        )

    def _owner(self, place: int) -> int:
        if place < self.keepers * KEPT:
            return place % self.keepers
        return self.keepers + place % (len(self.users) - self.keepers)

    def _notebook(self, chance: random.Random, place: int, owner: int, parent: Notebook | None) -> Notebook:
        name = f"{_words(chance, 2).title()} {place:05}"
        row = {
            "id": self._id("notebook", place),
            "owner": self.users[owner]["id"],
            "name": name,
            "search_name": name.casefold(),
            "words": words_of(name),
            "description": _words(chance, 8),
            "visibility": "public" if place >= LARGE and chance.random() < PUBLIC else "private",
            "status": "active",
            "compliance_settings": text_of(ComplianceSettings().told()),
            "tags": sorted(chance.sample(_TAGS, chance.randrange(5))),
            "version": 1,
            "created_at": _at(place),
            "updated_at": _at(place, days=30),
        }
        depth = parent.depth + 1 if parent else 0
        scope = f"{parent.scope if parent else self.tenant} {row['id']}"
        return Notebook(row["id"], owner, depth, scope, row, parent.id if parent else None)

    def _document(self, chance: random.Random, place: int, notebook: Notebook) -> Row:
        name = f"{_words(chance, 3)} {place:06}.pdf"
        digest = hashlib.sha256(name.encode()).hexdigest()
        return {
            "id": self._id("document", place),
            "notebook": notebook.id,
            "name": name,
            "search_name": name.casefold(),
            "words": words_of(name),
            "original_filename": name,
            "declared_type": "application/pdf",
            "file_size": chance.randrange(1_000, 9_000_000),
            "file_hash": digest,
            "blob": f"sha256/{digest}",
            "processing_status": chance.choice(["completed"] * 8 + ["pending", "failed"]),
            "processing_tier": 1,
            "embedding_status": "done",
            "version": 1,
            "uploaded_by": notebook.row["owner"],
            "uploaded_at": _at(place, days=60),
            "updated_at": _at(place, days=60),
        }

    def _id(self, kind: str, place: int) -> str:
        return Moment(now=_at(place), seed=b"the read race 07").id(kind, place)


def _parent(chance: random.Random, made: Sequence[Notebook], own: Sequence[Notebook]) -> Notebook | None:
    if chance.random() >= NESTED:
        return None
    above = made if not own or chance.random() < ELSEWHERE else own
    # The latest as often as any, so that chains come about.
    parent = above[-1] if above is own and chance.random() < 0.5 else chance.choice(above)
    return parent if parent.depth < DEEPEST else None


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(_WATERS + _TEXTS, k=count))


def _user(id: str, place: int) -> Row:
    return {
        "id": id,
        "subject": f"person-{place:04}",
        "username": f"user{place:04}",
        "email": f"user{place:04}@{DOMAIN}.example",
        "full_name": f"Person {place:04}",
        "at": _at(place),
    }


def _at(place: int, *, days: int = 0) -> datetime:
    """An instant to the millisecond, later for each place."""
    return BEGUN + timedelta(days=days, seconds=7 * place, milliseconds=place % 1000)


def described(world: World) -> Mapping[str, int]:
    """How much there is of everything."""
    depths = Counter(notebook.depth for notebook in world.notebooks)
    return {
        "users": len(world.users),
        "notebooks": len(world.notebooks),
        "documents": sum(notebook.documents for notebook in world.notebooks),
        "grants": len(world.grants),
        "public": sum(it.row["visibility"] == "public" for it in world.notebooks),
        **{f"nested {depth} deep": count for depth, count in sorted(depths.items()) if depth},
    }

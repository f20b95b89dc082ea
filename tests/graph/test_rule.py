"""The rule of who may see what, asked in every form it has, against twenty lines of Python."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment
from aether.domain.access import GrantKind, Permission
from aether.domain.collaborations import Collaboration, CollaborationStatus
from aether.domain.graph import Work
from aether.domain.notebooks import Draft, Filter, Notebook, NotebookId, Order, Shelf, Visibility
from aether.domain.pages import Slice
from aether.domain.viewers import Viewer
from tests import make

PEOPLE = ("ada", "ben", "cleo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A notebook to be made: whose, in which of those before it, for everybody or not."""

    owner: int
    parent: int | None
    public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Notebooks, who works on which of them and how far, and which are deleted, one after the other."""

    leaves: tuple[Leaf, ...]
    grants: tuple[tuple[int, int, Permission, CollaborationStatus], ...]
    deleted: tuple[int, ...]

    def path(self, place: int) -> list[int]:
        """The notebook and those above it."""
        parent = self.leaves[place].parent
        return [place] if parent is None else [place, *self.path(parent)]

    def gone(self) -> set[int]:
        return {place for place in range(len(self.leaves)) if set(self.path(place)) & set(self.deleted)}

    def may(self, person: int, place: int) -> Permission | None:
        """What *person* may do to a notebook: this is the rule."""
        if place in self.gone():
            return None
        path = self.path(place)
        own = [Permission.ADMIN for each in path if self.leaves[each].owner == person]
        granted = [
            permission
            for who, where, permission, status in self.grants
            if who == person and where in path and status is CollaborationStatus.ACTIVE
        ]
        public = [Permission.READ for each in path if self.leaves[each].public]
        return max(own + granted or public, default=None)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    size = draw(st.integers(1, 9))
    people, places = st.integers(0, len(PEOPLE) - 1), st.integers(0, size - 1)
    leaves = tuple(
        Leaf(
            owner=draw(people),
            parent=draw(st.none() | st.integers(0, place - 1)) if place else None,
            public=draw(st.integers(0, 5)) == 0,
        )
        for place in range(size)
    )
    grant = st.tuples(people, places, st.sampled_from(Permission), st.sampled_from(CollaborationStatus))
    grants = draw(st.lists(grant, max_size=8, unique_by=lambda it: (it[0], it[1])))
    return World(
        leaves=leaves,
        grants=tuple(it for it in grants if leaves[it[1]].owner != it[0]),
        deleted=tuple(draw(st.lists(places, max_size=3, unique=True))),
    )


async def built(work: Work, world: World, people: Sequence[Viewer]) -> list[Notebook]:
    """The notebooks of *world*, as they were made."""
    at = moment()
    ids = [NotebookId(at.id("notebook", place, order=place)) for place in range(len(world.leaves))]
    made = [
        Notebook.new(
            Draft(name=str(place), visibility=Visibility.PUBLIC if leaf.public else Visibility.PRIVATE),
            id=ids[place],
            tenant=people[0].tenant,
            owner=people[leaf.owner].user,
            parent=None if leaf.parent is None else ids[leaf.parent],
            now=at.now,
        )
        for place, leaf in enumerate(world.leaves)
    ]
    await work.notebooks.add(made)
    await work.collaborations.put(
        [
            Collaboration(
                notebook=ids[where],
                user=people[who].user,
                permission=permission,
                status=status,
                granted_by=made[where].owner,
                granted_at=at.now,
            )
            for who, where, permission, status in world.grants
        ]
    )
    for place in world.deleted:
        below = [branch.id for branch in await work.trees.below(ids[place])]
        await work.trees.remove(below, deletion=at.id("deletion", place), by=made[place].owner, at=at)
    return made


@settings(max_examples=12, deadline=None)
@given(world=worlds())
async def test_all_forms_of_the_rule_agree(anybody: Neo4jGraph, world: World) -> None:
    home = await make.home(anybody)
    people = [await home.person(name) for name in PEOPLE]
    made = await home.graph.write(built, world, people)
    ids = [book.id for book in made]

    for person, viewer in enumerate(people):
        expected = {
            ids[place]: may for place in range(len(ids)) if (may := world.may(person, place)) is not None
        }
        await home.graph.read(_agree, expected, ids, viewer)
        roots = await home.graph.read(_roots, viewer)
        _lead_exactly_there(world, ids, roots, set(expected))
        for place, id in enumerate(ids):
            found = await home.graph.read(_children, id, viewer)
            below = {ids[other] for other, leaf in enumerate(world.leaves) if leaf.parent == place}
            assert found == ({it: expected[it] for it in below & expected.keys()} if id in expected else {})


async def _agree(
    work: Work, expected: dict[NotebookId, Permission], ids: list[NotebookId], viewer: Viewer
) -> None:
    assert await work.access.permissions(ids, of=viewer.user) == expected
    seen = await work.shelves.get_many(ids, by=viewer)
    assert {id: each.permission for id, each in seen.items()} == expected
    page = await work.shelves.page(
        Filter(shelf=Shelf.ALL), order=Order.NAME, part=Slice(first=100), by=viewer
    )
    assert {item.notebook.id: item.permission for item, _ in page.items} == expected
    assert (len(page.items), page.total) == (len(expected), len(expected))
    for id in ids:
        grants = await work.access.grants(id, of=viewer.user)
        personal = [grant.permission for grant in grants if grant.kind is not GrantKind.PUBLIC]
        assert max(personal or [grant.permission for grant in grants], default=None) == expected.get(id)
        assert all(grant.path[-1] == id and grant.path[0] == grant.notebook for grant in grants)


async def _roots(work: Work, viewer: Viewer) -> set[str]:
    return set(await work.access.roots(of=viewer.user))


async def _children(work: Work, parent: NotebookId, viewer: Viewer) -> dict[NotebookId, Permission]:
    page = await work.shelves.page(Filter(parent=parent), order=Order.NAME, part=Slice(first=100), by=viewer)
    return {item.notebook.id: item.permission for item, _ in page.items}


def _lead_exactly_there(
    world: World, ids: list[NotebookId], roots: set[str], readable: set[NotebookId]
) -> None:
    """What can be read lies at or below *roots*, and nothing else does; none of them lies below another."""
    gone = world.gone()
    reached = {
        ids[place]
        for place in range(len(ids))
        if place not in gone and {ids[each] for each in world.path(place)} & roots
    }
    assert reached == readable
    for place, id in enumerate(ids):
        if id in roots:
            assert not {ids[each] for each in world.path(place)[1:]} & roots


def test_the_model_knows_the_rule() -> None:
    """The model is small enough to be believed; two cases of it all the same."""
    world = World(
        leaves=(
            Leaf(owner=0, parent=None, public=True),
            Leaf(owner=1, parent=0, public=False),
            Leaf(owner=1, parent=1, public=False),
        ),
        grants=((2, 1, Permission.WRITE, CollaborationStatus.ACTIVE),),
        deleted=(2,),
    )

    assert [world.may(person, 1) for person in range(3)] == [
        Permission.ADMIN,
        Permission.ADMIN,
        Permission.WRITE,
    ]
    assert [world.may(person, 0) for person in range(3)] == [
        Permission.ADMIN,
        Permission.READ,
        Permission.READ,
    ]
    assert [world.may(person, 2) for person in range(3)] == [None, None, None]

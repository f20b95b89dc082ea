"""Every repository, on one transaction."""

from functools import cached_property

from aether.adapters.neo4j.access import Neo4jAccess
from aether.adapters.neo4j.activities import Neo4jActivities
from aether.adapters.neo4j.collaborations import Neo4jCollaborations
from aether.adapters.neo4j.documents import Neo4jChunks, Neo4jDocuments
from aether.adapters.neo4j.events import Neo4jEvents
from aether.adapters.neo4j.jobs import Neo4jJobs
from aether.adapters.neo4j.keys import Neo4jKeys
from aether.adapters.neo4j.notebooks import Neo4jNotebooks, Neo4jShelves, Neo4jTrees
from aether.adapters.neo4j.runner import Runner
from aether.adapters.neo4j.passages import Neo4jPassages
from aether.adapters.neo4j.templates import Neo4jTemplates
from aether.adapters.neo4j.tenants import Neo4jTenants
from aether.adapters.neo4j.users import Neo4jUsers
from aether.domain.graph import Work


class Neo4jWork(Work):
    """A transaction on the graph."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @cached_property
    def access(self) -> Neo4jAccess:
        """The rights."""
        return Neo4jAccess(self._run)

    @cached_property
    def activities(self) -> Neo4jActivities:
        """The activities."""
        return Neo4jActivities(self._run)

    @cached_property
    def chunks(self) -> Neo4jChunks:
        """The chunks of documents."""
        return Neo4jChunks(self._run)

    @cached_property
    def collaborations(self) -> Neo4jCollaborations:
        """The collaborations."""
        return Neo4jCollaborations(self._run)

    @cached_property
    def documents(self) -> Neo4jDocuments:
        """The documents."""
        return Neo4jDocuments(self._run)

    @cached_property
    def events(self) -> Neo4jEvents:
        """The outbox."""
        return Neo4jEvents(self._run)

    @cached_property
    def jobs(self) -> Neo4jJobs:
        """The jobs."""
        return Neo4jJobs(self._run)

    @cached_property
    def keys(self) -> Neo4jKeys:
        """The API keys."""
        return Neo4jKeys(self._run)

    @cached_property
    def notebooks(self) -> Neo4jNotebooks:
        """The notebooks."""
        return Neo4jNotebooks(self._run)

    @cached_property
    def passages(self) -> Neo4jPassages:
        """What can be found by its words."""
        return Neo4jPassages(self._run)

    @cached_property
    def shelves(self) -> Neo4jShelves:
        """Lists of notebooks."""
        return Neo4jShelves(self._run)

    @cached_property
    def templates(self) -> Neo4jTemplates:
        """The templates."""
        return Neo4jTemplates(self._run)

    @cached_property
    def tenants(self) -> Neo4jTenants:
        """The tenants."""
        return Neo4jTenants(self._run)

    @cached_property
    def trees(self) -> Neo4jTrees:
        """How notebooks lie in each other."""
        return Neo4jTrees(self._run)

    @cached_property
    def users(self) -> Neo4jUsers:
        """The users."""
        return Neo4jUsers(self._run)

"""Every repository, on one transaction."""

from aether.adapters.neo4j.access import Neo4jAccess
from aether.adapters.neo4j.activities import Neo4jActivities
from aether.adapters.neo4j.batches import Neo4jBatches
from aether.adapters.neo4j.callbacks import Neo4jCallbacks, Neo4jDeliveries
from aether.adapters.neo4j.collaborations import Neo4jCollaborations
from aether.adapters.neo4j.containers import Neo4jAbsences, Neo4jContainers, Neo4jRoom
from aether.adapters.neo4j.documents import Neo4jChunks, Neo4jDocuments, Neo4jFindings, Neo4jPlaces
from aether.adapters.neo4j.events import Neo4jEvents
from aether.adapters.neo4j.jobs import Neo4jJobs
from aether.adapters.neo4j.keys import Neo4jKeys
from aether.adapters.neo4j.notebooks import Neo4jNotebooks, Neo4jShelves, Neo4jTrees
from aether.adapters.neo4j.orphans import Neo4jOrphans
from aether.adapters.neo4j.passages import Neo4jPassages
from aether.adapters.neo4j.runner import Runner
from aether.adapters.neo4j.templates import Neo4jTemplates
from aether.adapters.neo4j.tenants import Neo4jTenants
from aether.adapters.neo4j.trash import Neo4jErasures, Neo4jLeftovers, Neo4jTrash
from aether.adapters.neo4j.uploads import Neo4jUploads
from aether.adapters.neo4j.users import Neo4jUsers
from aether.adapters.neo4j.versions import Neo4jVersions


class Neo4jWork:
    """A transaction on the graph; structurally a `Work` of the domain."""

    def __init__(self, run: Runner) -> None:
        self.access = Neo4jAccess(run)
        self.activities = Neo4jActivities(run)
        self.callbacks = Neo4jCallbacks(run)
        self.batches = Neo4jBatches(run)
        self.chunks = Neo4jChunks(run)
        self.collaborations = Neo4jCollaborations(run)
        self.containers = Neo4jContainers(run)
        self.absences = Neo4jAbsences(run)
        self.deliveries = Neo4jDeliveries(run)
        self.documents = Neo4jDocuments(run)
        self.erasures = Neo4jErasures(run)
        self.events = Neo4jEvents(run)
        self.findings = Neo4jFindings(run)
        self.jobs = Neo4jJobs(run)
        self.keys = Neo4jKeys(run)
        self.leftovers = Neo4jLeftovers(run)
        self.notebooks = Neo4jNotebooks(run)
        self.orphans = Neo4jOrphans(run)
        self.passages = Neo4jPassages(run)
        self.places = Neo4jPlaces(run)
        self.room = Neo4jRoom(run)
        self.shelves = Neo4jShelves(run)
        self.templates = Neo4jTemplates(run)
        self.tenants = Neo4jTenants(run)
        self.trash = Neo4jTrash(run)
        self.trees = Neo4jTrees(run)
        self.uploads = Neo4jUploads(run)
        self.users = Neo4jUsers(run)
        self.versions = Neo4jVersions(run)

"""Enums of the domain, as the schema shows them."""

import strawberry

from aether.domain.access import GrantKind, Permission
from aether.domain.batches import FileStatus
from aether.domain.callbacks import DeliveryStatus
from aether.domain.collaborations import CollaborationStatus
from aether.domain.compliance import Classification, Regime
from aether.domain.diffs import LineKind
from aether.domain.documents import DocumentOrder, EmbeddingStatus, ProcessingStatus
from aether.domain.jobs import JobKind, JobPriority, JobStatus
from aether.domain.notebooks import NotebookStatus, Order, Shelf, Visibility
from aether.domain.search import Leg, SearchMode
from aether.domain.sensitive import SensitiveKind
from aether.domain.tenants import TenantStatus
from aether.domain.uploads import UploadStatus
from aether.domain.users import Role, UserStatus

strawberry.enum(LineKind, name="DiffLineKind", description="What became of a line.")
strawberry.enum(Permission, description="What somebody may do; each includes those before it.")
strawberry.enum(GrantKind, description="How a permission came about.")
strawberry.enum(CollaborationStatus, description="Where a collaboration is in its life.")
strawberry.enum(ProcessingStatus, description="How far a document is understood.")
strawberry.enum(EmbeddingStatus, description="Whether a document can be found by meaning.")
strawberry.enum(DeliveryStatus, name="CallbackDeliveryStatus", description="Where a delivery is in its life.")
strawberry.enum(DocumentOrder, description="How documents are ordered.")
strawberry.enum(JobKind, description="What a job does.")
strawberry.enum(JobPriority, description="How soon a job has its turn; none waits for ever.")
strawberry.enum(JobStatus, description="Where a job is in its life.")
strawberry.enum(
    Shelf, name="NotebookShelf", description="Which notebooks are meant, of those that one may read."
)
strawberry.enum(
    Visibility, description="Who may read a notebook: its owner alone, also its collaborators, or everybody."
)
strawberry.enum(NotebookStatus, description="Where a notebook is in its life.")
strawberry.enum(
    Order, name="NotebookOrder", description="How notebooks are ordered; times run from the latest back."
)
strawberry.enum(Regime, description="A body of rules that documents may fall under.")
strawberry.enum(Classification, description="How far a document may travel.")
strawberry.enum(SearchMode, description="What leads to a hit: words, meaning, or both.")
strawberry.enum(Leg, name="SearchLeg", description="A part of the search that may be missing from an answer.")
strawberry.enum(SensitiveKind, description="What something sensitive is.")
strawberry.enum(TenantStatus, description="Whether a tenant's people may enter.")
strawberry.enum(
    FileStatus, name="UploadBatchFileStatus", description="What has become of a file of a batch so far."
)
strawberry.enum(
    UploadStatus,
    description="Where an upload is in its life. RECEIVING: its bytes come. FINISHING: they are all at the "
    "store, and a worker makes a document of them. COMPLETED: it is a document. FAILED: it could not be "
    "finished; `error` says why. ABORTED: it was given up. EXPIRED: it did not end in time.",
)
strawberry.enum(Role, description="What a person may do in general.")
strawberry.enum(UserStatus, description="Whether a user may enter.")

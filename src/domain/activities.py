"""Activities: who did what to a notebook, for those who may see it.

An activity is written in the transaction of its cause and never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NewType, Protocol

from aether.domain import access
from aether.domain.pages import Page, Slice
from aether.domain.users import UserId

ActivityId = NewType("ActivityId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something that somebody did.

    Attributes:
        verb: What was done, such as `notebook_renamed`.
        subject: The id of the notebook or document it was done to.
        details: What else a reader wants to know; JSON values only.
    """

    id: ActivityId
    notebook: str
    actor: UserId
    verb: str
    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)
    at: datetime


class Activities(Protocol):
    """Where activities are kept."""

    async def add(self, *activities: Activity) -> None:
        """Keep *activities*."""
        ...

    async def of_notebook(self, notebook: str, *, part: Slice) -> Page[Activity]:
        """What was done to *notebook* and what lies directly in it, the latest first."""
        ...


class Work(access.Work, Protocol):
    """A transaction in which activities can be kept."""

    @property
    def activities(self) -> Activities:
        """The activities."""
        ...


async def of_notebook(work: Work, *, notebook: str, part: Slice, by: UserId) -> Page[Activity]:
    """What was done to a notebook that *by* may read, the latest first; nothing where they may not."""
    if notebook not in await work.access.permissions([notebook], of=by):
        return Page(items=[], has_next=False, total=0)
    return await work.activities.of_notebook(notebook, part=part)

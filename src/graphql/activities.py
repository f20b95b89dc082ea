"""Activities in the API: who did what to a notebook."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from aether.domain import activities
from aether.graphql.context import Info
from aether.graphql.users import User, user_by_id


@strawberry.type
class Activity:
    """Something that somebody did to a notebook or to what lies in it.

    Attributes:
        id: Its id, which tells activities apart.
        verb: What was done, such as `notebook_moved`.
        subject_id: What it was done to.
        details: What else there is to know.
        at: When it was done.
    """

    id: strawberry.ID
    verb: str
    subject_id: strawberry.ID
    details: JSON
    at: datetime
    actor_id: strawberry.Private[str]

    @strawberry.field
    async def actor(self, info: Info) -> User | None:
        """Who did it; none if they are gone."""
        return await user_by_id(info, self.actor_id)

    @classmethod
    def of(cls, activity: activities.Activity) -> "Activity":
        """*activity*, shown to those who may read the notebook."""
        return cls(
            id=strawberry.ID(activity.id),
            verb=activity.verb,
            subject_id=strawberry.ID(activity.subject),
            details=JSON(dict(activity.details)),
            at=activity.at,
            actor_id=activity.actor,
        )

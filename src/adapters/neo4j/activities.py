"""Activities in the graph: `(:Notebook)-[:SAW]->(:Activity)`."""

from typing_extensions import override

from aether.adapters.neo4j.rows import instant, paged, text_of, value_of
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.activities import Activities, Activity, ActivityId
from aether.domain.pages import Page, Place, Slice
from aether.domain.users import UserId


class Neo4jActivities(Activities):
    """Where activities are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def add(self, *activities: Activity) -> None:
        rows = [
            {
                "id": activity.id,
                "notebook": activity.notebook,
                "actor": activity.actor,
                "verb": activity.verb,
                "subject": activity.subject,
                "details": text_of(activity.details),
                "at": activity.at,
            }
            for activity in activities
        ]
        await self._run("activities/add", rows=rows)

    @override
    async def of_notebook(self, notebook: str, *, part: Slice) -> Page[Activity]:
        return await paged(
            self._run,
            "activities/of_notebook",
            part,
            of=lambda row: activity_of(row["activity"]),
            place_of=lambda row: Place(key=0, id=row["activity"]["id"]),
            at=lambda part: {"after": part.after and part.after.id, "most": part.first + 1},
            notebook=notebook,
        )


def activity_of(row: Row) -> Activity:
    """The activity in a row's map."""
    return Activity(
        id=ActivityId(row["id"]),
        notebook=row["notebook"],
        actor=UserId(row["actor"]),
        verb=row["verb"],
        subject=row["subject"],
        details=value_of(row["details"]),
        at=instant(row["at"]),
    )

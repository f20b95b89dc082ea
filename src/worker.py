"""The worker: runs jobs until told to stop."""

import asyncio

from aether import bootstrap, logs, settings


def main() -> None:
    """Run the worker of this process."""
    found = settings.read()
    logs.set_up(level=found.log_level, json=found.log_format is settings.LogFormat.JSON)
    asyncio.run(bootstrap.work(found))


if __name__ == "__main__":
    main()

"""The worker: runs jobs until told to stop."""

import asyncio

from aether.adapters import system


def main() -> None:
    """Run the worker of this process."""
    with system.staying(), system.without("click", "numpy", "pygments", "rich"):
        from aether import logs, settings
        from aether.bootstrap import working

    found = settings.read()
    logs.set_up(level=found.log_level, json=found.log_format is settings.LogFormat.JSON)
    asyncio.run(working.work(found))


if __name__ == "__main__":
    main()

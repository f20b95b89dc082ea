"""Readers, compiled: the process that reads a file may write nothing, and would compile its reader each time.

Run once after the installation, `python -m aether.adapters.extraction.compiled`, it has Python keep
all readers compiled, and the libraries that they use.
"""

from importlib import import_module

from aether.adapters.extraction.formats import FORMATS


def main() -> None:
    """Import every reader where Python may write."""
    for name in ("__main__", "previews", *sorted({it.module for it in FORMATS if it.module})):
        import_module(f"{__package__}.{name}")


if __name__ == "__main__":
    main()

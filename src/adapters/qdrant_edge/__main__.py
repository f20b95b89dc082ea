"""Serves the collections of a folder on a loopback port; the key comes from AETHER_QDRANT_EDGE_KEY."""

import argparse
import os
from pathlib import Path

import uvicorn

from aether.adapters.qdrant_edge.app import create_app
from aether.adapters.qdrant_edge.collections import Collections


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m aether.adapters.qdrant_edge", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args()
    key = os.environ["AETHER_QDRANT_EDGE_KEY"]
    app = create_app(Collections(asked.folder), key=key)
    uvicorn.run(app, host="127.0.0.1", port=asked.port, log_level="warning", timeout_graceful_shutdown=5)


if __name__ == "__main__":
    main()

"""The process in which the model lives."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

import uvicorn

from aether.adapters.sentence_transformers.encoders import loaded
from aether.adapters.sentence_transformers.server import create_app


def main() -> None:
    """Load the model and serve it on a Unix socket until told to end."""
    parser = argparse.ArgumentParser(prog="python -m aether.adapters.sentence_transformers")
    parser.add_argument("--socket", required=True, help="where to answer: the path of a Unix socket")
    parser.add_argument("--model", required=True, type=Path, help="the folder of the model")
    parser.add_argument("--threads", required=True, type=int, help="how many threads compute at most")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when the parent does")
    asked = parser.parse_args()
    if asked.until_stdin_closes:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    os.environ.update(HF_HUB_OFFLINE="1", TQDM_DISABLE="1", OMP_NUM_THREADS=str(asked.threads))
    app = create_app(loaded(asked.model, asked.threads))
    uvicorn.run(app, uds=asked.socket, log_level="warning", access_log=False)


def _end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()

"""The shape of the house: who may import whom, and where each noun lives."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aether.domain import errors

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"

DOMAIN_ONLY = {
    "admission": "lets people in; the doors use it",
    "auditing": "an operation over all stores, asked for by the command line",
    "blobs": "a port and its values",
    "checks": "shared checks of input",
    "circuits": "when a service is not asked",
    "compliance": "a value of notebooks",
    "copies": "use cases over notebooks and documents",
    "direct": "has uploads brought to the store; the doors of uploads show it",
    "diffs": "texts are compared by themselves; the graph keeps none of it",
    "embeddings": "a port",
    "endings": "how tasks are brought to their end",
    "errors": "the classes of refusals",
    "estimates": "judged by what Redis remembers of jobs; the API shows them of jobs and uploads",
    "events": "the outbox and the feed; the API shows them as subscriptions",
    "finishing": "finishes large direct uploads; the worker uses it",
    "graph": "the port of transactions",
    "identity": "ports and values; the API calls them sessions",
    "moments": "a value",
    "orphans": "what auditing reads of the graph; no caller of the API sees it",
    "pages": "a value",
    "passages": "the words' leg of search",
    "presigning": "a port and its values",
    "processing": "a port, and who waits at it",
    "previews": "ports and values; the doors use them",
    "receiving": "takes uploads in; the doors use it",
    "scanning": "a port",
    "search": "use cases over passages and vectors",
    "sensitive": "what texts say that is not for everybody; it is kept with documents",
    "tables": "found in texts; the graph keeps none of it",
    "telling": "how far an upload is, for those who follow it",
    "texts": "what extraction gives",
    "vectors": "a port",
    "viewers": "a value",
    "views": "a port; the API's plans read through it",
    "webhooks": "how messages between programs are signed",
}
"""Modules of the domain that are no nouns of their own, and why."""


def names(folder: Path) -> set[str]:
    return {
        path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {
        "__init__",
        "__pycache__",
    }


NOUNS = names(SRC / "domain") - DOMAIN_ONLY.keys()


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((SRC / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def test_the_domain_imports_the_standard_library_and_itself() -> None:
    allowed = {*sys.stdlib_module_names, "aether"}
    foreign = [
        f"{path} imports {name}"
        for path, tree in trees("domain")
        for node in ast.walk(tree)
        for name in imported(node)
        if name.split(".")[0] not in allowed
        or (name.startswith("aether") and not name.startswith("aether.domain"))
    ]

    assert foreign == []


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""] if node.module != "aether" else [f"aether.{it.name}" for it in node.names]
    return []


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_a_noun_has_the_same_name_in_every_ring(noun: str) -> None:
    assert noun in names(SRC / "graphql")
    assert noun in names(SRC / "adapters" / "neo4j")
    assert (ROOT / "cypher" / noun).is_dir()
    assert (ROOT / "tests" / "graph" / f"test_{noun}.py").exists()


def test_there_are_no_reasons_for_modules_that_are_gone() -> None:
    assert DOMAIN_ONLY.keys() <= names(SRC / "domain")


def test_imports_point_inward() -> None:
    lint = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run([lint, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_every_refusal_has_a_code_and_says_what_it_means() -> None:
    def below(root: type[errors.AetherError]) -> Iterator[type[errors.AetherError]]:
        yield root
        for child in root.__subclasses__():
            yield from below(child)

    from aether.graphql import schema  # noqa: F401 - brings every noun in

    # The client of our own API passes on the codes that it was told.
    ours = [it for it in below(errors.AetherError) if "api_client" not in it.__module__]
    ours = [it for it in ours if it.__module__.startswith("aether.")]
    silent = [
        it.__name__ for it in ours if not it.__doc__ or (it not in errors_roots() and "code" not in vars(it))
    ]

    assert silent == []


def errors_roots() -> set[type[errors.AetherError]]:
    return {errors.AetherError, errors.Refused}


def test_cypher_is_written_in_files() -> None:
    words = ("MATCH (", "MERGE (", "CREATE (", "RETURN ")
    found = [
        f"{path}:{node.lineno}"
        for path, tree in trees(".")
        if path.parts[-1] not in {"migrations.py", "graph.py", "statements.py", "views.py"}
        and path.parent.name != "words"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(words)
    ]

    assert found == []


def test_long_modules_and_functions_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is refused here: a long one is a place to look at."""
    for path, tree in trees("."):
        lines = len((ROOT / path).read_text().splitlines())
        if lines > 400:
            print(f"{path}: {lines} lines")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 40:
                    print(f"{path}:{node.lineno} {node.name}: {length} lines")
    with capsys.disabled():
        sys.stdout.write(capsys.readouterr().out)

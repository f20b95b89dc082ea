"""Ports are narrow, and the graph's adapter is laid out as the statements are."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

from aether.adapters.neo4j.work import Neo4jWork
from aether.domain.graph import Work

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "src" / "domain"
ADAPTER = ROOT / "src" / "adapters" / "neo4j"
METHODS_MOST = 8

SHARED = {
    "bolt": "a shorter way to the same server, for what is only shown",
    "errors": "what the driver's errors mean",
    "graph": "transactions",
    "migrations": "what changes the graph itself",
    "nodes": "what the graph holds",
    "rows": "what rows need on their way in and out",
    "runner": "runs a statement",
    "statements": "reads the statements",
    "views": "writes the statements of plans",
    "words": "what plans may ask for",
    "work": "every repository, on one transaction",
}
"""Modules of the graph's adapter that are no nouns, and why."""


def ports() -> dict[str, int]:
    """How many methods each port of the domain has."""
    found = {}
    for path in DOMAIN.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            bases = {base.id for base in getattr(node, "bases", []) if isinstance(base, ast.Name)}
            if isinstance(node, ast.ClassDef) and "Protocol" in bases and node.name != "Work":
                methods = [it for it in node.body if isinstance(it, ast.AsyncFunctionDef | ast.FunctionDef)]
                found[f"{path.stem}.{node.name}"] = len(methods)
    return found


def test_ports_are_narrow() -> None:
    found = ports()

    assert len(found) > 15
    assert {name: many for name, many in found.items() if many > METHODS_MOST} == {}


def test_statements_lie_in_the_folder_of_the_module_that_runs_them() -> None:
    packages = {path.parent.name for path in ADAPTER.glob("*/__init__.py")}
    modules = {path.stem for path in ADAPTER.glob("*.py")} - {"__init__"} | packages
    folders = {path.name for path in (ROOT / "cypher").iterdir() if path.is_dir()}

    assert SHARED.keys() <= modules
    assert modules - SHARED.keys() == folders - {"migrations"}


def test_a_transaction_of_the_graph_has_what_the_domain_asks_for() -> None:
    wanted = {name for name, it in inspect.getmembers(Work) if isinstance(it, property)}

    class Nobody:
        """Runs nothing."""

    work = Neo4jWork(Nobody())  # type: ignore[arg-type]
    assert {name for name in vars(work) if not name.startswith("_")} == wanted


def test_each_port_of_the_graph_is_answered_by_a_class_that_says_so() -> None:
    for path in ADAPTER.glob("*.py"):
        if path.stem in SHARED or path.stem == "__init__":
            continue
        module = import_module(f"aether.adapters.neo4j.{path.stem}")
        own = [it for it in vars(module).values() if inspect.isclass(it) and it.__module__ == module.__name__]
        answering = [it for it in own if it.__name__.startswith("Neo4j")]
        assert answering, path.stem
        for it in answering:
            assert it.__bases__[0].__module__.startswith("aether.domain"), it

"""Statements and their headers, and that each is run by somebody."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from aether.adapters.neo4j import nodes, statements, words
from aether.adapters.neo4j.statements import Mode, StatementInvalid

ROOT = Path(__file__).parents[2]
CYPHER = ROOT / "cypher"
ADAPTER = ROOT / "src" / "adapters" / "neo4j"

GOOD = """// The notebooks there are.
//
// mode:    read
// params:  most: integer, ids: list<string>
// returns: id: string, key: any
MATCH (n:Notebook {tenant: $tenant})
WHERE n.id IN $ids
RETURN n.id AS id, n.key AS key
LIMIT $most
"""


def files() -> dict[str, str]:
    """The text of each statement and fragment, by name."""
    found = sorted(path for path in CYPHER.glob("*/*.cypher") if path.parent.name != "migrations")
    return {path.relative_to(CYPHER).with_suffix("").as_posix(): path.read_text() for path in found}


def names_in(module: Path) -> set[str]:
    """The strings of *module* that look like the name of a statement."""
    every = ast.walk(ast.parse(module.read_text()))
    strings = {node.value for node in every if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = {text for text in strings if re.fullmatch(r"[a-z]+/[a-z_]+", text)}
    return named - statements.fragments(CYPHER).keys()


def run_by_the_adapter() -> set[str]:
    return set().union(*(names_in(module) for module in ADAPTER.glob("*.py")))


def load_one(folder: Path, text: str, *, fragment: str | None = None) -> statements.Statement:
    noun = folder / "notebooks"
    shutil.rmtree(noun, ignore_errors=True)
    noun.mkdir()
    (noun / "some.cypher").write_text(text)
    if fragment is not None:
        (noun / "part.cypher").write_text(fragment)
    return statements.load(folder)["notebooks/some"]


def test_every_statement_keeps_to_its_header() -> None:
    loaded = statements.load(CYPHER)

    assert len(loaded) > 60
    assert {statement.mode for statement in loaded.values()} == {Mode.READ, Mode.WRITE}


def test_a_statement_tells_what_it_takes_and_gives(tmp_path: Path) -> None:
    statement = load_one(tmp_path, GOOD)

    assert (statement.name, statement.mode, statement.tenanted) == ("notebooks/some", Mode.READ, True)
    assert statement.params == {"most", "ids"}
    assert statement.returns == ("id", "key")
    assert statement.text.startswith("MATCH")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("// The notebooks there are.\n", "", "first line"),
        ("// The notebooks there are.\n//\n", "", "first line"),
        ("most: integer, ", "", "takes"),
        ("most: integer", "most: integer, least: integer", "takes"),
        ("$most", "$limit", "takes"),
        ("{tenant: $tenant}", "", "tenant"),
        ("// mode:    read\n", "// mode:    read\n// tenant:  any; the relay does\n", "tenant"),
        ("// mode:    read\n", "// mode:    write\n", "declared as write"),
        ("// mode:    read\n", "// mode:    reads\n", "declared as reads"),
        ("// mode:    read\n", "", "declared as None"),
        ("WHERE n.id", "SET n.seen = true WITH n WHERE n.id", "declared as read"),
        ("id: string, key", "id: string, name: string, key", "columns"),
        ("id: string, key: any", "id: string", "columns"),
        ("n.key AS key", "n.key", "columns"),
        ("RETURN n.id AS id, n.key AS key\n", "", "columns"),
        ("WHERE n.id IN $ids", "// use: notebooks/none\nWHERE n.id IN $ids", "no fragment"),
    ],
)
def test_a_statement_that_departs_from_its_header_is_refused(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    assert before in GOOD

    with pytest.raises(StatementInvalid, match=told):
        load_one(tmp_path, GOOD.replace(before, after, 1))


def test_who_names_no_tenant_says_why(tmp_path: Path) -> None:
    bare = GOOD.replace(" {tenant: $tenant}", "")
    why = bare.replace("// params", "// tenant:  any; the relay serves all\n// params")

    assert not load_one(tmp_path, why).tenanted
    with pytest.raises(StatementInvalid, match="say `tenant: any; why`"):
        load_one(tmp_path, bare.replace("// params", "// tenant:  any\n// params"))


def test_a_fragment_takes_its_place_and_brings_its_parameters(tmp_path: Path) -> None:
    fragment = "// What is read.\n//\n// mode:    fragment\nn {.id, at: $now} AS key\n"
    text = GOOD.replace("n.key AS key", "\n  // use: notebooks/part").replace(
        "most: integer", "now: datetime, most: integer"
    )

    statement = load_one(tmp_path, text, fragment=fragment)

    assert "n {.id, at: $now} AS key" in statement.text
    assert "now" in statement.params
    with pytest.raises(StatementInvalid, match="takes"):
        load_one(tmp_path, text.replace("now: datetime, ", ""), fragment=fragment)


def test_every_statement_is_run_by_the_adapter() -> None:
    assert statements.load(CYPHER).keys() - run_by_the_adapter() == set()


def test_every_name_that_the_adapter_runs_is_a_statement() -> None:
    assert run_by_the_adapter() - statements.load(CYPHER).keys() == set()


def test_every_statement_is_run_in_the_module_of_its_noun() -> None:
    for module in ADAPTER.glob("*.py"):
        assert {name.split("/")[0] for name in names_in(module)} <= {module.stem}


def test_every_fragment_is_used() -> None:
    texts = files()
    fragments = texts.keys() - statements.load(CYPHER).keys()
    used = set(re.findall(r"^ *// use: ([\w/]+),?$", "\n".join(texts.values()), re.MULTILINE))
    used |= {f"access/{rule.strip('<').split()[0]}" for rule in (words.READABLE, words.LEVEL)}

    assert fragments
    assert fragments == used


def test_what_is_given_by_ids_is_looked_up_by_each() -> None:
    """ArcadeDB takes no index for `id IN $ids`, and goes through all that the label has."""
    by_another_index = {"notebooks/restore", "notebooks/restore_documents"}
    found = {name for name, text in files().items() if re.search(r"\.id IN \$", text)}

    assert found == by_another_index


def test_no_statement_asks_for_what_only_one_engine_has() -> None:
    """What one of the two refuses, ignores or answers otherwise."""
    forbidden = re.compile(
        r"\b(SHORTEST|LET|NEXT|CYPHER \d+|db\.await\w+)\b|\$\w+\.\w+|(?<!\))\.epoch|CALL \{"
    )
    for name, text in files().items():
        assert not forbidden.search(text), name


def declared() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The properties of each label, and of each type of relationship, that the nodes declare."""
    labels: dict[str, set[str]] = {}
    types: dict[str, set[str]] = {}
    for node in nodes.NODES:
        properties = node.defined_properties(aliases=False, rels=False)
        labels[node.__label__] = {kept.db_property or name for name, kept in properties.items()}
        for relation in node.defined_properties(aliases=False, properties=False).values():
            model = relation.definition["model"]
            own = model.defined_properties(aliases=False, rels=False) if model else {}
            types.setdefault(relation.definition["relation_type"], set()).update(own)
    return labels, types


def test_every_label_and_type_that_statements_use_is_declared() -> None:
    labels, types = declared()
    for name, text in files().items():
        body = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
        assert set(re.findall(r"\(\w*:(\w+)", body)) <= labels.keys(), name
        used = {one for group in re.findall(r"\[\w*:([\w|]+)", body) for one in group.split("|")}
        assert used <= types.keys(), name


def test_every_label_and_type_that_is_declared_is_used() -> None:
    labels, types = declared()
    body = "\n".join(files().values())

    assert labels.keys() - set(re.findall(r"\(\w*:(\w+)", body)) == {"Migration"}
    used = {one for group in re.findall(r"\[\w*:([\w|]+)", body) for one in group.split("|")}
    assert types.keys() == used

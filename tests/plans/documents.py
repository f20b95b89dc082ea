"""Documents by chance: questions that the schema allows, and some that it does not.

`Writer` asks nothing but a `Random`, so that a seed gives the same question on every engine, and
one that Hypothesis drives can be shrunk.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    parse,
    specified_rules,
    validate,
)

from aether.graphql.cost import NODES_MOST, nodes_asked
from aether.graphql.limits import Limits
from tests.plans.paths import Question
from tests.plans.worlds import NAMES, TAGS, World

RESOLVED = {
    *("currentVersion", "documentVersions", "tables", "twins", "callbacks", "callbackDeliveries"),
    *("directUploadParts", "documentDiff", "trashedDocuments", "uploadBatch"),
}
"""What no plan answers, which is seldom asked here: it would be compared with itself."""
LEFT_OUT = {"search", "serverTime", "loginUrl", "verifyToken"}
"""Questions that ask more than the graph."""
DEEPEST = 5
GARBAGE = ("", "x", "Zm9v", "AAAAAAAAAAAAAAAAAAAAAFsxLCJhIl0", "ü", "=", "A" * 400)
"""Cursors that nobody gave out."""
TEXTS = (
    *NAMES,
    *TAGS,
    "",
    " ",
    "  rivers ",
    "RIV",
    "ss",
    "ß",
    "ﬀ",
    "i̇",
    "ς",
    "é",
    "e\u0301",
    "_",
    "%",
    "'",
    '"',
    "\\",
    "a\u0000b",
    "x" * 256,
    "two\nlines",
    "ada",
    "Ö",
    "@rivers",
)
_KINDS = {
    "document": "document",
    "job": "job",
    "notebook": "notebook",
    "user": "user",
    "notebookId": "notebook",
    "userId": "user",
    "parentId": "notebook",
}
_ODD_IDS = ("", "notebook_", "user_0", "nothing", "file_01kqhdz8e0000762wh4nz7bq3w", "notebook_ü", "_", "42")


class Scope:
    """The keys of a selection that are taken, and by what; two that disagree cannot be merged."""

    def __init__(self) -> None:
        self.taken: dict[str, tuple[str, Scope]] = {}

    def fits(self, key: str, told: str) -> bool:
        """Whether *key* can stand for what *told* tells."""
        return key not in self.taken or self.taken[key][0] == told

    def take(self, key: str, told: str) -> "Scope":
        """Have *key* stand for it; gives the scope below."""
        return self.taken.setdefault(key, (told, Scope()))[1]

    def absorb(self, other: "Scope") -> bool:
        """Take all of *other*; false if the two disagree."""
        for key, (told, below) in other.taken.items():
            if not self.fits(key, told) or not self.take(key, told).absorb(below):
                return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question, and where cursors for it will be found.

    Attributes:
        pages: The path of a connection in the answer, by the variable that says where it begins.
    """

    question: Question
    pages: Mapping[str, tuple[str, ...]]


@dataclass(slots=True, kw_only=True)
class _Variable:
    name: str
    type: str
    default: str | None = None
    given: bool = False
    value: Any = None


@dataclass(slots=True, kw_only=True)
class Fragment:
    """A named fragment, written down."""

    name: str
    on: str
    text: str
    scope: Scope


@dataclass(slots=True)
class Writer:
    """Writes questions to a world.

    Attributes:
        cursors: Some that were given out.
    """

    schema: GraphQLSchema
    world: World
    random: Random
    cursors: Sequence[str] = ()
    _variables: list[_Variable] = field(default_factory=list)
    _fragments: list[Fragment] = field(default_factory=list)
    _pages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _aliases: int = 0
    _within: int = 0

    def case(self) -> Case:
        """A question, which is valid unless chance wills it otherwise."""
        strict = not self._chance(0.03)
        for _ in range(20):
            written = self._written()
            if not strict or self._valid(written.question):
                return written
        return Case(question=Question(document="{ viewer { id } }"), pages={})

    def _valid(self, question: Question) -> bool:
        document = parse(question.document)
        asked = nodes_asked(document, question.operation, question.variables or {})
        return asked <= NODES_MOST and not validate(self.schema, document, [*specified_rules, Limits])

    def _chance(self, of: float) -> bool:
        return self.random.random() < of

    def _written(self) -> Case:
        self._variables, self._fragments, self._pages, self._aliases = [], [], {}, 0
        query = self.schema.query_type
        assert query is not None
        selected = self._selection(query, 0, Scope(), ())
        told = ", ".join(
            f"${it.name}: {it.type}" + (f" = {it.default}" if it.default is not None else "")
            for it in self._variables
        )
        named = bool(told) or self._chance(0.3)
        head = f"query Asked{f'({told})' if told else ''} " if named else ""
        fragments = [f"fragment {it.name} on {it.on} {it.text}" for it in self._fragments]
        document = "\n".join([f"{head}{selected}", *fragments])
        operation = None
        if named and self._chance(0.1):
            document, operation = f"{document}\nquery Other {{ viewer {{ id }} }}", "Asked"
        given = {it.name: it.value for it in self._variables if it.given}
        if self._chance(0.02):
            given["unknown"] = 1
        variables = given if given or self._chance(0.5) else None
        question = Question(document=document, variables=variables, operation=operation)
        return Case(question=question, pages=dict(self._pages))

    def _selection(
        self, type: GraphQLNamedType, depth: int, scope: Scope, path: tuple[str, ...] | None
    ) -> str:
        """A selection of a thing of that *type*, never empty."""
        parts: list[str] = []
        wraps = type.name.endswith(("Connection", "Edge", "PageInfo"))
        for _ in range(self.random.randint(0 if wraps else 1, 2 if wraps else 3 if depth == 0 else 5)):
            part = self._part(type, depth, scope, path)
            if part:
                parts.append(part)
        if isinstance(type, GraphQLObjectType):
            parts += [
                self._field(type, name, depth, scope, path)
                for name, often in (("edges", 0.9), ("node", 0.95), ("pageInfo", 0.4), ("endCursor", 0.8))
                if name in type.fields and type is not self.schema.query_type and self._chance(often)
            ]
        return f"{{ {' '.join(filter(None, parts)) or '__typename'} }}"

    def _part(self, type: GraphQLNamedType, depth: int, scope: Scope, path: tuple[str, ...] | None) -> str:
        chance = self.random.random()
        if chance < 0.07:
            return self._typename(scope)
        if chance < 0.15:
            return self._inline(type, depth, scope, path)
        if chance < 0.22 and self._within < 2:
            return self._spread(type, depth, scope)
        if isinstance(type, GraphQLInterfaceType):
            if self._chance(0.3):
                return self._field(type, "id", depth, scope, path)
            return self._inline(type, depth, scope, path)
        assert isinstance(type, GraphQLObjectType)
        return self._field(type, self._chosen(type, depth), depth, scope, path)

    def _chosen(self, type: GraphQLObjectType, depth: int) -> str:
        leaves: list[str] = [
            name for name, it in type.fields.items() if is_leaf_type(get_named_type(it.type))
        ]
        links: list[str] = [name for name in type.fields if name not in leaves]
        if not self._chance(0.02):
            links = [name for name in links if name not in RESOLVED]
        if type is self.schema.query_type:
            links = [it for it in links if it not in LEFT_OUT]
            rare = [it for it in links if it not in {"explainAccess", "tenant", "apiKeys"}]
            lists = ["notebooks", "notebooks", "node", "node", "notebook", "notebook", "document"]
            return self.random.choice([*lists, *rare] if self._chance(0.9) else links)
        if links and (depth < DEEPEST or not leaves) and (not leaves or self._chance(0.45)):
            return self.random.choice(links)
        return self.random.choice(leaves)

    def _typename(self, scope: Scope) -> str:
        key = self._alias() if self._chance(0.15) else "__typename"
        if not scope.fits(key, "__typename"):
            return ""
        scope.take(key, "__typename")
        return ("" if key == "__typename" else f"{key}: ") + "__typename" + self._directives()

    def _alias(self) -> str:
        self._aliases += 1
        return self.random.choice((f"a{self._aliases}", f"_{self._aliases}", f"name{self._aliases}"))

    def _inline(self, type: GraphQLNamedType, depth: int, scope: Scope, path: tuple[str, ...] | None) -> str:
        on = self._condition(type)
        directives = self._directives()
        if on is None:
            return f"...{directives} {self._selection(type, depth + 1, scope, path)}"
        below = self._selection(self.schema.type_map[on], depth + 1, scope, path)
        return f"... on {on}{directives} {below}"

    def _condition(self, type: GraphQLNamedType) -> str | None:
        """The type on which a fragment can stand in a thing of that *type*; none for the same."""
        nodes = [it.name for it in self.schema.get_possible_types(self.schema.type_map["Node"])]  # type: ignore[arg-type]
        if isinstance(type, GraphQLInterfaceType):
            return self.random.choice([*nodes, "Notebook", "Document", "Node"])
        choices: list[str | None] = [None, type.name]
        return self.random.choice([*choices, "Node"] if type.name in nodes else choices)

    def _spread(self, type: GraphQLNamedType, depth: int, scope: Scope) -> str:
        on = self._condition(type) or type.name
        known = [it for it in self._fragments if it.on == on]
        if known and self._chance(0.5):
            fragment = self.random.choice(known)
        elif len(self._fragments) < 4:
            fragment = self._fragment(on, depth)
        else:
            return ""
        return f"...{fragment.name}{self._directives()}" if scope.absorb(fragment.scope) else ""

    def _fragment(self, on: str, depth: int) -> Fragment:
        self._within += 1
        scope = Scope()
        text = self._selection(self.schema.type_map[on], max(depth + 1, 3), scope, None)
        self._within -= 1
        made = Fragment(name=f"F{len(self._fragments)}", on=on, text=text, scope=scope)
        self._fragments.append(made)
        return made

    def _directives(self) -> str:
        if not self._chance(0.08):
            return ""
        name, kept = self.random.choice((("include", True), ("skip", False)))
        if self._chance(0.5):
            value = json.dumps(kept if self._chance(0.6) else not kept)
        elif self._chance(0.05):
            self._variables.append(
                made := _Variable(name=f"v{len(self._variables)}", type="Boolean", default="true", given=True)
            )
            value = f"${made.name}"
        else:
            value = self._variable("Boolean!", value=kept if self._chance(0.6) else not kept, default="true")
        return f" @{name}(if: {value})"

    def _field(
        self,
        type: GraphQLObjectType | GraphQLInterfaceType,
        name: str,
        depth: int,
        scope: Scope,
        path: tuple[str, ...] | None,
    ) -> str:
        definition = type.fields[name]
        key = self._alias() if name not in {"edges", "pageInfo"} and self._chance(0.1) else name
        below = None if path is None else (*path, key)
        told = f"{name}{self._arguments(name, definition, depth, below)}"
        shape = f"{told}: {definition.type}"
        if not scope.fits(key, shape):
            key = self._alias()
            below = None if path is None else (*path, key)
        inner = scope.take(key, shape)
        head = ("" if key == name else f"{key}: ") + told + self._directives()
        of = get_named_type(definition.type)
        return head if is_leaf_type(of) else f"{head} {self._selection(of, depth + 1, inner, below)}"

    def _arguments(
        self, name: str, definition: GraphQLField, depth: int, path: tuple[str, ...] | None
    ) -> str:
        given = []
        for each, argument in definition.args.items():
            required = isinstance(argument.type, GraphQLNonNull) and argument.default_value is Undefined
            if required or self._chance(0.45 if depth < 2 else 0.7):
                given.append(f"{each}: {self._argument(name, each, argument, depth, path)}")
        return f"({', '.join(given)})" if given else ""

    def _argument(
        self, of: str, name: str, argument: GraphQLArgument, depth: int, path: tuple[str, ...] | None
    ) -> str:
        if name == "after":
            return self._after(path)
        value = self._value(of, name, argument.type, depth)
        if self._chance(0.35):
            return self._variable(
                str(argument.type), value=value, default=_literal(value, argument.type), soft=argument
            )
        if isinstance(get_nullable_type(argument.type), GraphQLInputObjectType) and value is not None:
            return self._object(argument.type, value)
        return _literal(value, argument.type)

    def _object(self, type: Any, value: Mapping[str, Any]) -> str:
        """An input object with variables in it."""
        fields = get_nullable_type(type).fields
        told = []
        for name, each in value.items():
            literal = _literal(each, fields[name].type)
            if self._chance(0.3):
                kind = str(fields[name].type)
                literal = self._variable(kind, value=each, default=literal, soft=fields[name])
            told.append(f"{name}: {literal}")
        return f"{{{', '.join(told)}}}"

    def _after(self, path: tuple[str, ...] | None) -> str:
        chance = self.random.random()
        if chance < 0.06:
            return _quoted(self.random.choice([*GARBAGE, *self.cursors]))
        if chance < 0.2:
            return "null"
        told = self._variable("String", value=None)
        if path is not None:
            self._pages[told[1:]] = path
        return told

    def _value(self, of: str, name: str, type: Any, depth: int) -> Any:
        random, bare = self.random, get_nullable_type(type)
        if bare is type and self._chance(0.1):
            return None
        if name == "first":
            odd = self._chance(0.015)
            some = (1, 2, 3, 5, 20, 100) if depth < 2 else (1, 1, 2, 3)
            return random.choice((0, 101, -1) if odd else some)
        if isinstance(bare, GraphQLEnumType):
            return random.choice(list(bare.values))
        if isinstance(bare, GraphQLInputObjectType):
            return {
                each: self._value(of, each, it.type, depth)
                for each, it in bare.fields.items()
                if self._chance(0.08 if each == "parentId" else 0.35)
            }
        return self._scalar(of if name == "id" else name, bare.name)

    def _scalar(self, name: str, type: str) -> Any:
        if type == "ID":
            return self._id(name)
        if type == "Boolean":
            return self._chance(0.5)
        return self.random.choice(TAGS if name == "tag" else TEXTS)

    def _id(self, of: str) -> str:
        chance, ids = self.random.random(), self.world.ids
        kind = _KINDS.get(of) or self.random.choice(("notebook", "document", "job", "chunk", *ids))
        if chance < 0.05:
            return self.random.choice(_ODD_IDS)
        if chance < 0.1:
            kind = self.random.choice(list(ids))
        return self.random.choice(ids[kind]) if ids.get(kind) else self.random.choice(_ODD_IDS)

    def _variable(self, type: str, *, value: Any, default: str | None = None, soft: Any = None) -> str:
        """A variable for a place of that *type*, which may stand for null or nothing where it can."""
        same = [it for it in self._variables if it.type == type and it.name not in self._pages]
        if same and type != "String" and self._chance(0.2):
            return f"${self.random.choice(same).name}"
        made = _Variable(name=f"v{len(self._variables)}", type=type, value=value, given=True)
        self._variables.append(made)
        required = type.endswith("!")
        falls_back = soft is not None and soft.default_value is not Undefined
        if required and falls_back and self._chance(0.3):
            made.type, required = type[:-1], False
            made.given = not self._chance(0.3)
        if default is not None and default != "null" and self._chance(0.25):
            made.default, made.given = default, self._chance(0.5)
        elif not required and self._chance(0.2):
            made.given = False
        if not required and made.given and self._chance(0.04 if type.endswith("!") else 0.15):
            made.value = None
        if made.given and self._chance(0.015):
            made.value = self.random.choice(("x", 1.5, True, 2**31, [1], {"a": 1}, "", None))
        return f"${made.name}"


def _literal(value: Any, type: Any) -> str:
    """*value* as it stands in a document."""
    bare = get_nullable_type(type)
    if value is None:
        return "null"
    if isinstance(bare, GraphQLEnumType):
        return str(value)
    if isinstance(bare, GraphQLInputObjectType):
        told = (f"{name}: {_literal(each, bare.fields[name].type)}" for name, each in value.items())
        return f"{{{', '.join(told)}}}"
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def cursors_in(answer: Any, path: Sequence[str]) -> list[str]:
    """The cursors that *answer* has at the end of *path*, through all the lists on its way."""
    if isinstance(answer, list):
        return [cursor for each in answer for cursor in cursors_in(each, path)]
    if not isinstance(answer, dict):
        return []
    if path:
        return cursors_in(answer.get(path[0]), path[1:])
    found = [
        answer[key] for key in ("cursor", "endCursor", "startCursor") if isinstance(answer.get(key), str)
    ]
    return found + [
        cursor for key in ("edges", "pageInfo") if key in answer for cursor in cursors_in(answer[key], ())
    ]

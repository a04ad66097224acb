"""Modules read as text, and what the names in them stand for.

Nothing here imports what it reads: a module is a syntax tree, and a name is followed through
`import` statements, star imports, assignments of one name to another, and class bodies.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator, Union

SKIPPED_PARTS = re.compile(
    r"^(tests?|testing|_testing|test_.*|.*_tests?|conftest|benchmarks?|examples?|setup|__main__|_pytesttester)$"
)
TYPING_CONTAINERS = {
    "Dict": "dict", "List": "list", "Tuple": "tuple", "Set": "set", "FrozenSet": "frozenset", "Type": "type",
}
TYPING_SPECIAL = {"Generic", "Protocol", "NamedTuple", "TypedDict", "Any"}


def skipped(module: str) -> bool:
    """Says whether a module is test, example or build code, which no list covers."""
    return any(SKIPPED_PARTS.match(part) for part in module.split("."))


# What a name stands for.


@dataclass(eq=False)
class Function:
    """A function or method, with the class whose body it stands in."""

    module: "Module"
    node: ast.AST
    owner: "Class | None"
    name: str

    @property
    def full(self) -> str:
        inner = f"{self.owner.name}.{self.name}" if self.owner else self.name
        return f"{self.module.name}.{inner}"


@dataclass(eq=False)
class Class:
    """A class statement, its members by name in the order they were written."""

    module: "Module"
    node: ast.ClassDef
    name: str
    members: dict[str, list[object]] = field(default_factory=dict)

    @property
    def full(self) -> str:
        return f"{self.module.name}.{self.name}"


@dataclass(frozen=True)
class Opaque:
    """A class without Python text: a builtin, or one that was listed by hand."""

    full: str


@dataclass(frozen=True)
class External:
    """A name that leads out of what is read."""

    full: str


@dataclass(eq=False)
class Value:
    """A name bound to the value of an expression."""

    module: "Module"
    expression: ast.expr
    owner: "Class | None" = None


Entity = Union["Module", Function, Class, Opaque, External, Value]


@dataclass(frozen=True)
class ImportOf:
    """A name bound by `import a.b` or `from a import b`."""

    module: str
    name: str | None


class Module:
    """One module: its syntax tree and what its top level binds."""

    def __init__(self, name: str, text: str, is_package: bool) -> None:
        self.name = name
        self.is_package = is_package
        self.bindings: dict[str, list[object]] = {}
        self.stars: list[str] = []
        self.classes: list[Class] = []
        self.spelled_modules: dict[str, str] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        self._collect(tree.body, None)

    def base_package(self, level: int) -> str:
        parts = self.name.split(".")
        drop = level - 1 if self.is_package else level
        return ".".join(parts[: len(parts) - drop]) if drop else self.name

    def _bind(self, owner: Class | None, name: str, value: object) -> None:
        table = owner.members if owner else self.bindings
        table.setdefault(name, []).append(value)

    def _collect(self, body: list[ast.stmt], owner: Class | None) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                name = f"{owner.name}.{node.name}" if owner else node.name
                made = Class(self, node, name)
                self.classes.append(made)
                self._bind(owner, node.name, made)
                self._collect(node.body, made)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._bind(owner, node.name, Function(self, node, owner, node.name))
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                for name, target in imports(self, node):
                    if name == "*":
                        self.stars.append(target.module)
                    else:
                        self._bind(owner, name, target)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(owner, target, node.value)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                self._assign(owner, node.target, node.value)
            elif isinstance(node, (ast.If, ast.For, ast.While, ast.With, ast.Try)):
                for part in ("body", "orelse", "finalbody"):
                    self._collect(getattr(node, part, []), owner)
                for handler in getattr(node, "handlers", []):
                    self._collect(handler.body, owner)
            elif isinstance(node, ast.Expr):
                self._patch(node.value)

    def _assign(self, owner: Class | None, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._bind(owner, target.id, Value(self, value, owner))
        elif isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                self._assign(owner, element, ast.Constant(value=Ellipsis))
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and owner is None:
            # `Class.method = function` at top level adds a member to the class.
            for bound in self.bindings.get(target.value.id, []):
                if isinstance(bound, Class):
                    bound.members.setdefault(target.attr, []).append(Value(self, value))

    def _patch(self, call: ast.expr) -> None:
        # `setattr(Class, "method", value)` at top level does the same.
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "setattr"
            and len(call.args) == 3
            and isinstance(call.args[0], ast.Name)
            and isinstance(call.args[1], ast.Constant)
        ):
            for bound in self.bindings.get(call.args[0].id, []):
                if isinstance(bound, Class):
                    bound.members.setdefault(str(call.args[1].value), []).append(Value(self, call.args[2]))


def imports(module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, ImportOf]]:
    """Yields the names that an import statement binds and what they lead to."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                yield alias.asname, ImportOf(alias.name, None)
            else:
                yield alias.name.split(".")[0], ImportOf(alias.name.split(".")[0], None)
        return
    base = module.base_package(node.level) if node.level else ""
    source = ".".join(part for part in (base, node.module or "") if part)
    for alias in node.names:
        yield alias.asname or alias.name, ImportOf(source, alias.name)


class Layer:
    """The modules of one wheel or folder, by dotted name."""

    def __init__(self, path: Path, roots: tuple[str, ...] | None) -> None:
        self.path = path
        self.files: dict[str, tuple[str, bool]] = {}
        self._zip = zipfile.ZipFile(path) if path.is_file() else None
        names = self._zip.namelist() if self._zip else folder_names(path)
        for name in names:
            if not name.endswith(".py") or ".dist-info/" in name or ".data/" in name:
                continue
            parts = name[: -len(".py")].split("/")
            is_package = parts[-1] == "__init__"
            if is_package:
                parts.pop()
            if not parts or (roots is not None and parts[0] not in roots):
                continue
            if all(part.isidentifier() for part in parts):
                self.files.setdefault(".".join(parts), (name, is_package))

    def text(self, module: str) -> str:
        name, _ = self.files[module]
        data = self._zip.read(name) if self._zip else (self.path / name).read_bytes()
        return data.decode("utf-8-sig", "replace")


def folder_names(path: Path) -> list[str]:
    """Lists a library folder's Python files, without what was installed into it."""
    found = []
    for file in sorted(path.rglob("*.py")):
        parts = file.relative_to(path).parts
        if parts[0] not in ("site-packages", "dist-packages", "test", "idlelib", "lib2to3", "turtledemo"):
            found.append("/".join(parts))
    return found


class World:
    """The layers that names are looked up in, nearest first."""

    def __init__(self, layers: list[Layer], opaque: "frozenset[str]") -> None:
        self.layers = layers
        self.opaque = opaque
        self._modules: dict[str, Module | None] = {}
        self._by_tail: dict[tuple[str, str], str] = {}
        for full in sorted(opaque):
            root, _, tail = full.partition(".")
            self._by_tail.setdefault((root, tail.rpartition(".")[2]), full)

    def module(self, name: str) -> Module | None:
        """Returns a module by dotted name, parsed when first asked for."""
        if name in self._modules:
            return self._modules[name]
        found = None
        for layer in self.layers:
            if name in layer.files:
                found = self._parse(layer, name)
                break
        self._modules[name] = found
        return found

    def _parse(self, layer: Layer, name: str) -> Module | None:
        try:
            return Module(name, layer.text(name), layer.files[name][1])
        except (SyntaxError, ValueError, RecursionError) as error:
            print(f"not read: {name} in {layer.path.name}: {type(error).__name__}", file=sys.stderr)
            return None

    def resolve(self, module: Module, dotted: list[str], owner: Class | None = None) -> tuple[Entity | None, list[str]]:
        """Follows a dotted name from a module's top level.

        Returns what it stands for (nothing when the module does not bind it) and every
        spelling met on the way, as full dotted names.
        """
        spelled: list[str] = []
        head: Entity | None = None
        if owner is not None and dotted[0] in owner.members:
            head = self._bound(owner.members[dotted[0]][-1], spelled, 0)
        if head is None:
            head = self._lookup(module, dotted[0], spelled, 0)
        for part in dotted[1:]:
            if head is None:
                return None, spelled
            head = self._attribute(head, part, spelled, 0)
        return head, spelled

    def member(self, entity: Entity, name: str) -> tuple[Entity | None, list[str]]:
        """Follows one attribute of what a name stands for."""
        spelled: list[str] = []
        return self._attribute(entity, name, spelled, 0), spelled

    def imported(self, target: ImportOf) -> tuple[Entity | None, list[str]]:
        """Follows what an import statement binds."""
        spelled: list[str] = []
        return self._bound(target, spelled, 0), spelled

    def _lookup(self, module: Module, name: str, spelled: list[str], depth: int) -> Entity | None:
        if depth > 40:
            return None
        bound = module.bindings.get(name)
        if bound:
            # A definition in this module wins over an import of the same name in another branch.
            outside: Entity | None = None
            for kind in (Class, Function, Value, ImportOf):
                for value in reversed(bound):
                    if isinstance(value, kind) and not (kind is Value and is_none(value)):
                        found = self._bound(value, spelled, depth + 1)
                        if isinstance(found, External) and found.full.split(".")[0] != "builtins":
                            outside = outside or found
                        elif found is not None:
                            return found
            return outside or self._bound(bound[-1], spelled, depth + 1)
        for star in module.stars:
            source = self.module(star)
            if source is None:
                if f"{star}.{name}" in self.opaque:
                    return Opaque(f"{star}.{name}")
                continue
            found = self._lookup(source, name, spelled, depth + 1)
            if found is not None:
                spelled.append(f"{star}.{name}")
                return found
        return None

    def _bound(self, value: object, spelled: list[str], depth: int) -> Entity | None:
        if depth > 40:
            return None
        if isinstance(value, ImportOf):
            if value.name is None:
                spelled.append(value.module)
                return self.module(value.module) or External(value.module)
            return self._import(value.module, value.name, spelled, depth + 1)
        if isinstance(value, Value) and isinstance(value.expression, (ast.Name, ast.Attribute)):
            parts = dotted_name(value.expression)
            if parts:
                head: Entity | None = None
                if value.owner is not None and parts[0] in value.owner.members:
                    candidate = value.owner.members[parts[0]][0]
                    if candidate is not value:
                        head = self._bound(candidate, spelled, depth + 1)
                if head is None:
                    first = [b for b in value.module.bindings.get(parts[0], []) if b is not value]
                    if first:
                        head = self._bound(first[-1], spelled, depth + 1)
                    elif parts[0] in value.module.bindings:
                        return value
                    else:
                        head = self._lookup(value.module, parts[0], spelled, depth + 1)
                        if head is None and len(parts) > 1 and isinstance(getattr(builtins, parts[0], None), type):
                            return External(".".join(parts))
                for part in parts[1:]:
                    if head is None:
                        break
                    head = self._attribute(head, part, spelled, depth + 1)
                if head is not None:
                    return head
        if isinstance(value, (Class, Function)) and not (isinstance(value, Function) and value.owner):
            spelled.append(value.full)
            if isinstance(value, Class) and value.full in self.opaque:
                return Opaque(value.full)
        return value  # type: ignore[return-value]

    def _import(self, module: str, name: str, spelled: list[str], depth: int) -> Entity | None:
        full = f"{module}.{name}"
        spelled.append(full)
        if module in ("typing", "typing_extensions"):
            return typing_name(name, self)
        if full in self.opaque:
            return Opaque(full)
        source = self.module(module)
        if source is not None:
            found = self._lookup(source, name, spelled, depth + 1)
            if found is not None and not (isinstance(found, External) and self.module(full)):
                return found
        if module == "collections":
            # Where the abstract classes were until Python 3.9.
            abstract = self.module("_collections_abc")
            if abstract is not None and name in abstract.bindings:
                return self._lookup(abstract, name, spelled, depth + 1)
        return self.module(full) or self._external(full)

    def _external(self, full: str) -> Entity:
        root, _, tail = full.partition(".")
        known = self._by_tail.get((root, tail.rpartition(".")[2]))
        return Opaque(known) if known else External(full)

    def _attribute(self, entity: Entity, name: str, spelled: list[str], depth: int) -> Entity | None:
        if isinstance(entity, Module):
            return self._import(entity.name, name, spelled, depth + 1)
        if isinstance(entity, External):
            return self._import(entity.full, name, spelled, depth + 1)
        if isinstance(entity, Class):
            if name in entity.members:
                spelled.append(f"{entity.full}.{name}")
                return self._bound(entity.members[name][-1], spelled, depth + 1)
            return External(f"{entity.full}.{name}")
        if isinstance(entity, Opaque):
            spelled.append(f"{entity.full}.{name}")
            return External(f"{entity.full}.{name}")
        return None


def is_none(value: object) -> bool:
    return isinstance(value, Value) and isinstance(value.expression, ast.Constant) and value.expression.value is None


def typing_name(name: str, world: World) -> Entity:
    if name in TYPING_CONTAINERS:
        return Opaque(TYPING_CONTAINERS[name])
    if name in TYPING_SPECIAL:
        return Opaque(f"typing.{name}")
    if name in ("OrderedDict", "DefaultDict", "Deque", "Counter"):
        return Opaque("collections." + {"DefaultDict": "defaultdict", "Deque": "deque"}.get(name, name))
    abstract = world.module("_collections_abc")
    for candidate in (name, {"AbstractSet": "Set", "ContextManager": "AbstractContextManager"}.get(name, name)):
        if abstract and candidate in abstract.bindings:
            return abstract.bindings[candidate][-1]  # type: ignore[return-value]
    return External(f"typing.{name}")


def dotted_name(node: ast.expr) -> list[str] | None:
    """Returns the parts of `a.b.c`, or nothing when the expression is not only names."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return parts[::-1]

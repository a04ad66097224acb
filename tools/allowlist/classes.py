"""Base classes in the order Python looks them up, and what a class finds along them."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from source import Class, Entity, External, Function, Opaque, Value, World, dotted_name

BUILTIN_CLASSES = frozenset(name for name, value in vars(builtins).items() if isinstance(value, type))
# Names that lead to classes written in C, or whose text would say less than what is known of them.
KNOWN_CLASSES = frozenset(
    {
        "abc.ABC", "enum.Enum", "enum.IntEnum", "enum.Flag", "enum.IntFlag", "enum.StrEnum", "enum.ReprEnum",
        "typing.Generic", "typing.Protocol", "typing.NamedTuple", "typing.TypedDict", "typing.Any",
        "collections.OrderedDict", "collections.defaultdict", "collections.deque",
        "threading.local",
    }
)
ENUM_ROOTS = frozenset({"enum.Enum", "enum.IntEnum", "enum.Flag", "enum.IntFlag", "enum.StrEnum", "enum.ReprEnum"})
TRANSPARENT = frozenset({"abc.ABC", "typing.Generic", "typing.Protocol", "typing.Any", "object"})
HARMLESS_METACLASSES = frozenset(
    {"type", "abc.ABCMeta", "_py_abc.ABCMeta", "enum.EnumMeta", "enum.EnumType", "typing.NamedTupleMeta"}
)
STANDS_FOR = {
    "typing.NamedTuple": "tuple", "typing.TypedDict": "dict", "collections.OrderedDict": "dict",
    "collections.defaultdict": "dict",
}


class Unresolved(Exception):
    """A base class or metaclass that the text does not lead to."""


@dataclass(frozen=True)
class Found:
    """A member found along the bases: where, and its definitions (all branches)."""

    owner: Class | Opaque
    definitions: tuple[object, ...]


class Hierarchy:
    """Base classes over one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._orders: dict[int, tuple[Class | Opaque, ...] | Unresolved] = {}
        self._busy: set[int] = set()

    def order(self, entity: Class | Opaque) -> tuple[Class | Opaque, ...]:
        """Returns the class and its bases in lookup order, `object` last."""
        if isinstance(entity, Opaque):
            return (entity,) if entity.full == "object" else (entity, Opaque("object"))
        key = id(entity)
        if key not in self._orders:
            if key in self._busy:
                raise Unresolved("a class among its own bases")
            self._busy.add(key)
            try:
                self._orders[key] = self._linearize(entity)
            except Unresolved as error:
                self._orders[key] = error
            finally:
                self._busy.discard(key)
        found = self._orders[key]
        if isinstance(found, Unresolved):
            raise found
        return found

    def _linearize(self, entity: Class) -> tuple[Class | Opaque, ...]:
        bases = self.bases(entity) or [Opaque("object")]
        lists = [list(self.order(base)) for base in bases] + [list(bases)]
        merged: list[Class | Opaque] = [entity]
        while any(lists):
            lists = [one for one in lists if one]
            for one in lists:
                head = one[0]
                if not any(head in other[1:] for other in lists):
                    break
            else:
                raise Unresolved("bases in no consistent order")
            merged.append(head)
            lists = [[each for each in one if each != head] for one in lists]
        return tuple(merged)

    def bases(self, entity: Class) -> list[Class | Opaque]:
        found: list[Class | Opaque] = []
        for expression in entity.node.bases:
            for base in self._base(entity, expression):
                if base not in found:
                    found.append(base)
        if len(found) > 1:
            found = [base for base in found if base != Opaque("object")] or found
        # `Generic[T]` beside a generic base adds nothing to look up.
        special = Opaque("typing.Generic")
        if special in found and len(found) > 1:
            found = [base for base in found if base != special]
        return found

    def _base(self, entity: Class, expression: ast.expr) -> list[Class | Opaque]:
        if isinstance(expression, ast.Subscript):
            return self._base(entity, expression.value)
        if isinstance(expression, ast.Call):
            name = (dotted_name(expression.func) or [""])[-1]
            if name == "namedtuple":
                return [Opaque("tuple")]
            if name == "NamedTuple":
                return [Opaque("tuple")]
            if name == "with_metaclass":
                return [base for one in expression.args[1:] for base in self._base(entity, one)]
            raise Unresolved(f"base `{ast.unparse(expression)[:60]}`")
        return [self._class_named(entity, expression)]

    def _class_named(self, entity: Class, expression: ast.expr) -> Class | Opaque:
        parts = dotted_name(expression)
        if not parts:
            raise Unresolved(f"base `{ast.unparse(expression)[:60]}`")
        owner = None
        if "." in entity.name:
            # Names in a nested class are looked up in the module, the enclosing body first while it runs.
            owner = outer_class(entity)
        if parts == ["object"]:
            return Opaque("object")
        target, _ = self.world.resolve(entity.module, parts, owner)
        resolved = self.as_class(target)
        if target is None and len(parts) == 1 and parts[0] in BUILTIN_CLASSES:
            return Opaque(parts[0])
        if resolved is None:
            raise Unresolved(f"base `{'.'.join(parts)}`")
        if resolved is entity:
            raise Unresolved("a class among its own bases")
        return resolved

    def as_class(self, target: Entity | None) -> Class | Opaque | None:
        """Returns the class that a name stands for, if it is one."""
        if isinstance(target, (Class, Opaque)):
            return target
        if isinstance(target, Value):
            value = target.expression
            if isinstance(value, ast.Call) and (dotted_name(value.func) or [""])[-1] in ("namedtuple", "NamedTuple"):
                return Opaque("tuple")
            if isinstance(value, ast.Call) and (dotted_name(value.func) or [""])[-1] == "ABCMeta":
                return Opaque("object")
            if isinstance(value, ast.Subscript):
                parts = dotted_name(value.value)
                if parts:
                    return self.as_class(self.world.resolve(target.module, parts)[0])
            if isinstance(value, ast.Name) and value.id in BUILTIN_CLASSES:
                return Opaque(value.id)
        return None

    def find(self, entity: Class | Opaque, name: str, after: Class | Opaque | None = None) -> Found | None:
        """Finds a member along the bases; with `after`, behind that class as `super()` does."""
        order = self.order(entity)
        if after is not None:
            if after not in order:
                raise Unresolved("super() of a class that is no base")
            order = order[order.index(after) + 1 :]
        for owner in order:
            if isinstance(owner, Class):
                if name in owner.members:
                    return Found(owner, tuple(owner.members[name]))
            elif provides(owner, name):
                return Found(owner, ())
        return None

    def metaclasses(self, entity: Class) -> list[Class | Opaque]:
        """Returns every metaclass that the class or one of its bases names."""
        found: list[Class | Opaque] = []
        for owner in self.order(entity):
            if not isinstance(owner, Class):
                continue
            written = [one.value for one in owner.node.keywords if one.arg == "metaclass"]
            for base in owner.node.bases:
                if isinstance(base, ast.Call) and (dotted_name(base.func) or [""])[-1] == "with_metaclass":
                    written += base.args[:1]
            for expression in written:
                found.append(self._class_named(owner, expression))
        return found

    def all_opaque(self, entity: Class) -> list[str]:
        return [one.full for one in self.order(entity) if isinstance(one, Opaque) and one.full not in TRANSPARENT]

    def is_enum(self, entity: Class) -> bool:
        return any(name in ENUM_ROOTS for name in self.all_opaque(entity))


def outer_class(entity: Class) -> Class | None:
    wanted = entity.name.rpartition(".")[0]
    for one in entity.module.classes:
        if one.name == wanted:
            return one
    return None


def provides(owner: Opaque, name: str) -> bool:
    """Says whether a class without text has the member itself."""
    if owner.full in TRANSPARENT:
        return False
    builtin = getattr(builtins, STANDS_FOR.get(owner.full, owner.full), None)
    if isinstance(builtin, type):
        return hasattr(builtin, name) and getattr(builtin, name) is not getattr(object, name, None)
    if owner.full in ENUM_ROOTS:
        return name in ("__new__", "__init__", "__hash__", "__eq__")
    return name in ("__new__", "__init__", "__setstate__", "__hash__", "__eq__", "__setitem__", "append", "extend", "add")


def is_builtin(entity: Class | Opaque) -> bool:
    """Says whether an opaque class is one of Python's own, harmless with any arguments."""
    return isinstance(entity, Opaque) and (entity.full in BUILTIN_CLASSES or entity.full in KNOWN_CLASSES)


def functions_of(found: Found, world: World) -> list[Function] | None:
    """Returns the functions a member was defined by, or nothing when one of them is something else."""
    functions: list[Function] = []
    for definition in found.definitions:
        target = definition
        if isinstance(definition, Value):
            expression = definition.expression
            if isinstance(expression, ast.Call) and (dotted_name(expression.func) or [""])[-1] in (
                "classmethod", "staticmethod",
            ) and len(expression.args) == 1:
                expression = expression.args[0]
            parts = dotted_name(expression)
            if parts is None:
                return None
            owner = found.owner if isinstance(found.owner, Class) else None
            target, _ = world.resolve(definition.module, parts, owner if parts[0] != definition else None)
        if isinstance(target, External) and target.full.split(".")[0] in ("object", "dict", "list", "tuple", "str", "int"):
            continue
        if not isinstance(target, Function):
            return None
        functions.append(target)
    return functions




def decoration_kind(entity: Class) -> str | None:
    """Says by its name alone whether a class decorator writes `__eq__` and `__init__`."""
    for decorator in entity.node.decorator_list:
        parts = dotted_name(decorator.func if isinstance(decorator, ast.Call) else decorator) or [""]
        if parts[-1] == "dataclass":
            return "dataclass"
    return None

"""Which hooks of a class are harmless, by reading what each of them runs."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from classes import Found, Hierarchy, Unresolved, decoration_kind, functions_of
from facts import Facts
from body import Body, Refused
from reader import Reader
from source import Class, Function, Module, Opaque, Value, World, dotted_name

SINK_DEPTH = 3
# Run behind the loader's back; their own sinks bar the class.
BARRED_BY = ("__getattr__", "__getattribute__", "__set_name__", "__init_subclass__", "__missing__", "__hash__", "__eq__")


@dataclass(frozen=True)
class Verdict:
    """What one release says of one class."""

    hooks: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    refusals: tuple[str, ...]

    @property
    def listed(self) -> bool:
        return any(hook in ("new", "call") for hook, _ in self.hooks)


class Judge:
    """Judges the classes of one world."""

    def __init__(self, world: World, facts: Facts) -> None:
        self.world = world
        self.facts = facts
        self.hierarchy = Hierarchy(world)
        self.reader = Reader(self.hierarchy, facts)
        self.sinks = SinkScan(self.reader)

    def judge(self, entity: Class) -> Verdict:
        """Judges one class."""
        try:
            return self._judge(entity)
        except (Refused, Unresolved) as refused:
            return Verdict((), (), (str(refused),))
        except RecursionError:
            return Verdict((), (), ("too deep to read",))

    def _judge(self, entity: Class) -> Verdict:
        if self.facts.denied(entity.full):
            raise Refused("denied by hand")
        order = self.hierarchy.order(entity)
        for one in order[1:]:
            if self.facts.denied_base(one.full):
                raise Refused(f"base `{one.full}` is denied")
        for one in order[:-1]:
            if isinstance(one, Class):
                self._class_decorators(one)
        self.reader.member(entity, "__del__")
        for name in BARRED_BY + self.facts.implicit:
            sink = self.sinks.member(entity, name)
            if sink is not None:
                raise Refused(f"`{name}` reaches `{sink}`")
        self.reader.member(entity, "__getattribute__")
        self.hierarchy.metaclasses(entity)
        if self.hierarchy.is_enum(entity):
            return self._enum(entity)
        hooks: list[tuple[str, str]] = []
        notes: list[str] = []
        refusals: list[str] = []
        base = self._hand_base(entity)
        self._new(entity, base, hooks, refusals)
        if not hooks:
            return Verdict((), (), tuple(refusals))
        if not any(one.full in self.facts.rules for one in order):
            self._call(entity, base, hooks, refusals)
        self._state(entity, base, hooks, notes, refusals)
        self._items(entity, hooks, refusals)
        self._key(entity, hooks, refusals)
        return Verdict(tuple(hooks), tuple(notes), tuple(refusals))

    def _class_decorators(self, entity: Class) -> None:
        for decorator in entity.node.decorator_list:
            spelled = self.reader.spelled(entity.module, decorator)
            if self.facts.trusted_decorator(spelled) or any(harmless_class_decorator(name) for name in spelled):
                continue
            parts = dotted_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
            target = self.world.resolve(entity.module, parts)[0] if parts else None
            if not isinstance(target, Function) or replaces_hooks(target.node):
                raise Refused(f"class decorator `{ast.unparse(decorator)[:50]}` of `{entity.full}`")

    def _hand_base(self, entity: Class) -> dict[str, str] | None:
        """Returns the hooks of the nearest base that is listed by hand."""
        for one in self.hierarchy.order(entity):
            if isinstance(one, Opaque) and one.full in self.facts.opaque:
                return self.facts.hand_hooks(one.full)
        return None

    def _inherited(self, entity: Class, name: str) -> bool:
        """Says whether a member comes from a base that is listed by hand."""
        found = self.hierarchy.find(entity, name)
        return found is not None and isinstance(found.owner, Opaque) and found.owner.full in self.facts.opaque

    def _new(self, entity: Class, base: dict[str, str] | None, hooks: list[tuple[str, str]], refusals: list[str]) -> None:
        if base is not None and self._inherited(entity, "__new__"):
            if "new" in base:
                hooks.append(("new", base["new"]))
            else:
                refusals.append("new: the base listed by hand has none")
            return
        self._try("new", refusals, hooks, lambda: self.reader.member(entity, "__new__"))

    def _call(self, entity: Class, base: dict[str, str] | None, hooks: list[tuple[str, str]], refusals: list[str]) -> None:
        if base is not None and self._inherited(entity, "__init__") and self._inherited(entity, "__new__"):
            if "call" in base:
                hooks.append(("call", base["call"]))
            return
        self._try("call", refusals, hooks, lambda: self.reader.construction(entity))

    def _state(
        self, entity: Class, base: dict[str, str] | None, hooks: list[tuple[str, str]], notes: list[str], refusals: list[str]
    ) -> None:
        for one in self.hierarchy.order(entity):
            if one.full in self.facts.rules:
                hooks.append(("state", self.facts.rules[one.full]))
                notes.append(f"state rule of {one.full.rpartition('.')[2]}")
                return
        found = self.hierarchy.find(entity, "__setstate__")
        if found is not None and base is not None and self._inherited(entity, "__setstate__"):
            if "state" in base:
                hooks.append(("state", base["state"]))
                notes.append("__setstate__ of the base listed by hand")
            return
        if found is not None and isinstance(found.owner, Class):
            if self._try("state", refusals, hooks, lambda: self.reader.member(entity, "__setstate__")):
                notes.append("__setstate__ read" if found.owner is entity else f"{found.owner.name}.__setstate__ read")
            return
        getter = self.hierarchy.find(entity, "__getattr__")
        if getter is not None and isinstance(getter.owner, Class) and not self._guarded(getter):
            refusals.append(f"state: `{getter.owner.full}.__getattr__` may answer for __setstate__")
            return
        own = self.hierarchy.find(entity, "__getattribute__")
        if own is not None and isinstance(own.owner, Class) and not self.facts.trusted_function(f"{own.owner.full}.__getattribute__"):
            refusals.append(f"state: `{own.owner.full}.__getattribute__` may answer for __setstate__")
            return
        try:
            self.reader.setters(entity)
        except (Refused, Unresolved) as refused:
            hooks.append(("state", "(dict)"))
            notes.append("dict state only")
            refusals.append(f"slot state: {refused}")
        else:
            hooks.append(("state", ""))

    def _guarded(self, found: Found) -> bool:
        functions = functions_of(found, self.world)
        return functions is not None and all(
            self.facts.trusted_function(function.full) or guarded(function.node) for function in functions
        )

    def _items(self, entity: Class, hooks: list[tuple[str, str]], refusals: list[str]) -> None:
        kinds = set(self.hierarchy.all_opaque(entity))
        names = []
        if kinds & {"dict", "collections.OrderedDict", "collections.defaultdict"}:
            names = ["__setitem__"]
        elif kinds & {"list", "collections.deque"}:
            names = ["append", "extend"]
        elif "set" in kinds:
            names = ["add"]
        if names:
            self._try("items", refusals, hooks, lambda: [self.reader.member(entity, name) for name in names])

    def _key(self, entity: Class, hooks: list[tuple[str, str]], refusals: list[str]) -> None:
        for one in self.hierarchy.order(entity):
            if isinstance(one, Opaque):
                if one.full in ("dict", "list", "set", "bytearray", "collections.OrderedDict", "collections.defaultdict"):
                    return
                break
            if "__hash__" in one.members:
                break
            if "__eq__" in one.members or decoration_kind(one) == "dataclass":
                if decoration_kind(one) != "dataclass":
                    return
                break
        found = self.hierarchy.find(entity, "__hash__")
        if found is not None and Reader.is_none(found) and isinstance(found.owner, Class):
            return
        self._try("key", refusals, hooks, lambda: [self.reader.member(entity, name) for name in ("__hash__", "__eq__")])

    def _enum(self, entity: Class) -> Verdict:
        hooks: list[tuple[str, str]] = []
        refusals: list[str] = []
        if self._try("call", refusals, hooks, lambda: self.reader.construction(entity)):
            hooks[-1] = ("call", "(inert)")
        self._try("key", refusals, hooks, lambda: [self.reader.member(entity, name) for name in ("__hash__", "__eq__")])
        return Verdict(tuple(hooks), ("enumeration: looked up by value",), tuple(refusals))

    @staticmethod
    def _try(hook: str, refusals: list[str], hooks: list[tuple[str, str]], read: Callable[[], object]) -> bool:
        try:
            read()
        except (Refused, Unresolved) as refused:
            refusals.append(f"{hook}: {refused}")
            return False
        hooks.append((hook, ""))
        return True


def harmless_class_decorator(name: str) -> bool:
    tail = name.rpartition(".")[2]
    if name.split(".")[0] in ("attr", "attrs"):
        return True
    return tail in (
        "dataclass", "total_ordering", "unique", "final", "runtime_checkable", "runtime", "set_module", "array_function_dispatch",
        "deprecated", "verify", "python_2_unicode_compatible", "dataclass_transform", "global_enum",
    )


def replaces_hooks(node: ast.AST) -> bool:
    """Says whether a decorator's text writes a method that loading runs."""
    hooks = {"__new__", "__init__", "__call__", "__setstate__", "__setattr__", "__getattr__", "__getattribute__", "__del__",
             "__hash__", "__eq__", "__class__", "__dict__"}
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store) and one.attr in hooks:
            return True
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in ("type", "setattr", "exec", "eval"):
            return True
        if isinstance(one, ast.ClassDef):
            return True
    return False


def guarded(node: ast.AST) -> bool:
    """Says whether a `__getattr__` cannot answer for `__setstate__` with a value of the instance."""
    arguments = node.args.posonlyargs + node.args.args
    if len(arguments) != 2:
        return False
    name = arguments[1].arg
    for statement in node.body:
        if isinstance(statement, ast.If) and refuses_dunder(statement.test, name) and ends(statement.body):
            return True
        for one in ast.walk(statement):
            if isinstance(one, ast.Return) and one.value is not None and not isinstance(one.value, (ast.Constant, ast.JoinedStr)):
                return only_named(node, one, name)
    return True


def refuses_dunder(test: ast.expr, name: str) -> bool:
    """Says whether an `if` is taken for every name that begins with two underscores, or for `__setstate__`."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(refuses_dunder(one, name) for one in test.values)
    if isinstance(test, ast.BoolOp):
        return all(refuses_dunder(one, name) for one in test.values)
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and test.func.attr in ("startswith", "endswith"):
        value = test.args[0] if test.args else None
        texts = value.elts if isinstance(value, ast.Tuple) else [value]
        return (
            isinstance(test.func.value, ast.Name)
            and test.func.value.id == name
            and any(isinstance(one, ast.Constant) and one.value in ("_", "__") for one in texts)
        )
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == name:
        return any(isinstance(one, ast.Constant) and one.value == "__setstate__" for one in ast.walk(test))
    return False


def ends(body: list[ast.stmt]) -> bool:
    """Says whether a block raises, or answers as a class without the name would."""
    last = body[-1]
    if isinstance(last, ast.Raise):
        return True
    text = ast.unparse(last)
    return isinstance(last, ast.Return) and ("object.__getattribute__(" in text or "super()." in text or "super(" in text)


def only_named(node: ast.AST, answer: ast.Return, name: str) -> bool:
    """Says whether every answer stands under `if name == "..."` for other names than dunders."""
    for one in ast.walk(node):
        if isinstance(one, ast.If) and isinstance(one.test, ast.Compare) and isinstance(one.test.left, ast.Name):
            if one.test.left.id == name and all(isinstance(op, (ast.Eq, ast.In)) for op in one.test.ops):
                texts = [each.value for each in ast.walk(one.test) if isinstance(each, ast.Constant)]
                if texts and "__setstate__" not in texts and not any(
                    isinstance(each, ast.Return) and each not in list(ast.walk(one)) for each in ast.walk(node)
                    if isinstance(each, ast.Return) and not isinstance(each.value, (ast.Constant, type(None)))
                ):
                    return True
    return False


class SinkScan:
    """Looks for calls of sinks in a method and, a few steps on, in what it calls."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.facts = reader.facts
        self._known: dict[tuple[int, int], str | None] = {}

    def member(self, entity: Class, name: str) -> str | None:
        found = self.reader.hierarchy.find(entity, name)
        if found is None or isinstance(found.owner, Opaque):
            return None
        functions = functions_of(found, self.reader.world) or []
        for function in functions:
            sink = self.function(function, entity, SINK_DEPTH)
            if sink is not None:
                return sink
        return None

    def function(self, function: Function, dynamic: Class | None, depth: int) -> str | None:
        if self.facts.trusted_function(function.full):
            return None
        key = (id(function), id(dynamic) if function.owner else 0)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._scan(function, dynamic, depth)
        return self._known[key]

    def _scan(self, function: Function, dynamic: Class | None, depth: int) -> str | None:
        node = function.node
        if not isinstance(node, ast.FunctionDef):
            return None
        body = Body(self.reader, function, dynamic, 0)
        body.scope(node, any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list))
        for call in (one for statement in node.body for one in ast.walk(statement) if isinstance(one, ast.Call)):
            sink = self._call(body, call, dynamic, depth)
            if sink is not None:
                return sink
        return None

    def _call(self, body: Body, call: ast.Call, dynamic: Class | None, depth: int) -> str | None:
        kind = body.kind(call.func)
        if kind.tag == "builtin":
            return kind.entity if kind.entity in self.facts.sink_builtins else None
        if kind.tag == "entity":
            entity, spelled = kind.entity
            full = getattr(entity, "full", None)
            names = set(spelled) | ({full} if isinstance(full, str) else set())
            if self.facts.pure(names):
                return None
            for name in sorted(names):
                if self.facts.is_sink(name):
                    return name
            if isinstance(entity, Function) and entity.owner is None and depth > 1:
                return self.function(entity, None, depth - 1)
            return None
        if isinstance(call.func, ast.Attribute):
            base = body.kind(call.func.value)
            if call.func.attr in self.facts.sink_methods:
                return "." + call.func.attr
            if base.tag == "self" and isinstance(base.entity, Class) and depth > 1:
                try:
                    found = self.reader.hierarchy.find(base.entity, call.func.attr)
                except Unresolved:
                    return None
                if found is not None and isinstance(found.owner, Class):
                    for function in functions_of(found, self.reader.world) or []:
                        sink = self.function(function, base.entity, depth - 1)
                        if sink is not None:
                            return sink
        return None


def aliases(entity: Class) -> list[tuple[str, str]]:
    """Returns other modules that the class says it is from."""
    found = []
    for value in entity.members.get("__module__", []):
        if isinstance(value, Value) and isinstance(value.expression, ast.Constant) and isinstance(value.expression.value, str):
            found.append((value.expression.value, entity.name))
    for decorator in entity.node.decorator_list:
        if isinstance(decorator, ast.Call) and (dotted_name(decorator.func) or [""])[-1] == "set_module" and decorator.args:
            argument = decorator.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                found.append((argument.value, entity.name))
    return found


def named_tuples(module: Module) -> list[str]:
    """Returns the names of a module's classes made by `namedtuple`."""
    found = []
    for name, values in module.bindings.items():
        for value in values:
            if isinstance(value, Value) and isinstance(value.expression, ast.Call):
                call = value.expression
                maker = (dotted_name(call.func) or [""])[-1]
                if maker in ("namedtuple", "NamedTuple") and call.args and isinstance(call.args[0], ast.Constant):
                    found.append(str(call.args[0].value))
    return sorted(set(found))



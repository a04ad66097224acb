"""One function's body under reading: what its names stand for, and every call in it.

See `reader.py` for what is harmless.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classes import BUILTIN_CLASSES, Unresolved, is_builtin
from source import Class, Entity, External, Function, ImportOf, Opaque, Value, dotted_name, imports

if TYPE_CHECKING:
    from reader import Reader

PLAIN_DECORATORS = frozenset(
    {"classmethod", "staticmethod", "abc.abstractmethod", "typing.overload", "typing.no_type_check", "typing.final",
     "functools.lru_cache", "functools.cache", "functools.wraps", "typing_extensions.override", "typing.override",
     "contextlib.contextmanager", "typing_extensions.deprecated", "numpy.deprecate", "torch.no_grad"}
)
GETTERS = frozenset({"property", "functools.cached_property", "abc.abstractproperty"})


class Refused(Exception):
    """Why a method is not known to be harmless."""


@dataclass(frozen=True)
class Kind:
    """What is known of an expression's value."""

    tag: str
    entity: object = None


ANY = Kind("any")
FRESH = Kind("fresh")
OWN_DICT = Kind("own dict")
SUPER = Kind("super")


class Body:
    """One function's body under reading."""

    def __init__(self, reader: Reader, function: Function, dynamic: Class | None, depth: int) -> None:
        self.reader = reader
        self.facts = reader.facts
        self.world = reader.world
        self.hierarchy = reader.hierarchy
        self.function = function
        self.module = function.module
        self.dynamic = dynamic
        self.depth = depth
        self.where = function.full
        self.parameters: dict[str, Kind] = {}
        self.assigned: dict[str, list[ast.expr | None]] = {}
        self.nested: dict[str, ast.AST] = {}
        self.imported: dict[str, ImportOf] = {}
        self._resolving: set[str] = set()

    def refuse(self, what: str) -> None:
        raise Refused(f"`{self.where}` {what}")

    def read(self, ignore_decorators: bool = False) -> None:
        """Reads the whole function."""
        node = self.function.node
        if isinstance(node, ast.AsyncFunctionDef):
            self.refuse("is async")
        static = False
        if isinstance(node, ast.FunctionDef) and not ignore_decorators:
            static = self._decorators(node)
        self.scope(node, static)
        body = node.body if isinstance(node.body, list) else [node.body]
        for statement in body:
            self.walk(statement)

    def _decorators(self, node: ast.FunctionDef) -> bool:
        static = False
        for decorator in node.decorator_list:
            spelled = self.reader.spelled(self.module, decorator, self.function.owner)
            if "staticmethod" in spelled:
                static = True
            if spelled & PLAIN_DECORATORS or spelled & GETTERS or self.facts.trusted_decorator(spelled):
                continue
            self.refuse(f"has the decorator `{ast.unparse(decorator)[:50]}`")
        return static

    def scope(self, node: ast.AST, static: bool) -> None:
        arguments = node.args
        names = [one.arg for one in arguments.posonlyargs + arguments.args]
        for one in arguments.kwonlyargs + [arguments.vararg, arguments.kwarg]:
            if one is not None:
                self.parameters[one.arg] = ANY
        for name in names:
            self.parameters[name] = ANY
        for one, kind in ((arguments.vararg, FRESH), (arguments.kwarg, FRESH)):
            if one is not None:
                self.parameters[one.arg] = kind
        if self.function.owner is not None and names and not static and self.dynamic is not None:
            bound_to_class = self.function.name in ("__new__", "__init_subclass__", "__class_getitem__") or any(
                isinstance(one, ast.Name) and one.id == "classmethod" for one in getattr(node, "decorator_list", [])
            )
            self.parameters[names[0]] = Kind("class" if bound_to_class else "self", self.dynamic)
        self._bindings(node)

    def _bindings(self, top: ast.AST) -> None:
        for node in ast.walk(top):
            if node is top:
                continue
            if isinstance(node, (ast.FunctionDef, ast.Lambda, ast.AsyncFunctionDef)):
                if isinstance(node, ast.FunctionDef):
                    self.nested[node.name] = node
                arguments = node.args
                for one in arguments.posonlyargs + arguments.args + arguments.kwonlyargs + [arguments.vararg, arguments.kwarg]:
                    if one is not None:
                        self.assigned.setdefault(one.arg, []).append(None)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self.assigned.setdefault(target.id, []).append(node.value)
                    else:
                        self._unknown(target)
            elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and isinstance(node.target, ast.Name):
                if node.value is not None:
                    self.assigned.setdefault(node.target.id, []).append(node.value)
            elif isinstance(node, ast.AugAssign):
                self._unknown(node.target)
            elif isinstance(node, (ast.For, ast.comprehension)):
                self._unknown(node.target)
            elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                self._unknown(node.optional_vars)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                self.assigned.setdefault(node.name, []).append(ast.Constant(value=0))
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                for name, target in imports(self.module, node):
                    self.imported[name] = target

    def _unknown(self, target: ast.expr) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.assigned.setdefault(node.id, []).append(None)

    # What an expression's value is.

    def kind(self, node: ast.expr) -> Kind:
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Attribute):
            return self._attribute_kind(node)
        if isinstance(node, ast.Call):
            return self._call_kind(node)
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
            kinds = {self.kind(part) for part in parts}
            return kinds.pop() if len(kinds) == 1 else ANY
        if isinstance(
            node,
            (ast.Constant, ast.List, ast.Dict, ast.Tuple, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.JoinedStr,
             ast.BinOp, ast.Compare, ast.UnaryOp, ast.GeneratorExp),
        ):
            return FRESH
        return ANY

    def _name(self, name: str) -> Kind:
        if name in self.assigned or name in self.parameters:
            if name in self._resolving:
                return ANY
            self._resolving.add(name)
            try:
                kinds = {self.kind(value) if value is not None else ANY for value in self.assigned.get(name, [])}
            finally:
                self._resolving.discard(name)
            if name in self.parameters:
                kinds.add(self.parameters[name])
            if name in self.nested:
                kinds.add(ANY)
            return kinds.pop() if len(kinds) == 1 else ANY
        if name in self.nested:
            return Kind("nested", self.nested[name])
        if name in self.imported:
            entity, spelled = self.world.imported(self.imported[name])
            return Kind("entity", (entity, tuple(spelled)))
        if name == "__class__" and self.function.owner is not None:
            return Kind("entity", (self.function.owner, ()))
        entity, spelled = self.world.resolve(self.module, [name])
        if entity is not None:
            return Kind("entity", (entity, tuple(spelled)))
        if hasattr(builtins, name) or name in self.facts.builtin_calls or name in ("unicode", "long"):
            return Kind("builtin", name)
        return ANY

    def _attribute_kind(self, node: ast.Attribute) -> Kind:
        base = self.kind(node.value)
        if base.tag == "self":
            if node.attr == "__dict__":
                return OWN_DICT
            if node.attr == "__class__":
                return Kind("class", base.entity)
            return ANY
        if base.tag == "entity":
            entity, spelled = base.entity
            if entity is None:
                return ANY
            found, more = self.world.member(entity, node.attr)
            names = tuple(f"{one}.{node.attr}" for one in spelled) + tuple(more)
            return Kind("entity", (found, names)) if found is not None else ANY
        return ANY

    def _call_kind(self, node: ast.Call) -> Kind:
        func = node.func
        if isinstance(func, ast.Name):
            if func.id == "super" and self._name("super").tag == "builtin":
                return SUPER
            if func.id == "type" and len(node.args) == 1:
                inner = self.kind(node.args[0])
                return Kind("class", inner.entity) if inner.tag == "self" else ANY
            if func.id == "vars" and len(node.args) == 1 and self.kind(node.args[0]).tag == "self":
                return OWN_DICT
        if isinstance(func, ast.Attribute) and func.attr == "__new__" and node.args:
            made = self.kind(node.args[0])
            if made.tag == "class":
                return Kind("self", made.entity)
        callee = self.kind(func)
        if callee.tag == "class":
            return Kind("self", callee.entity)
        if callee.tag == "builtin":
            return FRESH if callee.entity in BUILTIN_CLASSES or callee.entity in ("sorted", "vars") else ANY
        if callee.tag == "entity":
            entity, names = callee.entity
            if isinstance(entity, Class):
                return Kind("self", entity)
            if isinstance(entity, Opaque) or self.facts.pure(names):
                return FRESH
        return ANY

    # Statements and expressions.

    def walk(self, node: ast.AST | None) -> None:
        if node is None:
            return
        method = getattr(self, "_walk_" + type(node).__name__.lower(), None)
        if method is not None:
            method(node)
            return
        if isinstance(node, (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await, ast.ClassDef, ast.Global)):
            self.refuse(f"has a {type(node).__name__} statement")
        for child in ast.iter_child_nodes(node):
            self.walk(child)

    def _walk_functiondef(self, node: ast.FunctionDef) -> None:
        if node.decorator_list and not all(
            self.reader.spelled(self.module, one) & PLAIN_DECORATORS for one in node.decorator_list
        ):
            self.refuse("decorates an inner function")
        for statement in node.body:
            self.walk(statement)
        for default in node.args.defaults + node.args.kw_defaults:
            self.walk(default)

    def _walk_arguments(self, node: ast.arguments) -> None:
        for default in node.defaults + node.kw_defaults:
            self.walk(default)

    def _walk_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.walk(node.value)
            self.store(node.target)

    def _walk_assign(self, node: ast.Assign) -> None:
        self.walk(node.value)
        for target in node.targets:
            if isinstance(target, ast.Attribute) and target.attr == "__class__":
                if self.kind(node.value).tag not in ("class", "entity"):
                    self.refuse("sets `__class__` from a value")
                continue
            self.store(target)

    def _walk_augassign(self, node: ast.AugAssign) -> None:
        self.walk(node.value)
        self.store(node.target)

    def _walk_for(self, node: ast.For) -> None:
        self.walk(node.iter)
        self.store(node.target)
        for statement in node.body + node.orelse:
            self.walk(statement)

    def _walk_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                base = self.kind(target.value)
                if base.tag != "self":
                    self.refuse(f"deletes `{ast.unparse(target)[:50]}`")
                self.reader.found(self.hierarchy.find(base.entity, "__delattr__"), base.entity, "__delattr__", self.depth + 1)
            elif isinstance(target, ast.Subscript):
                self.walk(target.value)
                self.walk(target.slice)

    def _walk_with(self, node: ast.With) -> None:
        for item in node.items:
            expression = item.context_expr
            kind = self.kind(expression.func if isinstance(expression, ast.Call) else expression)
            names = set(kind.entity[1]) if kind.tag == "entity" else set()
            if not self.facts.context(names):
                self.refuse(f"enters `{ast.unparse(expression)[:50]}`")
            if isinstance(expression, ast.Call):
                for argument in expression.args:
                    self.walk(argument)
        for statement in node.body:
            self.walk(statement)

    def _walk_import(self, node: ast.Import) -> None:
        for name, target in imports(self.module, node):
            if self.facts.is_sink(f"{target.module}.{target.name or '*'}") and target.module not in ("os", "pathlib", "pickle"):
                self.refuse(f"imports `{target.module}`")

    _walk_importfrom = _walk_import

    def _walk_attribute(self, node: ast.Attribute) -> None:
        self.walk(node.value)
        base = self.kind(node.value)
        if base.tag == "self" and isinstance(base.entity, Class):
            self.reader.loaded(base.entity, node.attr, self.depth)

    def _walk_call(self, node: ast.Call) -> None:
        for argument in node.args:
            self.walk(argument)
        for keyword in node.keywords:
            self.walk(keyword.value)
        if isinstance(node.func, ast.Attribute):
            self.walk(node.func.value)
        self.call(node)

    def store(self, target: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                self.store(element)
        elif isinstance(target, ast.Starred):
            self.store(target.value)
        elif isinstance(target, ast.Subscript):
            self.walk(target.value)
            self.walk(target.slice)
            base = self.kind(target.value)
            if base.tag in ("entity", "builtin", "class"):
                self.refuse(f"writes `{ast.unparse(target)[:50]}`")
        elif isinstance(target, ast.Attribute):
            base = self.kind(target.value)
            if base.tag == "self":
                if isinstance(base.entity, Class):
                    self.reader.written(base.entity, target.attr, self.depth)
            elif base.tag != "fresh":
                self.refuse(f"writes `{ast.unparse(target)[:50]}`")

    # Calls.

    def call(self, node: ast.Call) -> None:
        kind = self.kind(node.func)
        if kind.tag == "builtin":
            self._builtin(kind.entity, node)
        elif kind.tag == "entity":
            self._entity(kind.entity[0], set(kind.entity[1]), node)
        elif kind.tag == "class":
            self._construct(kind.entity)
        elif kind.tag == "nested":
            self.callables(node)
        elif isinstance(node.func, ast.Attribute):
            self._method(node, node.func)
        elif isinstance(node.func, ast.Lambda):
            self.walk(node.func.body)
        else:
            self.refuse(f"calls the value `{ast.unparse(node.func)[:50]}`")

    def _construct(self, entity: object) -> None:
        if not isinstance(entity, Class):
            self.refuse("makes an instance of an unknown class")
        try:
            self.reader.construction(entity, self.depth + 1)
        except RecursionError:
            self.refuse("lies too deep")

    def _builtin(self, name: str, node: ast.Call) -> None:
        arguments = node.args
        if name == "super":
            return
        if name == "type":
            if len(arguments) != 1 or node.keywords:
                self.refuse("makes a class")
        elif name == "getattr":
            base = self.kind(arguments[0]) if arguments else ANY
            if base.tag == "self" and isinstance(base.entity, Class):
                if isinstance(arguments[1], ast.Constant):
                    self.reader.loaded(base.entity, str(arguments[1].value), self.depth)
        elif name in ("setattr", "delattr"):
            base = self.kind(arguments[0]) if arguments else ANY
            if base.tag == "self" and isinstance(base.entity, Class):
                if len(arguments) > 1 and isinstance(arguments[1], ast.Constant):
                    self.reader.written(base.entity, str(arguments[1].value), self.depth)
                else:
                    self.reader.setters(base.entity)
            elif base.tag != "fresh":
                self.refuse(f"writes an attribute of `{ast.unparse(arguments[0])[:40]}`")
        elif name == "vars":
            pass
        elif name == "print" and any(one.arg == "file" for one in node.keywords):
            self.refuse("prints into a value")
        elif name in self.facts.builtin_calls or is_exception(name):
            self.callables(node)
        elif name in self.facts.builtin_callables:
            if name == "iter" and len(arguments) != 1:
                self.refuse("iterates over calls")
            if name in ("map", "filter") and arguments:
                self.callable(arguments[0])
            self.callables(node)
        else:
            self.refuse(f"calls `{name}`")

    def callables(self, node: ast.Call) -> None:
        """Checks the arguments that a harmless function would call."""
        for keyword in node.keywords:
            if keyword.arg in ("key", "default_factory", "function", "func"):
                self.callable(keyword.value)

    def callable_or_plain(self, node: ast.expr) -> None:
        """Checks an argument that is called if it is no plain value."""
        if self.kind(node).tag != "fresh":
            self.callable(node)

    def callable(self, node: ast.expr) -> None:
        """Checks an expression whose value will be called."""
        if isinstance(node, ast.Constant) and node.value is None:
            return
        if isinstance(node, ast.Lambda):
            for argument in node.args.args:
                self.assigned.setdefault(argument.arg, []).append(None)
            self.walk(node.body)
            return
        kind = self.kind(node)
        if kind.tag == "builtin":
            if kind.entity in self.facts.builtin_calls or kind.entity in BUILTIN_CLASSES - {"type"}:
                return
        elif kind.tag == "entity":
            self._entity(kind.entity[0], set(kind.entity[1]), None)
            return
        elif kind.tag == "nested":
            return
        elif isinstance(node, ast.Attribute):
            base = self.kind(node.value)
            if base.tag == "builtin" and node.attr in self.facts.method_calls:
                return
            if base.tag == "self" and isinstance(base.entity, Class):
                found = self.hierarchy.find(base.entity, node.attr)
                if found is not None:
                    self.reader.found(found, base.entity, node.attr, self.depth + 1)
                    return
        elif isinstance(node, (ast.List, ast.Tuple)):
            for element in node.elts:
                self.callable(element)
            return
        elif isinstance(node, ast.Call):
            inner = self.kind(node.func)
            if inner.tag == "entity" and {"operator.itemgetter", "functools.partial"} & set(inner.entity[1]):
                if node.args and "functools.partial" in inner.entity[1]:
                    self.callable(node.args[0])
                return
        self.refuse(f"has the value `{ast.unparse(node)[:50]}` called")

    def _entity(self, entity: Entity | None, names: set[str], node: ast.Call | None) -> None:
        if isinstance(entity, (Class, Function, External, Opaque)):
            names = names | {entity.full}
        if self.facts.pure(names) and not any(self.facts.hard_sink(name) for name in names):
            if node is not None:
                self.callables(node)
                for name, place in CALLED_ARGUMENTS.items():
                    if name in names and len(node.args) > place:
                        self.callable_or_plain(node.args[place])
            return
        for name in sorted(names):
            if self.facts.is_sink(name):
                self.refuse(f"reaches `{name}`")
        if isinstance(entity, Function):
            dynamic = None
            if entity.owner is not None:
                dynamic = self._receiver(entity, node)
            self.reader.function(entity, dynamic, self.depth + 1)
        elif isinstance(entity, Class):
            self._construct(entity)
        elif isinstance(entity, Opaque):
            self.reader.construction(entity, self.depth + 1)
        elif isinstance(entity, External) and self._opaque_method(entity.full, node):
            pass
        elif isinstance(entity, Value) and isinstance(entity.expression, ast.Lambda):
            Body(self.reader, Function(entity.module, entity.expression, None, "<lambda>"), None, self.depth + 1).read()
        elif isinstance(entity, Value) and self.hierarchy.as_class(entity) is not None:
            pass
        else:
            shown = sorted(names)[0] if names else "a value"
            self.refuse(f"calls `{shown}`, which was not read")

    def _receiver(self, function: Function, node: ast.Call | None) -> Class | None:
        # `Base.method(self)` works on this instance, `Class.made()` on that class.
        if node is not None and node.args:
            first = self.kind(node.args[0])
            if first.tag in ("self", "class") and isinstance(first.entity, Class):
                try:
                    if function.owner in self.hierarchy.order(first.entity):
                        return first.entity
                except Unresolved:
                    pass
        if any(isinstance(one, ast.Name) and one.id == "classmethod" for one in getattr(function.node, "decorator_list", [])):
            return function.owner
        return None

    def _opaque_method(self, full: str, node: ast.Call | None) -> bool:
        owner, _, method = full.rpartition(".")
        if owner in BUILTIN_CLASSES or is_builtin(Opaque(owner)):
            if owner == "type":
                return False
            if method in ("__setattr__", "__delattr__"):
                return node is not None and bool(node.args) and self.kind(node.args[0]).tag in ("self", "fresh")
            return True
        target = self.facts.hand_hooks(owner)
        hook = {"__new__": "new", "__init__": "call", "__setstate__": "state"}.get(method)
        if hook is not None and target.get(hook) == "":
            return True
        # A class of the text whose own bases have the method.
        return False

    def _method(self, node: ast.Call, func: ast.Attribute) -> None:
        base = self.kind(func.value)
        name = func.attr
        if base.tag == "super":
            self._super(node, func)
        elif base.tag in ("self", "class") and isinstance(base.entity, Class):
            self._own_method(base, name, node)
        elif base.tag == "builtin":
            if base.entity in BUILTIN_CLASSES and base.entity != "type":
                if name in ("__setattr__", "__delattr__"):
                    if not (node.args and self.kind(node.args[0]).tag in ("self", "fresh", "own dict")):
                        self.refuse("writes an attribute of a value")
                return
            self.refuse(f"calls `{base.entity}.{name}`")
        elif name in self.facts.method_calls:
            if base.tag == "entity" and name in MUTATORS:
                self.refuse(f"changes `{ast.unparse(func.value)[:50]}`, which outlives it")
            if name in ("encode", "decode") and not all(isinstance(one, ast.Constant) for one in node.args):
                self.refuse("looks up a codec by value")
            self.callables(node)
        elif base.tag == "entity" and self._logs(base.entity[0], name):
            pass
        elif name in REGEX_METHODS and self._is_regex(func.value):
            if name in ("sub", "subn") and node.args:
                self.callable_or_plain(node.args[0])
        else:
            self.refuse(f"calls the value `{ast.unparse(func)[:50]}`")

    @staticmethod
    def _logs(entity: Entity | None, name: str) -> bool:
        if name not in ("warning", "info", "debug", "error", "warn", "warning_once"):
            return False
        return isinstance(entity, Value) and isinstance(entity.expression, ast.Call) and (
            (dotted_name(entity.expression.func) or [""])[-1] in ("getLogger", "get_logger")
        )

    def _is_regex(self, node: ast.expr) -> bool:
        """Says whether a name stands for a regular expression that a module or class compiles."""
        kind = self.kind(node)
        values: tuple[object, ...] = ()
        if kind.tag == "entity":
            values = (kind.entity[0],)
        elif isinstance(node, ast.Attribute):
            base = self.kind(node.value)
            if base.tag in ("self", "class") and isinstance(base.entity, Class):
                found = self.hierarchy.find(base.entity, node.attr)
                values = found.definitions if found is not None else ()
        return bool(values) and all(
            isinstance(one, Value)
            and isinstance(one.expression, ast.Call)
            and "re.compile" in self.reader.spelled(one.module, one.expression, one.owner)
            for one in values
        )

    def _super(self, node: ast.Call, func: ast.Attribute) -> None:
        call = func.value
        assert isinstance(call, ast.Call) or isinstance(func.value, ast.Name)
        owner: object = self.function.owner
        if isinstance(call, ast.Call) and call.args:
            first = self.kind(call.args[0])
            if first.tag == "entity":
                owner = first.entity[0]
            elif first.tag == "class":
                owner = first.entity
            else:
                self.refuse("calls super() of a value")
        if self.dynamic is None or not isinstance(owner, Class):
            self.refuse("calls super() of an unknown class")
        found = self.hierarchy.find(self.dynamic, func.attr, after=owner)
        if found is None:
            # No base has it: an AttributeError, or a method of `object`.
            return
        if isinstance(found.owner, Opaque) and func.attr not in OBJECT_METHODS and func.attr not in self.facts.method_calls:
            self.refuse(f"calls `{found.owner.full}.{func.attr}`")
        self.reader.found(found, self.dynamic, func.attr, self.depth + 1)

    def _own_method(self, base: Kind, name: str, node: ast.Call) -> None:
        entity = base.entity
        assert isinstance(entity, Class)
        found = self.hierarchy.find(entity, name)
        if found is None:
            if name in OBJECT_METHODS:
                return
            if base.tag == "class" and name in ("mro", "__subclasses__"):
                return
            self.refuse(f"calls the attribute `{name}` of its instance")
        if isinstance(found.owner, Opaque):
            if name in OBJECT_METHODS or name in self.facts.method_calls:
                self.reader.found(found, entity, name, self.depth + 1)
                return
            self.refuse(f"calls `{found.owner.full}.{name}`")
        for one in found.definitions:
            if isinstance(one, Class):
                self._construct(one)
                return
        self.reader.found(found, entity, name, self.depth + 1)


OBJECT_METHODS = frozenset(
    {"__init__", "__new__", "__setattr__", "__getattribute__", "__delattr__", "__hash__", "__eq__", "__ne__", "__repr__",
     "__str__", "__format__", "__sizeof__", "__dir__", "__init_subclass__", "__class__", "__setitem__", "__getitem__",
     "__contains__", "__len__", "__iter__", "__delitem__", "__subclasshook__", "__lt__", "__le__", "__gt__", "__ge__"}
)


REGEX_METHODS = frozenset({"findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"})
# Functions that call one of their positional arguments, and its place.
CALLED_ARGUMENTS = {
    "collections.defaultdict": 0, "re.sub": 1, "re.subn": 1, "weakref.ref": 1, "weakref.proxy": 1, "_weakref.ref": 1,
    "_weakref.proxy": 1,
}
MUTATORS = frozenset(
    {"add", "append", "appendleft", "clear", "discard", "extend", "insert", "move_to_end", "pop", "popitem", "popleft",
     "remove", "setdefault", "update", "__setitem__", "__delitem__", "fill", "sort", "reverse"}
)


def is_exception(name: str) -> bool:
    value = getattr(builtins, name, None)
    return isinstance(value, type) and issubclass(value, BaseException)

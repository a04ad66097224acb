"""Reads one method as text and says whether running it with any inert values is harmless.

The reading is an allow-list: every call must be one that `vocabulary.toml` or `trust.toml`
names, or lead to a function, method or class of the read packages that passes the same
reading. A call of a value (an argument, an attribute of an instance, the result of another
call) never passes, nor does writing an attribute of anything but the instance itself.
"""

from __future__ import annotations

import ast

from body import GETTERS, Body, Refused
from classes import HARMLESS_METACLASSES, Found, Hierarchy, Unresolved, functions_of, is_builtin
from facts import Facts
from source import Class, External, Function, Module, Opaque, Value, dotted_name

DEPTH = 14


class Reader:
    """Reads methods of one world."""

    def __init__(self, hierarchy: Hierarchy, facts: Facts) -> None:
        self.hierarchy = hierarchy
        self.world = hierarchy.world
        self.facts = facts
        self._known: dict[tuple[int, object], str | None] = {}
        self._busy: set[tuple[int, object]] = set()
        self._assumed = False

    def member(self, entity: Class, name: str) -> None:
        """Reads a method as found along the bases; absent is harmless."""
        self.found(self.hierarchy.find(entity, name), entity, name)

    def found(self, found: Found | None, dynamic: Class | None, name: str, depth: int = 0) -> None:
        """Reads every definition of a member that was found."""
        if found is None:
            return
        if isinstance(found.owner, Opaque):
            self._opaque_member(found.owner, name)
            return
        if self.is_none(found):
            return
        functions = functions_of(found, self.world)
        if functions is None:
            raise Refused(f"`{found.owner.full}.{name}` is not a plain function")
        for function in functions:
            self.function(function, dynamic, depth)

    def _opaque_member(self, owner: Opaque, name: str) -> None:
        if is_builtin(owner) or owner.full in ("object", "type"):
            return
        needed = {"__new__": "new", "__init__": "call", "__setstate__": "state", "__hash__": "key", "__eq__": "key"}
        hook = needed.get(name, "items")
        if self.facts.hand_hooks(owner.full).get(hook) != "":
            raise Refused(f"`{owner.full}` is not listed with `{hook}` for any value")

    @staticmethod
    def is_none(found: Found) -> bool:
        return all(
            isinstance(one, Value) and isinstance(one.expression, ast.Constant) and one.expression.value is None
            for one in found.definitions
        )

    def function(self, function: Function, dynamic: Class | None, depth: int = 0) -> None:
        """Reads a function; `dynamic` is the class of the instance that it works on."""
        if self.facts.trusted_function(function.full):
            return
        key = (id(function), id(dynamic) if function.owner else 0)
        if key in self._known:
            reason = self._known[key]
            if reason is not None:
                raise Refused(reason)
            return
        if key in self._busy:
            self._assumed = True
            return
        if depth > DEPTH:
            raise Refused(f"`{function.full}` lies too deep")
        outer_assumed, self._assumed = self._assumed, False
        self._busy.add(key)
        try:
            Body(self, function, dynamic, depth).read()
        except Refused as refused:
            self._known[key] = str(refused)
            raise
        except Unresolved as error:
            self._known[key] = f"`{function.full}`: {error}"
            raise Refused(f"`{function.full}`: {error}") from None
        else:
            if not self._assumed or not (self._busy - {key}):
                self._known[key] = None
        finally:
            self._busy.discard(key)
            self._assumed = self._assumed or outer_assumed

    def construction(self, entity: Class | Opaque, depth: int = 0) -> None:
        """Reads what calling a class runs: the metaclass, `__new__` and `__init__`."""
        if isinstance(entity, Opaque):
            if entity.full == "type":
                raise Refused("makes a class")
            if not is_builtin(entity) and self.facts.hand_hooks(entity.full).get("call") != "":
                raise Refused(f"`{entity.full}` is not listed with `call` for any value")
            return
        if self.facts.denied(entity.full) or self.facts.is_sink(entity.full):
            raise Refused(f"makes a `{entity.full}`")
        for one in self.hierarchy.order(entity):
            if isinstance(one, Class) and self.facts.denied_base(one.full):
                raise Refused(f"makes a `{one.full}`")
        for meta in self.hierarchy.metaclasses(entity):
            if meta.full in HARMLESS_METACLASSES or self.facts.trusted_function(f"{meta.full}.__call__"):
                continue
            if isinstance(meta, Opaque):
                raise Refused(f"metaclass `{meta.full}`")
            self.found(self.hierarchy.find(meta, "__call__"), None, "__call__", depth + 1)
        if self.hierarchy.is_enum(entity):
            self.found(self.hierarchy.find(entity, "_missing_"), entity, "_missing_", depth + 1)
            return
        self._generated(entity, depth)
        for name in ("__new__", "__init__"):
            self.found(self.hierarchy.find(entity, name), entity, name, depth + 1)
        for name in ("__del__", "__setattr__"):
            self.found(self.hierarchy.find(entity, name), entity, name, depth + 1)

    def _generated(self, entity: Class, depth: int) -> None:
        # Dataclasses and attrs classes get an `__init__` that runs factories, converters and a last step.
        for one in self.hierarchy.order(entity):
            if not isinstance(one, Class):
                continue
            style = decoration(self, one)
            if style is None:
                continue
            last = "__post_init__" if style == "dataclass" else "__attrs_post_init__"
            self.found(self.hierarchy.find(entity, last), entity, last, depth + 1)
            for values in one.members.values():
                for value in values:
                    if isinstance(value, Value) and isinstance(value.expression, ast.Call):
                        self._field(one, value.expression, style, depth)

    def _field(self, owner: Class, call: ast.Call, style: str, depth: int) -> None:
        for keyword in call.keywords:
            if keyword.arg in ("default_factory", "factory", "converter", "validator", "on_setattr"):
                body = Body(self, Function(owner.module, call, None, f"{owner.name}.<field>"), None, depth + 1)
                body.callable(keyword.value)

    def setters(self, entity: Class) -> None:
        """Reads everything that writing an attribute of any name would run."""
        self.found(self.hierarchy.find(entity, "__setattr__"), entity, "__setattr__")
        seen: set[str] = set()
        for owner in self.hierarchy.order(entity):
            if not isinstance(owner, Class):
                continue
            for name, definitions in owner.members.items():
                if name in seen:
                    continue
                seen.add(name)
                self._setter(owner, definitions, entity)

    def _setter(self, owner: Class, definitions: list[object], entity: Class, depth: int = 0) -> None:
        for one in definitions:
            if isinstance(one, Function):
                for decorator in getattr(one.node, "decorator_list", []):
                    if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter"):
                        Body(self, one, entity, depth + 1).read(ignore_decorators=True)
            elif isinstance(one, Value) and isinstance(one.expression, ast.Call):
                self._descriptor(owner, one, entity, depth)

    def _descriptor(self, owner: Class, value: Value, entity: Class, depth: int) -> None:
        call = value.expression
        assert isinstance(call, ast.Call)
        parts = dotted_name(call.func)
        if parts is None:
            return
        if parts == ["property"]:
            arguments = call.args[1:3] + [one.value for one in call.keywords if one.arg in ("fset", "fdel")]
            for argument in arguments:
                named = dotted_name(argument)
                if isinstance(argument, ast.Constant):
                    continue
                if isinstance(argument, ast.Lambda):
                    Body(self, Function(owner.module, argument, owner, "<lambda>"), entity, depth + 1).read()
                    continue
                target = self.world.resolve(owner.module, named, owner)[0] if named else None
                if not isinstance(target, Function):
                    raise Refused(f"a setter of `{owner.full}` that is not a plain function")
                self.function(target, entity, depth + 1)
            return
        target, _ = self.world.resolve(owner.module, parts, owner)
        made = self.hierarchy.as_class(target)
        if isinstance(made, Class):
            self.found(self.hierarchy.find(made, "__set__"), made, "__set__", depth + 1)

    def written(self, entity: Class, name: str, depth: int) -> None:
        """Reads what writing one attribute of an instance runs."""
        self.found(self.hierarchy.find(entity, "__setattr__"), entity, "__setattr__", depth + 1)
        found = self.hierarchy.find(entity, name)
        if found is not None and isinstance(found.owner, Class):
            self._setter(found.owner, list(found.definitions), entity, depth)

    def loaded(self, entity: Class, name: str, depth: int) -> None:
        """Reads what reading one attribute of an instance runs."""
        found = self.hierarchy.find(entity, name)
        if found is None or not isinstance(found.owner, Class):
            return
        for one in found.definitions:
            if not isinstance(one, Function):
                continue
            for decorator in getattr(one.node, "decorator_list", []):
                spelled = self.spelled(one.module, decorator, found.owner)
                if spelled & GETTERS or self.facts.getter(spelled):
                    Body(self, one, entity, depth + 1).read(ignore_decorators=True)

    def spelled(self, module: Module, expression: ast.expr, owner: Class | None = None) -> set[str]:
        """Returns every full name that an expression of names, or its call, may go by."""
        if isinstance(expression, ast.Call):
            expression = expression.func
        parts = dotted_name(expression)
        if parts is None:
            return set()
        target, spelled = self.world.resolve(module, parts, owner)
        names = {*spelled, f"{module.name}.{'.'.join(parts)}"}
        if target is None:
            names.add(".".join(parts))
        elif isinstance(target, (External, Opaque, Class, Function)):
            names.add(target.full)
        return names


def decoration(reader: Reader, entity: Class) -> str | None:
    """Says whether a class decorator writes the class's `__init__`."""
    for decorator in entity.node.decorator_list:
        for name in reader.spelled(entity.module, decorator):
            tail = name.rpartition(".")[2]
            if tail == "dataclass":
                return "dataclass"
            if name.split(".")[0] in ("attr", "attrs") and tail in ("s", "attrs", "define", "frozen", "mutable", "dataclass"):
                return "attrs"
    return None

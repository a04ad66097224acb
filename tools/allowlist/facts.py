"""What was written down by hand: vocabulary, trusted methods, denied classes, listed classes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# Where numpy's own modules keep what its users know as `numpy.name`.
NUMPY_INSIDES = ("numpy.core.", "numpy._core.", "numpy.lib.")


@dataclass(frozen=True)
class Line:
    """One line of a list."""

    module: str
    name: str
    hooks: tuple[tuple[str, str], ...]
    reason: str

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}"

    def written(self) -> str:
        hooks = " ".join(hook + pattern for hook, pattern in self.hooks)
        return "\t".join((self.module, self.name, "class", hooks, self.reason))


def parse_line(text: str, place: str) -> Line:
    """Parses one line of a list or of `hand.list`."""
    parts = text.rstrip("\n").split("\t")
    if len(parts) != 5 or parts[2] != "class":
        raise ValueError(f"{place}: five fields separated by tabs are wanted")
    hooks = []
    for word in parts[3].split():
        hook, bracket, pattern = word.partition("(")
        if hook not in HOOKS:
            raise ValueError(f"{place}: unknown hook `{hook}`")
        hooks.append((hook, bracket + pattern))
    return Line(parts[0], parts[1], tuple(hooks), parts[4])


HOOKS = ("new", "call", "state", "items", "key")


class Facts:
    """The hand-written files of this folder."""

    def __init__(self, folder: Path) -> None:
        vocabulary = tomllib.loads((folder / "vocabulary.toml").read_text("utf-8"))
        trust = tomllib.loads((folder / "trust.toml").read_text("utf-8"))
        deny = tomllib.loads((folder / "deny.toml").read_text("utf-8"))
        self.builtin_calls = frozenset(vocabulary["builtins"]["harmless"])
        self.builtin_callables = frozenset(vocabulary["builtins"]["taking_callables"])
        self.method_calls = frozenset(vocabulary["methods"]["harmless"])
        self.implicit = tuple(vocabulary["implicit"]["methods"])
        self._pure = Names(vocabulary["pure"]["names"])
        self._contexts = Names(vocabulary["pure"]["contexts"] + trust.get("contexts", []))
        self._sinks = Names(vocabulary["sinks"]["names"])
        self.sink_builtins = frozenset(vocabulary["sinks"]["builtins"])
        self.sink_methods = frozenset(vocabulary["sinks"]["methods"])
        self._functions = Names(list(trust["functions"]))
        self._decorators = Names(list(trust["decorators"]))
        self.rules: dict[str, str] = trust["rules"]
        self._getters = frozenset(trust.get("getters", []))
        self._denied = tuple(deny["modules"])
        self._allowed = tuple(deny["allowed"])
        self._denied_classes = frozenset(deny["classes"])
        self._denied_bases = Names(deny["bases"])
        self.hand: dict[str, dict[str, Line]] = {}
        current = ""
        for number, text in enumerate((folder / "hand.list").read_text("utf-8").splitlines(), 1):
            if text.startswith("#@"):
                current = text[2:].strip()
            elif text and not text.startswith("#"):
                line = parse_line(text, f"hand.list:{number}")
                self.hand.setdefault(current, {})[line.full] = line
        self._by_full = {full: dict(line.hooks) for lines in self.hand.values() for full, line in lines.items()}

    @property
    def opaque(self) -> frozenset[str]:
        """Returns the classes listed by hand, by full name."""
        return frozenset(self._by_full)

    def hand_hooks(self, full: str) -> dict[str, str]:
        return self._by_full.get(full, {})

    def pure(self, names: "set[str] | tuple[str, ...]") -> bool:
        return any(self._pure.has(outside(name)) for name in names)

    def context(self, names: set[str]) -> bool:
        return any(self._contexts.has(outside(name)) for name in names)

    @lru_cache(maxsize=None)
    def is_sink(self, name: str) -> bool:
        return self._sinks.has(outside(name)) and not self._pure.has(outside(name))

    def hard_sink(self, name: str) -> bool:
        return name in self.sink_builtins

    def trusted_function(self, full: str) -> bool:
        return self._functions.has(full)

    def trusted_decorator(self, names: set[str]) -> bool:
        return any(self._decorators.has(name) for name in names)

    def getter(self, names: set[str]) -> bool:
        return bool(self._getters & names)

    def denied(self, full: str) -> bool:
        if full in self._denied_classes:
            return True
        if any(full == one or full.startswith(one + ".") for one in self._allowed):
            return False
        return any(full == one or full.startswith(one + ".") for one in self._denied)

    def denied_base(self, full: str) -> bool:
        return full in self._denied_classes or self._denied_bases.has(full)


class Names:
    """Full names; some are prefixes that end in `*`, some leave out the modules between (`a.**.b`)."""

    def __init__(self, names: list[str]) -> None:
        spread = [name for name in names if ".**." in name]
        self._exact = frozenset(name for name in names if not name.endswith("*") and name not in spread)
        self._prefixes = tuple(name[:-1] for name in names if name.endswith("*"))
        self._spread = tuple((name.partition(".**.")[0], name.partition("**")[2]) for name in spread)

    def has(self, name: str) -> bool:
        """Says whether a full name is one of these."""
        if name in self._exact:
            return True
        if self._prefixes and name.startswith(self._prefixes):
            return True
        return any(name.startswith(root + ".") and name.endswith(tail) for root, tail in self._spread)


def outside(name: str) -> str:
    """Returns the name by which users know a function of numpy's inner modules."""
    if name.startswith(NUMPY_INSIDES):
        for inner in (".multiarray.", ".umath.", ".numerictypes.", ".numeric.", ".fromnumeric.", "._ufunc_config."):
            if inner in name:
                return "numpy." + name.partition(inner)[2]
        return "numpy." + name.rpartition(".")[2]
    return name

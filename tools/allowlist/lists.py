"""Joins what the releases say of each class, and writes one list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from facts import HOOKS, Facts, Line
from verdict import Verdict


@dataclass
class Entry:
    """One class over the releases in which it exists."""

    verdicts: dict[str, list[Verdict]] = field(default_factory=dict)

    def joined(self) -> tuple[dict[str, str], list[str]] | None:
        """Returns the hooks that every release grants, with the notes, or nothing."""
        hooks: dict[str, str] | None = None
        notes: list[str] = []
        for verdicts in self.verdicts.values():
            for verdict in verdicts:
                mine = dict(verdict.hooks)
                hooks = mine if hooks is None else narrowed(hooks, mine)
                notes = [*notes, *(note for note in verdict.notes if note not in notes)]
        if not hooks or not ({"new", "call"} & set(hooks)):
            return None
        return hooks, notes


def narrowed(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """Returns the hooks that both grant, with the narrower of their patterns."""
    hooks = {}
    for hook in HOOKS:
        if hook not in one or hook not in other:
            continue
        if one[hook] == other[hook] or other[hook] == "":
            hooks[hook] = one[hook]
        elif one[hook] == "":
            hooks[hook] = other[hook]
    return hooks


def lines(
    entries: dict[tuple[str, str], Entry], versions: list[str], facts: Facts, family: str, until: dict[str, str]
) -> list[Line]:
    """Returns the lines of one list, the hand-written ones in place of the read ones.

    `until` leaves out, to keep a list small, the classes of modules that match a pattern and are not
    in any release before the one it names.
    """
    hand = facts.hand.get(family, {})
    found: dict[tuple[str, str], Line] = {(line.module, line.name): line for line in hand.values()}
    for (module, name), entry in entries.items():
        if (module, name) in found or facts.denied(f"{module}.{name}"):
            continue
        joined = entry.joined()
        if joined is None:
            continue
        hooks, notes = joined
        present = [version for version in versions if version in entry.verdicts]
        if any(re.search(pattern, module) and too_new(present, end, versions) for pattern, end in until.items()):
            continue
        reason = "; ".join([shortened(notes) or "no hooks", span(present)])
        found[(module, name)] = Line(module, name, tuple((hook, hooks[hook]) for hook in HOOKS if hook in hooks), reason)
    return sorted(found.values(), key=lambda line: line.written().encode())


def too_new(present: list[str], end: str, versions: list[str]) -> bool:
    return versions.index(present[0]) >= versions.index(end)


def shortened(notes: list[str]) -> str:
    return ", ".join(notes[:2])


def span(versions: list[str]) -> str:
    """Returns `first..last`; the distribution before a version is left out where it is the same."""
    first, last = versions[0], versions[-1]
    if first.rpartition(" ")[0] == last.rpartition(" ")[0]:
        first, last = first.rpartition(" ")[2], last.rpartition(" ")[2]
    return first if first == last else f"{first}..{last}"


def text(family: str, versions: list[str], found: list[Line]) -> str:
    """Returns a list file's whole text."""
    head = [
        f"# Inert classes of {family}, read as text by tools/allowlist/generate.py. Do not edit: change",
        "# tools/allowlist/hand.list, trust.toml or deny.toml and run the generator again.",
        f"# Releases: {', '.join(versions)}.",
        "# module, name, kind, hooks, reason",
    ]
    return "\n".join(head + [line.written() for line in found]) + "\n"

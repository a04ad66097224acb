"""What the reader must grant and must refuse, on classes written for the purpose.

Run with `python3.11 tools/allowlist/test_reader.py`; nothing of what it reads is run.
"""

from __future__ import annotations

import sys
import sysconfig
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from classes import KNOWN_CLASSES  # noqa: E402
from facts import Facts  # noqa: E402
from source import Layer, World  # noqa: E402
from verdict import Judge  # noqa: E402

HEAD = """
import enum, os, re, weakref, pickle, subprocess, functools, collections, typing
from dataclasses import dataclass, field
"""


class ReaderTest(unittest.TestCase):
    """Each case is a module `m` with a class `C`."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.facts = Facts(FOLDER)
        cls.library = Layer(Path(sysconfig.get_path("stdlib")), None)

    def hooks(self, text: str) -> dict[str, str]:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "m.py").write_text(HEAD + text, "utf-8")
            world = World([Layer(Path(folder), None), self.library], self.facts.opaque | KNOWN_CLASSES)
            module = world.module("m")
            assert module is not None
            wanted = [one for one in module.classes if one.name == "C"][-1]
            verdict = Judge(world, self.facts).judge(wanted)
            return dict(verdict.hooks) if verdict.listed else {}

    def granted(self, text: str, *hooks: str) -> None:
        found = {hook + pattern for hook, pattern in self.hooks(text).items()}
        self.assertEqual(set(hooks), found)

    def test_a_class_without_hooks_is_granted_all(self) -> None:
        self.granted("class C: pass", "new", "call", "state", "key")

    def test_a_setstate_that_updates_the_dictionary_is_harmless(self) -> None:
        text = "class C:\n def __setstate__(self, state):\n  state.pop('v', None)\n  self.__dict__.update(state)"
        self.granted(text, "new", "call", "state", "key")

    def test_setting_every_attribute_of_the_state_is_harmless(self) -> None:
        text = "class C:\n def __setstate__(self, s):\n  for k, v in s.items(): setattr(self, k, v)"
        self.granted(text, "new", "call", "state", "key")

    def test_exec_in_a_setstate_is_refused(self) -> None:
        for line in (
            "exec(s['code'])", "eval(s)", "open(s)", "os.remove(s)", "pickle.loads(s)", "subprocess.run(s)",
            "s['f'](1)", "self.f()", "__import__(s)", "getattr(os, s)(1)", "f = s['f']; f()", "(lambda: exec(s))()",
            "list(map(s['f'], s['a']))", "sorted(s, key=s.k)", "type('x', (), s)", "s.connect()", "s['x'].y = 1",
            "setattr(s['x'], 'y', 1)", "REGISTRY.append(s)", "REGISTRY['k'] = s", "C.f = s", "type(self).f = s",
            "with s: pass", "import socket", "functools.reduce(s.f, s.x)", "self.__class__ = s",
            "s.decode(s.codec)", "iter(s.f, 1)", "collections.defaultdict(s.f)[1]", "super().__setstate__(s); exec(s)",
            "typing.get_type_hints(s)", "print(1, file=s)", "re.sub('a', s.f, 'b')", "weakref.ref(self, s.f)", "os.path.exists(s)",
        ):
            with self.subTest(line):
                text = f"REGISTRY = []\nclass C:\n def __setstate__(self, s):\n  {line}"
                self.assertNotIn("state", self.hooks(text))

    def test_harm_behind_functions_and_methods_is_found(self) -> None:
        for text in (
            "def g(x): exec(x)\nclass C:\n def __setstate__(self, s): g(s)",
            "class C:\n def h(self, x): exec(x)\n def __setstate__(self, s): self.h(s)",
            "class B:\n def __setstate__(self, s): exec(s)\nclass C(B): pass",
            "class B:\n def __setstate__(self, s): self.h(s)\n def h(self, s): pass\nclass C(B):\n def h(self, s): exec(s)",
            "class B:\n def __setstate__(self, s): exec(s)\nclass C(B):\n def __setstate__(self, s): super().__setstate__(s)",
            "from os import system as g\nclass C:\n def __setstate__(self, s): g(s)",
            "def g(self, s): exec(s)\nclass C:\n __setstate__ = g",
            "def g(self, s): exec(s)\nclass C: pass\nC.__setstate__ = g",
            "def g(self, s): exec(s)\nclass C: pass\nsetattr(C, '__setstate__', g)",
            "class D:\n def __init__(self, s): exec(s)\nclass C:\n def __setstate__(self, s): D(s)",
            "class C:\n @property\n def p(self): exec(self.c)\n def __setstate__(self, s): self.p",
            "class C:\n @unknown\n def __setstate__(self, s): pass",
            "class C:\n def __setattr__(self, k, v): exec(v)\n def __setstate__(self, s): self.x = s",
            "class C:\n def __getattr__(self, k): return getattr(self.inner, k)",
        ):
            with self.subTest(text):
                self.assertNotIn("state", self.hooks(text))

    def test_a_harmful_setter_leaves_attributes_only(self) -> None:
        text = "class C:\n @property\n def p(self): return 1\n @p.setter\n def p(self, v): exec(v)"
        self.assertEqual("(dict)", self.hooks(text)["state"])

    def test_what_runs_behind_the_loader_bars_a_class(self) -> None:
        for text in (
            "class C:\n def __del__(self): os.unlink(self.path)",
            "class C:\n def __del__(self): self.f()",
            "class C:\n def __getattr__(self, k): return eval(k)",
            "class C:\n def __getattribute__(self, k): return os.system(k)",
            "class C:\n def __missing__(self, k): return open(k)",
            "class C:\n def __hash__(self): return exec(self.x)",
            "class C:\n def __len__(self): return len(open(self.p).read())",
            "class C(dict):\n def __setitem__(self, k, v): os.makedirs(k)",
            "class C(subprocess.Popen): pass",
            "class C(missing.Base): pass",
            "class C:\n def __new__(cls, a): return a()",
            "def deco(c):\n c.__setstate__ = 1\n return c\n@deco\nclass C: pass",
            "class M(type):\n pass\n",
        ):
            with self.subTest(text):
                self.assertEqual({}, self.hooks(text if "class C" in text else text + "class C(M): pass"))

    def test_a_harmful_init_costs_the_call_only(self) -> None:
        self.granted("class C:\n def __init__(self, p): self.f = open(p)", "new", "state", "key")
        self.granted("class M(type):\n def __call__(c, a): exec(a)\nclass C(metaclass=M): pass", "new", "state", "key")
        self.granted("@dataclass(frozen=True)\nclass C:\n x: int = field(default_factory=os.getcwdb)", "new", "state", "key")

    def test_containers_get_items_unless_their_methods_do_harm(self) -> None:
        self.granted("class C(dict): pass", "new", "call", "state", "items")
        self.granted("class C(list):\n def append(self, x): self.f(x)", "new", "call", "state")

    def test_enumerations_are_looked_up_by_value(self) -> None:
        self.granted("class C(enum.Enum):\n A = 1", "call(inert)", "key")
        self.assertEqual({}, self.hooks("class C(enum.Enum):\n @classmethod\n def _missing_(cls, v): return exec(v)"))

    def test_named_tuples_and_generics_are_resolved(self) -> None:
        self.granted("class C(typing.NamedTuple):\n a: int", "new", "call", "state", "key")
        self.granted("T = typing.TypeVar('T')\nclass C(typing.Generic[T]): pass", "new", "call", "state", "key")


if __name__ == "__main__":
    unittest.main()

"""Makes pickles out of objects that are made here, and holds decompiled source against CPython.

`objects`: one line per pickle: its bytes in hex. Everything in them is of the standard library or of this
script.
`broken`: pickles that are cut off, changed, or opcodes in no sensible order.
`evaluate`: reads lines of two words, a pickle and its decompiled source, both in hex; unpickles the one,
evaluates the other, and prints where what they give differs.
`parse`: reads lines of the same form and prints which source `ast.parse` refuses.
"""

import ast
import array
import collections
import copyreg
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import io
import ipaddress
import itertools
import operator
import pathlib
import pickle
import pickletools
import random
import struct
import sys
import types
import uuid
import warnings
import zoneinfo


class Plain:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Slotted:
    __slots__ = ("a", "b")


class SlottedWithDict(Slotted):
    pass


class WithState:
    def __init__(self, value):
        self.value = value

    def __getstate__(self):
        return ("state", self.value)

    def __setstate__(self, state):
        assert state[0] == "state"
        self.value = state[1]


class FalseState(WithState):
    def __getstate__(self):
        return ("state", None)


class WithArguments:
    def __new__(cls, *positional, **keywords):
        new = super().__new__(cls)
        new.made = (positional, sorted(keywords.items()))
        return new

    def __getnewargs_ex__(self):
        return self.made[0], dict(self.made[1])


class OldInitArguments:
    def __init__(self, *values):
        self.values = values

    def __getinitargs__(self):
        return self.values


class MyList(list):
    pass


class MyDict(dict):
    pass


class MySet(set):
    pass


class MyInt(int):
    pass


class MyText(str):
    pass


class MyTuple(tuple):
    pass


class AppendOnly:
    """Gets its items by `append` alone."""

    def __init__(self):
        self.items = []

    def append(self, item):
        self.items.append(item)

    def __reduce__(self):
        return AppendOnly, (), None, iter(self.items)


class Mapping:
    def __init__(self):
        self.pairs = []

    def __setitem__(self, key, value):
        self.pairs.append((key, value))

    def __reduce_ex__(self, protocol):
        return Mapping, (), {"protocol": protocol}, None, iter(self.pairs)


class ByGlobal:
    """Pickled as a global of its own."""

    def __reduce__(self):
        return "THE_ONE"


THE_ONE = ByGlobal()


class Key:
    """Hashed and compared by code."""

    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return hash(self.name)

    def __eq__(self, other):
        return self.name == other.name

    def __repr__(self):
        return f"Key({self.name})"


class Outer:
    class Inner:
        class Innermost:
            def __init__(self):
                self.deep = True

    @staticmethod
    def function():
        pass

    @classmethod
    def method(cls):
        pass


class Color(enum.Enum):
    RED = 1
    GREEN = "g"


class Level(enum.IntFlag):
    LOW = 1
    HIGH = 2


@dataclasses.dataclass
class Point:
    x: int
    y: object = None
    rest: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: int
    y: object = None


Pair = collections.namedtuple("Pair", "left right")


class Trouble(Exception):
    def __init__(self, code, message):
        super().__init__(code, message)
        self.code = code


class MetaClass(type):
    pass


class WithMeta(metaclass=MetaClass):
    pass


def recursive():
    items = []
    items.append(items)
    yield items
    table = {}
    table["self"] = table
    table[1] = [table, {"again": table}]
    yield table
    inside = []
    pair = (inside, "x")
    inside.append(pair)
    yield pair
    yield inside
    plain = Plain(name="loop")
    plain.me = plain
    plain.all = [plain, (plain,)]
    yield plain
    one, other = Plain(), Plain()
    one.other, other.other = other, one
    yield [one, other]
    inner = MyList([1])
    inner.append(inner)
    inner.attribute = {"list": inner}
    yield inner
    queue = collections.deque([1], 5)
    queue.append(queue)
    yield queue
    ordered = collections.OrderedDict(a=1)
    ordered["self"] = ordered
    yield ordered
    state = WithState(None)
    state.value = [state]
    yield state
    key = Key("k")
    key.table = {key: 1}
    yield key
    members = {Key("a"), Key("b")}
    owner = Plain(members=members)
    members.add(7)
    yield owner
    frozen = Plain()
    frozen.set = frozenset([frozen])
    yield frozen


def shared():
    items = [1]
    text = "a text that is longer than what is written twice" * 2
    data = b"bytes that are longer than what is written twice" * 2
    pair = (items, text)
    changing = bytearray(b"changes")
    yield [items, items, (items,), {"items": items}]
    yield [text, text, data, data, [text]]
    yield [pair, pair, {"pair": pair}]
    yield [changing, changing]
    yield {"a": {"b": items}, "c": items, "d": [[], [], ()]}
    point = Point(1)
    yield [point, point, Point(1)]
    yield [collections.Counter("abca")] * 3
    nested = []
    for _ in range(300):
        nested = [nested, 1]
    yield nested
    deep = {}
    for number in range(200):
        deep = {number: (deep,)}
    yield deep
    bomb = ["x"]
    for _ in range(200):
        bomb = [bomb, bomb]
    yield bomb


def plain():
    yield None
    yield [True, False, None, ..., NotImplemented]
    yield [0, 1, -1, 255, 256, 65535, 65536, 2**31 - 1, -(2**31), 2**31, 2**63, -(2**63), 2**200]
    yield [10**50, -(10**50), 2**2040, -(2**2041), 10**4200, 1 << 4000, -(1 << 4000) + 1]
    yield [0.0, -0.0, 1.5, 1e300, 5e-324, 1e16, 1e-5, 123456789012345680.0, 0.1]
    yield [float("inf"), -float("inf"), float("nan"), struct.unpack(">d", b"\xff\xf8" + bytes(6))[0]]
    yield ["", "a", "it's", '"', "'\"", "\n\r\t\0\x1b\\", "\ud800", "é€🎉", "\u202e\u3164\u2028", "\x85"]
    yield ["x" * 1000, "\\u0041", "\\", "a\\", "\U0010ffff", "\ufeff", "\uff41"]
    yield [b"", b"a", b"'\"\\\n\0\xff", bytes(range(256)), b"x" * 1000]
    yield [bytearray(), bytearray(b"\0'\""), bytearray(range(256))]
    yield [set(), {1, 2}, {"a", None, (1, 2)}, frozenset(), frozenset([1, "x"]), {frozenset([1])}]
    yield [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((),), (((1,),),)]
    yield [[], [[]], {}, {"": {}}, {None: 1, 1.5: 2, (1, "a"): 3, b"k": 4}]
    yield list(range(2500))
    yield {number: str(number) for number in range(2500)}
    yield set(range(2500))
    yield [{"name": f"n{number}", "values": [number, number / 3]} for number in range(300)]


def standard():
    yield datetime.datetime(2020, 1, 2, 3, 4, 5, 6, datetime.timezone.utc, fold=1)
    yield [datetime.date(1, 1, 1), datetime.time(23, 59), datetime.timedelta(-1, 2, 3)]
    yield datetime.timezone(datetime.timedelta(hours=-5), "name")
    yield [decimal.Decimal("1.50"), decimal.Decimal("NaN"), decimal.Decimal("-Infinity")]
    yield [fractions.Fraction(1, 3), fractions.Fraction(-7)]
    yield collections.OrderedDict([("b", 1), ("a", [2])])
    yield collections.defaultdict(list, {"k": [1], "l": [2]})
    yield collections.deque([1, 2, 3], maxlen=2)
    yield collections.Counter("hello world")
    yield collections.ChainMap({"a": 1}, {"b": 2})
    yield [collections.UserDict(a=1), collections.UserList([1]), collections.UserString("x")]
    yield uuid.UUID(int=7)
    yield [complex(1, -0.0), complex(float("inf"), 2)]
    yield [range(3), range(1, 10, -2), slice(1, None, 2), slice(None)]
    yield [Plain(a=1, b=[2]), Plain(), SlottedWithDict()]
    slotted = Slotted()
    slotted.a = [1]
    yield slotted
    both = SlottedWithDict()
    both.a, both.c = 1, {"x": 2}
    yield both
    yield [WithState([1, 2]), FalseState(0)]
    yield [WithArguments(), WithArguments(1, [2], key="v", other=[]), WithArguments(k=1)]
    yield [OldInitArguments(), OldInitArguments(1, 2)]
    items = MyList([1, [2]])
    items.name = "list"
    yield items
    table = MyDict(a=1)
    table.name = ["dict"]
    yield table
    yield [MySet([1, 2]), MyInt(5), MyText("t"), MyTuple((1, 2))]
    appended = AppendOnly()
    appended.items = [1, 2, 3]
    yield appended
    mapping = Mapping()
    mapping.pairs = [("a", 1), ([1], 2)] * 3
    yield mapping
    yield [THE_ONE, THE_ONE]
    yield {Key("a"): 1, Key("b"): [2]}
    yield {Key("a"), Key("b"), (Key("c"), 1)}
    yield frozenset([Key("a"), Key("b")])
    yield {Key(str(number)): number for number in range(1200)}
    yield [Outer.Inner.Innermost(), Outer.Inner, Outer.function, Outer.method]
    yield [Color.RED, Color.GREEN, Level.LOW | Level.HIGH, Level(0)]
    yield [Point(1, 2, [3]), Frozen(1, (2,)), Pair(1, [2])]
    yield [ValueError("v", 1), KeyError("k"), OSError(2, "no", "file"), StopIteration(3)]
    yield [Trouble(1, "m"), UnicodeDecodeError("ascii", b"\xff", 0, 1, "bad"), Exception()]
    yield [pathlib.PurePosixPath("/a/b"), pathlib.PureWindowsPath("c:\\x"), pathlib.Path("p")]
    yield [ipaddress.ip_address("::1"), ipaddress.ip_network("10.0.0.0/8")]
    yield array.array("d", [1.0, -0.0]), array.array("b", b"xy"), array.array("u", "a\u20ac")
    yield [functools.partial(int, "7", base=8), functools.partial(print)]
    yield [operator.itemgetter(1, "a"), operator.attrgetter("a.b"), operator.methodcaller("m", 1, k=2)]
    yield [iter([1, 2]), iter((1, 2)), reversed([1, 2]), enumerate("ab"), zip([1], [2]), iter(range(3))]
    yield [itertools.count(5), itertools.repeat("x", 3), itertools.chain([1], [2])]
    yield types.SimpleNamespace(a=1, b=[2])
    yield [int, str, type(None), type(...), len, print, dict.fromkeys, "".join, [].append]
    yield [os_like for os_like in (Exception, OSError, IOError, KeyError, xrange_like)]
    yield [WithMeta(), WithMeta, MetaClass]
    yield random.Random(3).getstate()
    yield io.BytesIO(b"inside"), io.StringIO("text\n")
    yield zoneinfo.ZoneInfo("UTC") if "UTC" in zoneinfo.available_timezones() else None
    yield [list[int], dict[str, list[int]], int | None]
    yield datetime.datetime(2020, 1, 2).__reduce_ex__(4)[1:]


xrange_like = range


class Extended:
    """Pickled by an extension code."""

    def __init__(self, value):
        self.value = value


copyreg.add_extension("__main__", "Extended", 0x1234)


class Known:
    """Pickled by a persistent id."""

    def __init__(self, id):
        self.id = id


class Pickler(pickle.Pickler):
    """Leaves out what the loader has, and buffers."""

    def __init__(self, file, protocol):
        callback = (lambda _: False) if protocol == 5 else None
        super().__init__(file, protocol, buffer_callback=callback)

    def persistent_id(self, value):
        if not isinstance(value, Known):
            return None
        return value.id if self.proto else str(value.id)

    proto = 1


class TextPickler(Pickler):
    proto = 0


KNOWN = collections.defaultdict(lambda: Known(None))


def persistent(id):
    """One object for each id."""
    return KNOWN[repr(id)]


def buffers():
    return [bytearray(b"one"), bytearray(b"two"), b"three"]


class Unpickler(pickle.Unpickler):
    def persistent_load(self, id):
        return persistent(id)


def elsewhere():
    """What a stream does not have in it alone."""
    yield [Extended([1]), Extended, Extended(None)]
    yield [Known("a"), Known("a"), Known("b'\\"), {"k": Known("longer than what is written in its place twice")}]
    yield [pickle.PickleBuffer(bytearray(b"one")), pickle.PickleBuffer(b"two"), pickle.PickleBuffer(b"three")]


def random_value(rng, depth, pool):
    """Nested data with what was made before in it again."""
    if pool and rng.random() < 0.2:
        return rng.choice(pool)
    kind = rng.randrange(14 if depth else 6)
    size = rng.choice([0, 1, 2, 3, 6])

    def some():
        return [random_value(rng, depth - 1, pool) for _ in range(size)]

    if kind == 0:
        return rng.randrange(-(2 ** rng.choice([3, 8, 17, 40, 100])), 2**20)
    if kind == 1:
        return rng.choice([0.0, -0.0, 1.25, float("inf"), float("nan"), 1e22])
    if kind == 2:
        return "".join(rng.choice("ab'\"\\\n\0é\u20ac\ud800\U0001f389") for _ in range(size * 9))
    if kind == 3:
        return rng.randbytes(size * 9)
    if kind in (4, 5):
        return rng.choice([None, True, False])
    if kind == 6:
        made = bytearray(rng.randbytes(size))
    elif kind == 7:
        made = some()
    elif kind == 8:
        return tuple(some())
    elif kind == 9:
        made = {rng.choice([number, str(number), (number, "k")]): item for number, item in enumerate(some())}
    elif kind == 10:
        made = {rng.randrange(100) for _ in range(size)}
    elif kind == 11:
        made = Plain(**{f"a{number}": item for number, item in enumerate(some())})
    elif kind == 12:
        made = rng.choice([MyList, collections.deque])(some())
    else:
        made = [[]]
        pool.append(made)
        made.extend(some())
        made[0].append(made)
        return made
    pool.append(made)
    return made


def dumps(pickler, value, protocol):
    out = io.BytesIO()
    pickler(out, protocol).dump(value)
    return out.getvalue()


def pickles():
    rng = random.Random(11)
    values = [*plain(), *standard(), *shared(), *recursive()]
    values += [random_value(rng, 5, []) for _ in range(150)]
    for protocol in range(6):
        for value in elsewhere():
            try:
                data = dumps(Pickler if protocol else TextPickler, value, protocol)
                Unpickler(io.BytesIO(data), buffers=buffers()).load()
            except pickle.PickleError:  # buffers need protocol 5
                continue
            yield data
        for value in values:
            for pickler in (pickle.Pickler, pickle._Pickler):
                try:
                    data = dumps(pickler, value, protocol)
                    pickle.loads(data)
                except Exception:  # not every protocol takes every value, nor does loading
                    continue
                yield data
                if pickler is pickle.Pickler:
                    yield pickletools.optimize(data)


def argument(rng, opcode):
    number = rng.choice([0, 1, 2, 3, 3, 9, 255, 2**31, 2**32 - 1])
    words = ["os", "system", "a.b", "None", "class", "__main__", "Plain", "Outer.Inner", "é", "x y", "", "*"]
    word = rng.choice(words)
    text = rng.choice([word, "'", "\\", "\0", "\r", "0x10", "nan", "-1", "1L", "12", "9" * 50, "a\x0cb"])
    name = opcode.arg.name if opcode.arg else None
    if name is None:
        return b""
    if name == "stringnl":
        return (repr(text) if rng.random() < 0.8 else text).encode("utf-8") + b"\n"
    if name == "stringnl_noescape_pair":
        return f"{word}\n{rng.choice(words)}\n".encode("utf-8")
    if name in ("decimalnl_short", "decimalnl_long"):
        return str(rng.choice([number, text])).encode("utf-8") + b"\n"
    if name.endswith("nl") or name == "stringnl_noescape":
        return str(rng.choice([text, number])).encode("utf-8") + b"\n"
    if name in ("uint1", "uint2", "int4", "uint4", "uint8"):
        size = int(name[-1])
        return (number % 256 ** size if rng.random() < 0.2 else rng.randrange(4)).to_bytes(size, "little")
    if name == "float8":
        return rng.choice([struct.pack(">d", 1.5), rng.randbytes(8), b"\x7f\xf0" + bytes(5) + b"\x01"])
    content = rng.choice([text.encode("utf-8"), rng.randbytes(rng.randrange(60)), b"\xff\xfe", b"x" * 40])
    size = {"1": 1, "4": 4, "8": 8}.get(name[-1], 4)
    if opcode.name == "SHORT_BINBYTES":
        size = 1
    return len(content).to_bytes(size, "little") + content


def soup(rng):
    start = b"\x80\x04]\x94}\x94(NK\x01\x8c\x02os\x94\x8c\x06system\x94cos\npath\n\x94)\x94K\x05"
    out = [rng.choice([start, start, b"", b"\x80\x02]q\x00}q\x01(NcUserDict\nUserDict\nq\x02)q\x03"])]
    for _ in range(rng.randrange(40)):
        opcode = rng.choice(pickletools.opcodes)
        if opcode.name == "STOP" and rng.random() < 0.8:
            continue
        out.append(opcode.code.encode("latin-1") + argument(rng, opcode))
    return b"".join(out) + rng.choice([b".", b""])


def broken():
    rng = random.Random(5)
    whole = [data for data in pickles() if len(data) < 3000]
    for _ in range(1500):
        data = rng.choice(whole)
        yield data[: rng.randrange(len(data) + 1)]
    for _ in range(2500):
        data = bytearray(rng.choice(whole))
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.choice([rng.randrange(256), rng.choice(b"(.0aRbtsuegh\x94\x93q")])
        yield bytes(data)
    for _ in range(4000):
        yield soup(rng)


class Different(Exception):
    pass


ATOMS = (type(None), bool, int, str, bytes, range, slice, type(...), type(NotImplemented))


def same(left, right):
    """Compares two values with everything that hangs on them, and which objects are one and the same."""
    pending = [("", left, right)]
    partners = {}
    kept = []
    while pending:
        path, one, other = pending.pop()
        if type(one) is not type(other):
            raise Different(f"{path}: {type(one)} and {type(other)}")
        kind = type(one)
        if kind in (float, complex):
            if repr(one) != repr(other) or struct.pack("d", one.real) != struct.pack("d", other.real):
                raise Different(f"{path}: {one} and {other}")
            continue
        if kind in ATOMS:
            if one != other:
                raise Different(f"{path}: {one!r:.80} and {other!r:.80}")
            continue
        if isinstance(one, (type, types.FunctionType, types.ModuleType, enum.Enum)):
            if one is not other:
                raise Different(f"{path}: {one} and {other}")
            continue
        known = partners.get((0, id(one))), partners.get((1, id(other)))
        if known != (None, None):
            # What cannot change may be one object here and two there.
            if known != (id(other), id(one)) and kind not in (tuple, frozenset):
                raise Different(f"{path}: not the same sharing of {one!r:.80}")
            if known == (id(other), id(one)):
                continue
        partners[0, id(one)], partners[1, id(other)] = id(other), id(one)
        kept += [one, other]
        if kind is memoryview:
            if one != other or one.readonly != other.readonly:
                raise Different(f"{path}: {one!r:.80} and {other!r:.80}")
        elif kind is bytearray:
            if one != other:
                raise Different(f"{path}: {one!r:.80} and {other!r:.80}")
        elif kind in (list, tuple):
            if len(one) != len(other):
                raise Different(f"{path}: lengths {len(one)} and {len(other)}")
            pending += [(f"{path}[{at}]", *pair) for at, pair in enumerate(zip(one, other))]
        elif kind is dict:
            if len(one) != len(other):
                raise Different(f"{path}: lengths {len(one)} and {len(other)}")
            for (key, value), (other_key, other_value) in zip(one.items(), other.items()):
                pending += [(f"{path} key", key, other_key), (f"{path}[{key!r:.40}]", value, other_value)]
        elif kind in (set, frozenset):
            pending.append((f"{path} members", sorted(one, key=repr), sorted(other, key=repr)))
        elif isinstance(one, types.BuiltinFunctionType):
            if one.__name__ != other.__name__:
                raise Different(f"{path}: {one} and {other}")
            pending.append((f"{path} self", one.__self__, other.__self__))
        else:
            pair = []
            for value in (one, other):
                reduce = copyreg.dispatch_table.get(kind)
                reduced = reduce(value) if reduce else value.__reduce_ex__(4)
                if isinstance(reduced, tuple):
                    reduced = [list(part) if hasattr(part, "__next__") and at > 2 else part
                               for at, part in enumerate(reduced)]
                pair.append(reduced)
            pending.append((f"{path} {kind.__name__}", *pair))


def pairs():
    for line in sys.stdin:
        data, source = line.split(" ")
        yield bytes.fromhex(data), bytes.fromhex(source).decode("utf-8")


def evaluate():
    count = 0
    for data, source in pairs():
        wanted = Unpickler(io.BytesIO(data), buffers=buffers()).load()
        names = {
            "_persistent": persistent,
            "_extension": lambda code: getattr(sys.modules["__main__"], copyreg._inverted_registry[code][1]),
            "_buffer": iter(buffers()).__next__,
        }
        try:
            exec(compile(source, "decompiled", "exec"), names)
            same(wanted, names["result"])
        except Exception as error:
            print(f"{type(error).__name__}: {error}: {data!r:.2000}\n{source:.4000}")
            return
        count += 1
    print("same", count)


def parse():
    count = 0
    for data, source in pairs():
        try:
            tree = ast.parse(source)
        except Exception as error:
            print(f"{type(error).__name__}: {error}: {data!r:.2000}\n{source:.4000}")
            return
        # Compiling must find fault with nothing either, so that whoever evaluates it comes to the effects.
        try:
            compile(tree, "decompiled", "exec")
        except Exception as error:
            print(f"compile: {type(error).__name__}: {error}: {data!r:.2000}\n{source:.4000}")
            return
        count += 1
    print("parsed", count)


def main():
    sys.setrecursionlimit(20_000)
    warnings.simplefilter("ignore")
    what = sys.argv[1]
    if what == "evaluate":
        evaluate()
    elif what == "parse":
        parse()
    else:
        for data in pickles() if what == "objects" else broken():
            print(data.hex())


main()

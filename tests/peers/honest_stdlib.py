"""Honest objects of the standard library, whatever of them this interpreter pickles."""

import argparse
import array
import ast
import calendar
import collections
import colorsys
import copy
import datetime
import decimal
import difflib
import email.message
import email.mime.text
import email.policy
import enum
import fractions
import functools
import heapq
import http.cookies
import importlib
import io
import ipaddress
import itertools
import json
import locale
import logging
import math
import operator
import optparse
import pathlib
import plistlib
import random
import re
import statistics
import string
import struct
import sys
import textwrap
import time
import types
import typing
import unittest.mock
import urllib.parse
import uuid
import xml.dom.minidom
import xml.etree.ElementTree
import zlib

# Modules whose enumerations and exceptions are pickled; all of them are quiet when imported.
QUIET = """
argparse array ast asyncio base64 bdb binascii bz2 calendar cmd codecs collections concurrent.futures
configparser contextlib copy csv ctypes dataclasses datetime decimal difflib dis doctest email
email.errors enum filecmp fnmatch fractions ftplib functools getopt gettext glob graphlib gzip hashlib
heapq hmac html html.parser http http.client http.cookiejar http.cookies imaplib inspect io ipaddress
itertools json json.decoder keyword linecache locale logging lzma mailbox math mimetypes multiprocessing
netrc numbers operator optparse os os.path pathlib pickle pickletools pkgutil platform plistlib poplib
posixpath pprint pstats py_compile pyclbr queue quopri random re reprlib sched secrets select selectors
shelve shlex shutil signal smtplib socket socketserver sqlite3 ssl stat statistics string struct
subprocess symtable tarfile tempfile textwrap threading time timeit token tokenize tomllib trace
traceback types typing unicodedata unittest urllib.parse urllib.request uuid warnings wave
weakref xdrlib xml.dom xml.etree.ElementTree xml.parsers.expat xml.sax zipfile zipimport zlib zoneinfo
""".split()


def modules():
    """Imports what there is of QUIET."""
    for name in QUIET:
        try:
            yield name, importlib.import_module(name)
        except ImportError:
            pass


def plain():
    """Values that need no global, and builtins that do."""
    yield "none", None
    yield "bools", [True, False]
    yield "ints", [0, 1, -1, 255, 256, 65535, 65536, -(2 ** 31), 2 ** 31 - 1, 2 ** 31, 2 ** 63, -(2 ** 63)]
    yield "big-ints", [2 ** 64, -(2 ** 64), 2 ** 200, 10 ** 300, -(10 ** 300), 1 << 8000]
    yield "floats", [0.0, -0.0, 1.5, -1e300, 5e-324, float("inf"), float("-inf"), float("nan"), math.pi]
    yield "complex", [1 + 2j, complex(0, -0.0), complex("inf")]
    yield "str", ["", "a", "line\nbreak", "tab\t\\ 'quote' \"double\"", "\u00e9\u4e2d\U0001f600", "x" * 300]
    yield "str-surrogates", ["\ud800", "a\udfff", "\udc80\ud83d"]
    yield "str-controls", ["\x00", "\x1b[31m", "\u202eabc", "\r\n", "\x1a"]
    yield "str-that-names-code", ["os.system", "cos\nsystem\n(S'id'\ntR.", "__import__('os')", "eval", "builtins"]
    yield "str-long", "weighbridge " * 20000
    yield "bytes", [b"", b"abc", bytes(range(256)), b"x" * 300]
    yield "bytes-long", b"\x80\x04." * 30000
    yield "bytes-like-pickle", b"cposix\nsystem\n(S'true'\ntR."[:5]
    yield "bytearray", [bytearray(), bytearray(b"abc"), bytearray(range(256))]
    yield "bytearray-long", bytearray(b"ab" * 40000)
    yield "tuples", [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),))]
    yield "lists", [[], [1], list(range(5000)), [[[]]]]
    yield "dicts", [{}, {"a": 1}, {1: "x", (1, 2): None, None: 3.5, b"k": "v"}]
    yield "dict-long", {"key%d" % i: i for i in range(5000)}
    yield "sets", [set(), {1, 2, 3}, frozenset(), frozenset("abc"), {frozenset({1}), frozenset({2})}]
    yield "set-long", set(range(5000))
    yield "ranges", [range(0), range(5), range(1, 100, 7)]
    yield "slices", slice(1, 10, 2)
    yield "singletons", [Ellipsis, NotImplemented, None]
    yield "types", [int, str, float, bool, list, dict, set, tuple, bytes, object, type, type(None), complex, range]
    yield "builtin-exception-types", [ValueError, KeyError, OSError, Exception]
    yield "property-less-object", object()
    yield "nested-500", functools.reduce(lambda inner, _: [inner], range(400), [])
    yield "nested-tuples", functools.reduce(lambda inner, _: (inner,), range(200), ())


def shared():
    """Structures with shared and recursive parts."""
    inner = [1, 2, 3]
    yield "shared", [inner, inner, {"a": inner}]
    recursive = []
    recursive.append(recursive)
    yield "recursive-list", recursive
    table = {}
    table["self"] = table
    yield "recursive-dict", table
    loop = ([],)
    loop[0].append(loop)
    yield "recursive-tuple", loop
    deep = {"rows": [{"id": i, "tags": ["a", "b"], "score": i / 7} for i in range(2000)]}
    yield "records", deep
    text = "repeated"
    yield "memo-heavy", [text, text.upper(), text] * 500
    yield "memo-many", [str(i) for i in range(70000)]
    space = types.SimpleNamespace(name="x")
    space.me = space
    yield "recursive-namespace", space
    queue = collections.deque()
    queue.append(queue)
    yield "recursive-deque", queue
    order = collections.OrderedDict()
    order["self"] = order
    yield "recursive-ordered", order


def containers():
    """collections, array, queue-like things."""
    yield "deque", collections.deque([1, 2, 3])
    yield "deque-bounded", collections.deque([1, 2, 3], maxlen=2)
    yield "counter", collections.Counter("mississippi")
    yield "counter-empty", collections.Counter()
    yield "chainmap", collections.ChainMap({"a": 1}, {"b": 2})
    yield "ordered", collections.OrderedDict([("a", 1), ("b", [2])])
    yield "ordered-empty", collections.OrderedDict()
    for factory in (int, list, dict, set, str, float, tuple, None, collections.OrderedDict, collections.Counter):
        made = collections.defaultdict(factory)
        made["k"] = 1
        yield "defaultdict-%s" % getattr(factory, "__name__", "none"), made
    yield "defaultdict-partial", collections.defaultdict(functools.partial(collections.defaultdict, int), {"a": 1})
    yield "userdict", collections.UserDict({"a": 1})
    yield "userlist", collections.UserList([1, 2])
    yield "userstring", collections.UserString("abc")
    for code in "bBhHiIlLqQfd":
        yield "array-" + code + ("-upper" if code.isupper() else ""), array.array(code, [1, 2, 3])
    yield "array-u", array.array("u", "abc")
    yield "mappingproxy-copy", dict(types.MappingProxyType({"a": 1}))
    yield "namespace", types.SimpleNamespace(a=1, b=[2])
    yield "argparse-namespace", argparse.Namespace(lr=0.1, epochs=10, layers=[1, 2], name="run")
    yield "optparse-values", optparse.Values({"a": 1})
    yield "dict-views", [list({"a": 1}.keys())]
    for view in ("keys", "values", "items"):
        yield "dict-iterator-" + view, iter(getattr({"a": 1}, view)())
        yield "ordered-view-" + view, getattr(collections.OrderedDict(a=1), view)()
    yield "bytes-iterator", iter(b"abc")
    yield "str-iterator", iter("abc")
    yield "list-iterator", iter([1, 2, 3])
    yield "tuple-iterator", iter((1, 2, 3))
    yield "set-iterator", iter({1, 2, 3})
    yield "range-iterator", iter(range(10))
    yield "long-range-iterator", iter(range(0, 10 ** 30, 10 ** 29))
    yield "reversed-list", reversed([1, 2, 3])
    yield "reversed-range", reversed(range(5))
    yield "enumerate", enumerate("abc")
    yield "zip", zip("abc", [1, 2, 3])
    yield "map-str", map(str, [1, 2])
    yield "filter-none", filter(None, [0, 1])
    yield "deque-iterator", iter(collections.deque([1, 2]))
    yield "array-iterator", iter(array.array("i", [1, 2]))
    yield "callable-iterator", iter(int, 1)


def moments():
    """Dates, times and zones."""
    utc = datetime.timezone.utc
    east = datetime.timezone(datetime.timedelta(hours=5, minutes=30), "IST")
    yield "date", datetime.date(2024, 2, 29)
    yield "time", datetime.time(1, 2, 3, 456)
    yield "time-zoned", datetime.time(1, 2, 3, tzinfo=utc)
    yield "time-fold", datetime.time(1, 2, 3, fold=1)
    yield "datetime", datetime.datetime(2024, 2, 29, 1, 2, 3, 4)
    yield "datetime-utc", datetime.datetime(2024, 2, 29, tzinfo=utc)
    yield "datetime-east", datetime.datetime(2024, 2, 29, tzinfo=east)
    yield "datetime-fold", datetime.datetime(2024, 2, 29, fold=1)
    yield "timedelta", [datetime.timedelta(1, 2, 3), -datetime.timedelta(hours=1)]
    yield "timezone", [utc, east, datetime.timezone(datetime.timedelta(0))]
    yield "struct-time", time.struct_time((2024, 2, 29, 1, 2, 3, 4, 5, 0))
    yield "struct-time-now", time.gmtime(0)
    yield "iso-calendar", datetime.date(2024, 2, 29).isocalendar()
    try:
        import zoneinfo
    except ImportError:
        return
    for key in ("UTC", "Europe/Berlin", "America/New_York"):
        yield "zone-" + key.replace("/", "-"), zoneinfo.ZoneInfo(key)
        yield "zoned-" + key.replace("/", "-"), datetime.datetime(2024, 2, 29, tzinfo=zoneinfo.ZoneInfo(key))
    yield "zone-uncached", zoneinfo.ZoneInfo.no_cache("UTC")


def numbers_and_names():
    """Numbers, identifiers, addresses, paths, patterns."""
    yield "decimal", [decimal.Decimal("1.10"), decimal.Decimal("NaN"), decimal.Decimal("-Infinity")]
    yield "decimal-tuple", decimal.Decimal("1.10").as_tuple()
    yield "decimal-context", decimal.Context(prec=10)
    yield "decimal-default-context", decimal.DefaultContext
    yield "fraction", [fractions.Fraction(1, 3), fractions.Fraction(-7)]
    yield "uuid", [uuid.UUID(int=5), uuid.uuid5(uuid.NAMESPACE_DNS, "example.org")]
    for make in (ipaddress.ip_address, ipaddress.ip_network, ipaddress.ip_interface):
        yield make.__name__ + "-4", make("192.0.2.0")
        yield make.__name__ + "-6", make("2001:db8::")
    for make in (pathlib.Path, pathlib.PurePath, pathlib.PurePosixPath, pathlib.PureWindowsPath):
        yield "path-" + make.__name__, make("a/b/c.txt")
    yield "path-list", [pathlib.Path("/data") / ("%d.jpg" % i) for i in range(100)]
    yield "pattern", re.compile(r"(\w+)\s*=\s*(?P<v>.*)", re.I | re.M)
    yield "pattern-bytes", re.compile(rb"\d+")
    yield "pattern-list", [re.compile(p) for p in ("a", "b+", "[^c]")]
    yield "string-template", string.Template("$a and ${b}")
    yield "string-formatter", string.Formatter()
    yield "normal-dist", getattr(statistics, "NormalDist", float)()
    yield "struct-types", [struct.error]
    yield "url-parts", [urllib.parse.urlsplit("https://example.org/a?b#c"), urllib.parse.urlparse("x:y;z")]
    yield "url-parts-bytes", urllib.parse.urlsplit(b"https://example.org/a")
    yield "url-defrag", urllib.parse.urldefrag("https://example.org/a#b")
    yield "version-info", tuple(sys.version_info)
    yield "random", random.Random(5)
    yield "random-state", random.getstate()
    yield "system-random-type", random.SystemRandom
    yield "stat-result", __import__("os").stat_result(range(10))
    yield "terminal-size", __import__("os").terminal_size((80, 24))
    yield "math-functions", [math.sqrt, math.log, math.exp, math.floor]
    yield "heap", heapq.merge
    yield "colour", colorsys.rgb_to_hsv(0.1, 0.2, 0.3)


def callables():
    """Callables that pickle as a name or as data."""
    yield "itemgetter", operator.itemgetter(1)
    yield "itemgetter-many", operator.itemgetter(1, "a", 2)
    yield "attrgetter", operator.attrgetter("real")
    yield "attrgetter-many", operator.attrgetter("real", "imag")
    yield "methodcaller", operator.methodcaller("lower")
    yield "methodcaller-arguments", operator.methodcaller("split", ",", maxsplit=1)
    yield "operators", [operator.add, operator.mul, operator.lt, operator.eq, operator.neg]
    yield "partial-int", functools.partial(int, base=2)
    yield "partial-sorted", functools.partial(sorted, reverse=True)
    yield "partial-max", functools.partial(max, 1)
    yield "partial-nested", functools.partial(functools.partial(pow, 2), 3)
    yield "partial-sum", functools.partial(sum, start=1)
    yield "partial-dumps", functools.partial(json.dumps, sort_keys=True)
    yield "partial-replace", functools.partial(re.sub, r"\s+", " ")
    yield "builtin-functions", [len, abs, max, min, sum, sorted, repr, round, any, all, divmod, hash, iter, next]
    yield "str-methods", [str.lower, str.upper, str.strip, str.split, str.join]
    yield "bound-str-method", "a,b".split
    yield "bound-list-append", [1, 2].append
    yield "bound-dict-get", {"a": 1}.get
    yield "bound-pattern", re.compile("a+").sub
    yield "classmethods", [dict.fromkeys, int.from_bytes, float.fromhex]
    yield "json-functions", [json.loads, json.dumps]
    yield "json-coders", [json.JSONEncoder(), json.JSONEncoder(indent=2, sort_keys=True)]
    yield "copy-functions", [copy.copy, copy.deepcopy]
    yield "re-functions", [re.match, re.sub, re.split, re.escape]
    yield "statistics-functions", [statistics.mean, statistics.median]
    yield "text-wrapper", textwrap.TextWrapper(width=40)
    yield "key-of-cmp", functools.cmp_to_key


def iterators():
    """itertools, which pickles until 3.13."""
    yield "count", itertools.count(3, 2)
    yield "cycle", itertools.cycle([1, 2])
    yield "repeat", itertools.repeat("a", 3)
    yield "accumulate", itertools.accumulate([1, 2, 3])
    yield "accumulate-mul", itertools.accumulate([1, 2, 3], operator.mul)
    yield "chain", itertools.chain([1], [2])
    yield "chain-from", itertools.chain.from_iterable([[1], [2]])
    yield "combinations", itertools.combinations("abc", 2)
    yield "combinations-replacement", itertools.combinations_with_replacement("abc", 2)
    yield "permutations", itertools.permutations("abc", 2)
    yield "product", itertools.product("ab", repeat=2)
    yield "compress", itertools.compress("abc", [1, 0, 1])
    yield "dropwhile", itertools.dropwhile(bool, [1, 0, 1])
    yield "takewhile", itertools.takewhile(bool, [1, 0, 1])
    yield "filterfalse", itertools.filterfalse(None, [1, 0])
    yield "islice", itertools.islice([1, 2, 3], 2)
    yield "starmap", itertools.starmap(pow, [(2, 3)])
    yield "zip-longest", itertools.zip_longest([1], [2, 3], fillvalue=0)
    yield "groupby", itertools.groupby("aab")
    yield "advanced-count", _advanced(itertools.count(10))
    yield "advanced-product", _advanced(itertools.product("ab", "cd"))
    yield "advanced-cycle", _advanced(itertools.cycle([1, 2, 3]))


def _advanced(iterator):
    next(iterator)
    return iterator


def documents():
    """Messages, trees, cookies, log records, buffers."""
    message = email.message.EmailMessage()
    message["Subject"] = "hello"
    message.set_content("body\n")
    yield "email", message
    yield "email-old", email.message.Message()
    yield "email-mime", email.mime.text.MIMEText("body")
    yield "email-policy", email.policy.default
    yield "email-policy-smtp", email.policy.SMTP
    cookie = http.cookies.SimpleCookie()
    cookie["a"] = "b"
    yield "cookie", cookie
    yield "morsel", cookie["a"]
    jar = importlib.import_module("http.cookiejar")
    yield "cookie-jar-policy", jar.DefaultCookiePolicy()
    yield "cookie-in-jar", jar.Cookie(0, "n", "v", None, False, "d", True, False, "/", True, False, None, True, None, None, {})
    tree = xml.etree.ElementTree.fromstring("<a x='1'><b>t</b></a>")
    yield "element", tree
    yield "element-tree", xml.etree.ElementTree.ElementTree(tree)
    yield "dom", xml.dom.minidom.parseString("<a x='1'><b>t</b></a>")
    yield "log-record", logging.LogRecord("n", 20, "p.py", 1, "message %s", ("a",), None)
    yield "log-formatter", logging.Formatter("%(message)s")
    yield "log-filter", logging.Filter("x")
    yield "logger", logging.getLogger("weighbridge.honest")
    yield "bytes-io", io.BytesIO(b"abc")
    yield "string-io", io.StringIO("abc\n")
    yield "calendar", calendar.TextCalendar()
    yield "html-calendar", calendar.HTMLCalendar()
    yield "diff-match", difflib.Match(1, 2, 3)
    yield "sequence-matcher", difflib.SequenceMatcher(None, "abc", "abd")
    yield "plist-uid", getattr(plistlib, "UID", int)(1)
    yield "ast", ast.parse("x = 1 + y[2]\ndef f(a, *b): return a")
    yield "ast-expression", ast.parse("a.b(c)", mode="eval")
    config = importlib.import_module("configparser").ConfigParser()
    config.read_string("[a]\nb = c\n")
    yield "config-parser", config
    yield "csv-dialect-type", importlib.import_module("csv").excel
    yield "exception-chain", _chained()
    yield "exception-attributes", _attributed()
    yield "mock-call", unittest.mock.call(1, a=2)
    yield "mock-sentinel", unittest.mock.sentinel.value
    yield "mock-any", unittest.mock.ANY
    yield "traceback-summary", importlib.import_module("traceback").StackSummary.from_list([("f.py", 1, "g", "x")])
    yield "token-info", importlib.import_module("tokenize").TokenInfo(1, "a", (1, 0), (1, 1), "a")
    yield "inspect-signature", importlib.import_module("inspect").signature(_attributed)
    yield "tar-info", importlib.import_module("tarfile").TarInfo("a")
    yield "zip-info", importlib.import_module("zipfile").ZipInfo("a")
    yield "header", importlib.import_module("email.header").Header("a", "utf-8")
    yield "mime-types", importlib.import_module("mimetypes").MimeTypes()
    yield "date-entry-points", importlib.import_module("locale").localeconv()
    yield "hash-names", sorted(importlib.import_module("hashlib").algorithms_guaranteed)
    yield "crc", zlib.crc32(b"abc")
    yield "locale-error", locale.Error("x")


def _chained():
    try:
        try:
            raise KeyError("inner")
        except KeyError as inner:
            raise ValueError("outer") from inner
    except ValueError as outer:
        return outer


def _attributed():
    error = RuntimeError("message", 3)
    error.code = 7
    return error


def annotations():
    """typing objects and generic aliases."""
    yield "typing-any", typing.Any
    yield "typing-aliases", [typing.List[int], typing.Dict[str, typing.Optional[int]], typing.Tuple[int, ...]]
    yield "typing-union", typing.Union[int, str]
    yield "typing-callable", typing.Callable[[int], str]
    yield "typing-forward", typing.List["Name"]
    yield "typing-anystr", typing.AnyStr
    if sys.version_info >= (3, 8):
        yield "typing-literal", typing.Literal["a", 1]
    if sys.version_info >= (3, 9):
        yield "generic-alias", [list[int], dict[str, list[int]], collections.deque[int]]
        yield "typing-annotated", typing.Annotated[int, "meta"]
    if sys.version_info >= (3, 10):
        yield "union-type", int | str


def enumerations():
    """Members of the enumerations of the library, and combined flags."""
    seen = set()
    for name, module in modules():
        for value in list(vars(module).values()):
            if isinstance(value, enum.EnumMeta) and value not in seen and len(value):
                seen.add(value)
                members = list(value)
                label = "%s-%s" % (value.__module__, value.__name__)
                yield label, members
                if issubclass(value, enum.Flag) and len(members) > 1:
                    yield label + "-combined", members[0] | members[1]


def exceptions():
    """Every exception class of the library, named and made."""
    import builtins

    seen = set()
    for name, module in [("builtins", builtins)] + list(modules()):
        for value in list(vars(module).values()):
            if not (isinstance(value, type) and issubclass(value, BaseException)) or value in seen:
                continue
            # This one is a response as well and holds an open file.
            if value.__name__ == "HTTPError":
                continue
            seen.add(value)
            label = "%s-%s" % (value.__module__, value.__qualname__)
            for arguments in (("message",), (1, "message"), ("utf-8", b"x", 0, 1, "bad"), ("bad", "x", 0), ("a", "b", "c"), ("group", [ValueError("x")]), ()):
                try:
                    made = value(*arguments)
                except Exception:
                    continue
                yield label, made
                break
            yield label + "-type", value


def named_tuples():
    """The named tuples of the library."""
    yield "diff", difflib.Match(1, 2, 3)
    import inspect
    import sched
    import dis

    yield "argspec", inspect.ArgInfo([], None, None, {})
    yield "event", sched.Event(1, 2, 3, max, (), {}) if sys.version_info >= (3, 10) else sched.Event(1, 2, max, (), {})
    yield "instructions", list(dis.get_instructions(compile("a", "f", "eval")))[:1]
    yield "attribute", inspect.classify_class_attrs(types.SimpleNamespace)[:1]
    yield "functools-cache", functools._CacheInfo(1, 2, 3, 4)
    yield "platform", importlib.import_module("platform").uname_result("a", "b", "c", "d", "e", *(["f"] if sys.version_info < (3, 9) else []))
    yield "time-clock", time.get_clock_info("time")
    yield "float-info", tuple(sys.float_info)


GROUPS = [
    plain, shared, containers, moments, numbers_and_names, callables, iterators, documents, annotations,
    enumerations, exceptions, named_tuples,
]

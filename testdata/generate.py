#!/usr/bin/env python3
"""Writes the sample models of this folder, byte for byte the same each time.

    python3 testdata/generate.py           writes honest/ and malicious/
    python3 testdata/generate.py --check   says whether they are as they would be written; exit 1 if not

Only the standard library, and nothing of it that loads a model: pickles are put together opcode by opcode,
archives header by header. Nothing here unpickles anything, and nobody should. The malicious samples name what
an attack would call; the only argument that they ever hand over is a shell command that does nothing.
"""

import io
import pathlib
import struct
import sys
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
LARGEST = 16 * 1024
HARMLESS_COMMAND = "exit 0"


# Pickle opcodes.

STOP = b"."
MARK = b"("
NONE = b"N"
TRUE = b"\x88"
FALSE = b"\x89"
EMPTY_DICT = b"}"
EMPTY_LIST = b"]"
EMPTY_TUPLE = b")"
TUPLE = b"t"
TUPLE1 = b"\x85"
TUPLE2 = b"\x86"
TUPLE3 = b"\x87"
APPENDS = b"e"
SETITEM = b"s"
SETITEMS = b"u"
REDUCE = b"R"
BUILD = b"b"
NEWOBJ = b"\x81"
BINPERSID = b"Q"
STACK_GLOBAL = b"\x93"
MEMOIZE = b"\x94"


def proto(version):
    return b"\x80" + bytes([version])


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def short_text(value):
    data = value.encode()
    return b"\x8c" + bytes([len(data)]) + data


def raw_bytes(data):
    return b"B" + struct.pack("<I", len(data)) + data


def integer(value):
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if 0 <= value < 65536:
        return b"M" + struct.pack("<H", value)
    return b"J" + struct.pack("<i", value)


def long_integer(value):
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def number(value):
    return b"G" + struct.pack(">d", value)


def name(module, attribute):
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def tuple_of(*items):
    return MARK + b"".join(items) + TUPLE


def dict_of(**items):
    inside = b"".join(text(key) + value for key, value in items.items())
    return EMPTY_DICT + MARK + inside + SETITEMS


def ordered_dict(*pairs):
    inside = b"".join(pairs)
    return name("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE + (
        MARK + inside + SETITEMS if inside else b""
    )


def framed(body):
    return b"\x95" + struct.pack("<Q", len(body)) + body


def call_of_system():
    """`os.system(...)`, left on the stack."""
    return name("os", "system") + text(HARMLESS_COMMAND) + TUPLE1 + REDUCE


# Tensors and arrays.


def tensor(key, shape, extra=b""):
    strides = []
    step = 1
    for size in reversed(shape):
        strides.insert(0, step)
        step *= size
    storage = tuple_of(
        text("storage"), name("torch", "FloatStorage"), text(key), text("cpu"), integer(step), extra
    )
    return (
        name("torch._utils", "_rebuild_tensor_v2")
        + tuple_of(
            storage + BINPERSID,
            integer(0),
            tuple_of(*map(integer, shape)),
            tuple_of(*map(integer, strides)),
            FALSE,
            ordered_dict(),
        )
        + REDUCE
    )


def floats(count, scale):
    return struct.pack(f"<{count}f", *(scale * (at - count / 2) for at in range(count)))


def doubles(values):
    return struct.pack(f"<{len(values)}d", *values)


def dtype(spec, order="<", flags=0):
    return (
        name("numpy", "dtype")
        + text(spec)
        + FALSE
        + TRUE
        + TUPLE3
        + REDUCE
        + tuple_of(
            integer(3), text(order), NONE, NONE, NONE, integer(-1), integer(-1), integer(flags)
        )
        + BUILD
    )


def joblib_array(position, shape, spec, data):
    """An array as joblib writes it: a wrapper object, then the elements in the stream, aligned to 16."""
    wrapper = (
        name("joblib.numpy_pickle", "NumpyArrayWrapper")
        + EMPTY_TUPLE
        + NEWOBJ
        + dict_of(
            subclass=name("numpy", "ndarray"),
            shape=tuple_of(*map(integer, shape)),
            order=text("C"),
            dtype=dtype(spec, *(("|", 63) if data is None else ())),
            allow_mmap=FALSE if data is None else TRUE,
            numpy_array_alignment_bytes=NONE if data is None else integer(16),
        )
        + BUILD
    )
    if data is None:
        return wrapper
    padding = -(position + len(wrapper) + 1) % 16
    return wrapper + bytes([padding]) + b"\xff" * padding + data


def npy(descr, shape, data):
    dictionary = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    length = -(-(10 + len(dictionary) + 1) // 64) * 64 - 10
    header = dictionary.ljust(length - 1) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", length) + header.encode() + data


# Archives.


def safetensors(entries, data):
    """A header of these entries, each a name and the JSON of its value, padded to 8 bytes; then the data."""
    header = "{" + ",".join(f'"{key}":{value}' for key, value in entries) + "}"
    header += " " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header.encode() + data


def entry(dtype, shape, begin, end):
    return f'{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{begin},{end}]}}'


def torch_zip(root, members):
    """An archive as torch's writer makes it: stored, the data of each member aligned to 64 bytes by an extra
    field, its sizes and CRC in a descriptor behind it."""
    out = bytearray()
    directory = bytearray()
    for member, data in members:
        path = f"{root}/{member}".encode()
        offset = len(out)
        padding = -(offset + 30 + len(path) + 4) % 64
        crc = zlib.crc32(data)
        out += struct.pack(
            "<IHHHHHIIIHH", 0x04034B50, 0, 0x0808, 0, 0, 0, 0, 0, 0, len(path), 4 + padding
        )
        out += path + b"FB" + struct.pack("<H", padding) + b"Z" * padding + data
        out += struct.pack("<IIII", 0x08074B50, crc, len(data), len(data))
        directory += struct.pack(
            "<IHHHHHHIIIHHHHHII",
            0x02014B50, 0, 0, 0x0808, 0, 0, 0, crc, len(data), len(data), len(path), 0, 0, 0, 0, 0, offset,
        )
        directory += path
    end = struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, len(members), len(members), len(directory), len(out), 0
    )
    return bytes(out + directory + end)


def torch_members(data_pkl, storages, extra=()):
    return [
        ("data.pkl", data_pkl),
        (".format_version", b"1"),
        (".storage_alignment", b"64"),
        ("byteorder", b"little"),
        *extra,
        *((f"data/{key}", data) for key, data in enumerate(storages)),
        ("version", b"3\n"),
        (".data/serialization_id", b"0" * 40),
    ]


def plain_zip(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for member, data in members:
            info = zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o600 << 16
            archive.writestr(info, data)
    return out.getvalue()


# Honest samples.

STATE_DICT = (
    proto(2)
    + ordered_dict(
        text("linear.weight") + tensor("0", (2, 3)),
        text("linear.bias") + tensor("1", (2,)),
    )
    + dict_of(_metadata=ordered_dict(text("") + dict_of(version=integer(1))))
    + BUILD
    + STOP
)


def logistic_regression():
    out = proto(4)
    out += name("sklearn.linear_model._logistic", "LogisticRegression") + EMPTY_TUPLE + NEWOBJ
    out += EMPTY_DICT + MARK
    for key, value in [
        ("penalty", text("l2")),
        ("dual", FALSE),
        ("tol", number(0.0001)),
        ("C", number(1.0)),
        ("fit_intercept", TRUE),
        ("intercept_scaling", integer(1)),
        ("class_weight", NONE),
        ("random_state", NONE),
        ("solver", text("lbfgs")),
        ("max_iter", integer(100)),
        ("multi_class", text("deprecated")),
        ("verbose", integer(0)),
        ("warm_start", FALSE),
        ("n_jobs", NONE),
        ("l1_ratio", NONE),
        ("n_features_in_", integer(2)),
    ]:
        out += text(key) + value
    for key, shape, spec, data in [
        ("classes_", (2,), "i8", struct.pack("<2q", 0, 1)),
        ("coef_", (1, 2), "f8", doubles([0.5, -0.25])),
        ("intercept_", (1,), "f8", doubles([0.125])),
    ]:
        out += text(key)
        out += joblib_array(len(out), shape, spec, data)
    return out + text("_sklearn_version") + text("1.5.2") + SETITEMS + BUILD + STOP


def joblib_of_objects(inner):
    return proto(3) + joblib_array(0, (2,), "O8", None) + inner + STOP


def legacy_torch():
    magic = proto(2) + long_integer(0x1950A86A20F9469CFC6C) + STOP
    version = proto(2) + integer(1001) + STOP
    system = (
        proto(2)
        + dict_of(
            protocol_version=integer(1001),
            little_endian=TRUE,
            type_sizes=dict_of(short=integer(2), int=integer(4), long=integer(4)),
        )
        + STOP
    )
    model = proto(2) + ordered_dict(text("weight") + tensor("94000", (2, 2), NONE)) + STOP
    keys = proto(2) + EMPTY_LIST + MARK + text("94000") + APPENDS + STOP
    return magic + version + system + model + keys + struct.pack("<Q", 4) + floats(4, 0.5)


PLAIN_PROTOCOL_0 = (
    b"(dp0\nVepochs\np1\nI3\nsVlearning_rate\np2\nF0.001\nsVtags\np3\n(lp4\nVbase\np5\na"
    b"g1\nasVdone\np6\nI01\nsVseed\np7\nL12345678901234567890L\ns."
)

PLAIN_PROTOCOL_5 = proto(5) + framed(
    EMPTY_DICT
    + MEMOIZE
    + MARK
    + short_text("vocabulary")
    + MEMOIZE
    + (EMPTY_DICT + MEMOIZE + MARK)
    + (short_text("the") + MEMOIZE + integer(0) + short_text("os.system") + MEMOIZE + integer(1))
    + SETITEMS
    + short_text("ids")
    + MEMOIZE
    + (b"\x8f" + MEMOIZE + MARK + integer(1) + integer(300) + integer(70000) + b"\x90")
    + short_text("bytes")
    + MEMOIZE
    + (b"\x96" + struct.pack("<Q", 3) + b"\x00\x01\x02" + MEMOIZE)
    + SETITEMS
    + STOP
)

HONEST_OBJECTS = (
    proto(3)
    + name("numpy.core.multiarray", "_reconstruct")
    + (name("numpy", "ndarray") + integer(0) + TUPLE1 + b"C\x01b" + TUPLE3)
    + REDUCE
    + tuple_of(
        integer(1),
        integer(2) + TUPLE1,
        dtype("O8", "|", 63),
        FALSE,
        EMPTY_LIST + MARK + text("left") + text("right") + APPENDS,
    )
    + BUILD
    + STOP
)

MODEL_CARD = b"""---
license: mit
library_name: sklearn
---
# A sample model

Fitted on nothing, predicts nothing. The words os.system and eval are only text here.
"""


# Malicious samples.


def broken_stream():
    return proto(4) + framed(call_of_system() + b"0" + b"X\xff\xff\xff\x7f" + b"cut off")


def dotted_walk():
    walked = short_text("collections") + short_text("_sys.modules.get") + STACK_GLOBAL
    return proto(4) + framed(walked + short_text("os") + TUPLE1 + REDUCE + STOP)


def crossed_frame():
    # Read from bytes the text has ten bytes and STOP follows; read from a file the rest of the frame is
    # dropped, the text begins behind the frame, and a call follows.
    frame = b"\x8c\x0aaaaa"
    return (
        proto(4)
        + b"\x95"
        + struct.pack("<Q", len(frame))
        + frame
        + b"bbbbbb"
        + b"0N.!"
        + b"0"
        + call_of_system()
        + STOP
    )


def checkpoint():
    """A state dict; while it is read, bytes are handed to torch's loader and the result is dropped. In the
    bytes is a pickle that puts the name of what it calls together."""
    decoded = name("codecs", "decode") + tuple_of(text("flfgrz"), text("rot13")) + REDUCE
    inner = proto(4) + short_text("os") + decoded + STACK_GLOBAL
    inner += text(HARMLESS_COMMAND) + TUPLE1 + REDUCE + STOP
    loaded = name("torch.storage", "_load_from_bytes") + raw_bytes(inner) + TUPLE1 + REDUCE
    return STATE_DICT.removesuffix(STOP) + loaded + b"0" + STOP


def samples():
    weights = [floats(6, 0.25), floats(2, 1.0)]
    evil = proto(2) + call_of_system() + STOP
    honest = proto(2) + dict_of(epoch=integer(3)) + STOP
    return {
        "honest/README.md": MODEL_CARD,
        "honest/state_dict.pt": torch_zip("state_dict", torch_members(STATE_DICT, weights)),
        "honest/legacy.pth": legacy_torch(),
        "honest/logistic_regression.joblib": logistic_regression(),
        "honest/labels.joblib": joblib_of_objects(HONEST_OBJECTS),
        "honest/array.npy": npy("<f4", "(2, 3)", floats(6, 0.5)),
        "honest/objects.npy": npy("|O", "(2,)", HONEST_OBJECTS),
        "honest/arrays.npz": plain_zip(
            [
                ("weights.npy", npy("<f8", "(3,)", doubles([1.0, 2.0, 3.0]))),
                ("mask.npy", npy("|b1", "(4,)", b"\x01\x00\x01\x01")),
            ]
        ),
        "honest/weights.safetensors": safetensors(
            [
                ("__metadata__", '{"format":"pt"}'),
                ("bias", entry("F32", "[2]", 0, 8)),
                ("weight", entry("F32", "[3,2]", 8, 32)),
            ],
            floats(2, 1.0) + floats(6, 0.25),
        ),
        "honest/plain_protocol_0.pkl": PLAIN_PROTOCOL_0,
        "honest/plain_protocol_5.pkl": PLAIN_PROTOCOL_5,
        "malicious/reduce.pkl": evil,
        "malicious/broken_stream.pkl": broken_stream(),
        "malicious/dotted_walk.pkl": dotted_walk(),
        "malicious/crossed_frame.pkl": crossed_frame(),
        "malicious/stacked.pkl": honest + b"\x00\x00garbage\xff\xfe" + evil,
        "malicious/objects.npy": npy("|O", "(2,)", evil),
        "malicious/labels.joblib": joblib_of_objects(evil),
        "malicious/checkpoint.pt": torch_zip(
            "checkpoint", torch_members(checkpoint(), weights)
        ),
        "malicious/hidden_member.pt": torch_zip(
            "archive", torch_members(STATE_DICT, weights, [("config.p", evil)])
        ),
        "malicious/twice.safetensors": safetensors(
            [
                ("weight", entry("F32", "[2]", 0, 8)),
                ("weight", entry("I32", "[2]", 0, 8)),
            ],
            floats(2, 1.0),
        ),
        "malicious/case_twin.pt": torch_zip(
            "archive", torch_members(STATE_DICT, weights, [("DATA.PKL", evil)])
        ),
    }


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    wanted = samples()
    different = []
    for relative, data in wanted.items():
        assert len(data) < LARGEST, relative
        path = HERE / relative
        if check:
            if not path.is_file() or path.read_bytes() != data:
                different.append(relative)
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    for folder in ("honest", "malicious"):
        for path in sorted((HERE / folder).iterdir()):
            if f"{folder}/{path.name}" not in wanted:
                different.append(f"{folder}/{path.name}")
    if different:
        sys.exit("not as generated: " + ", ".join(different))


main()

"""Containers and protocols: one state dict in each of them."""

import io
import json
import pickle
import struct
import tarfile
import zipfile
from collections import OrderedDict

import torch

import truth
from cases import add, case, sample, weights

# Zip and legacy containers with every protocol that torch writes.


def save(path, value, **options):
    torch.save(value, path, **options)
    return truth.of(value)


for protocol in (1, 2, 3, 4, 5):
    add(f"zip_protocol_{protocol}.pt", f"zip, pickle protocol {protocol}",
        lambda path, p=protocol: save(path, weights(), pickle_protocol=p))  # fmt: skip
    add(f"legacy_protocol_{protocol}.pt", f"five pickles and raw storages, protocol {protocol}",
        lambda path, p=protocol: save(path, weights(), pickle_protocol=p, _use_new_zipfile_serialization=False))  # fmt: skip

DTYPES = [
    "bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32",
    "float64", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu",
    "float4_e2m1fn_x2", "complex32", "complex64", "complex128", "bits8", "bits16", "bits1x8", "bits2x4", "bits4x2",
]  # fmt: skip
for name in DTYPES:
    dtype = getattr(torch, name, None)
    if dtype is None:
        continue
    for container, zipped in (("zip", True), ("legacy", False)):
        add(f"dtype_{name}_{container}.pt", f"{name}, {container}",
            lambda path, d=dtype, z=zipped: save(path, {"w": sample(d), "a.scalar": sample(d, ())},
                                                 _use_new_zipfile_serialization=z))  # fmt: skip


@case("legacy_views.pt", "legacy container: views of one storage, an offset and a transposition")
def legacy_views(path):
    base = torch.randn(6, 8)
    value = {"base": base, "row": base[2], "column": base[:, 3], "turned": base.t(), "tail": base.view(-1)[40:]}
    return save(path, value, _use_new_zipfile_serialization=False)


@case("legacy_view_metadata.pt", "legacy container whose persistent ids name views by (key, offset, size)")
def legacy_view_metadata(path):
    whole = torch.arange(20, dtype=torch.float32)
    part = whole[5:17]

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            if isinstance(item, Reference):
                return ("storage", torch.FloatStorage, "7", "cpu", 20, item.key)
            return None

    class Rebuilt:
        def __init__(self, view, size):
            self.view, self.size = view, size

        def __reduce__(self):
            return torch._utils._rebuild_tensor_v2, (Reference(self.view), 0, (self.size,), (1,), False, OrderedDict())

    with open(path, "wb") as file:
        for head in (0x1950A86A20F9469CFC6C, 1001, SYSTEM):
            pickle.dump(head, file, protocol=2)
        Pickler(file, protocol=2).dump({"whole": Rebuilt(None, 20), "part": Rebuilt(("8", 5, 12), 12)})
        pickle.dump(["7"], file, protocol=2)
        file.write(struct.pack("<q", 20) + truth.tensor_bytes(whole))
    value = {"whole": whole, "part": part.clone()}
    loaded = torch.load(path, weights_only=True)
    assert all(torch.equal(value[key], loaded[key]) for key in value)
    return truth.of(value)


SYSTEM = {
    "protocol_version": 1001,
    "little_endian": True,
    "type_sizes": {"short": 2, "int": 4, "long": 4},
}


@case("legacy_many_storages.pt", "legacy container, 300 storages")
def legacy_many(path):
    value = {f"layer.{i}.weight": torch.randn(i % 5 + 1, 3) for i in range(300)}
    return save(path, value, _use_new_zipfile_serialization=False)


@case("legacy_module.pt", "legacy container of a whole module, with its source in the persistent id")
def legacy_module(path):
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    return save(path, module, _use_new_zipfile_serialization=False), {"names": "suffix"}


# The tar container of torch 0.1, written by hand.


def write_tar(path, tensors, storages, views, value, protocol=2, members=("sys_info", "pickle", "tensors", "storages")):
    """`storages`: {key: tensor}; `views`: [(key, root, offset, size)]; `tensors`: {key: (storage, shape, stride, offset)}."""

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            return item.key if isinstance(item, Reference) else None

    parts = {"sys_info": pickle.dumps(SYSTEM, protocol)}
    buffer = io.BytesIO()
    Pickler(buffer, protocol).dump(value)
    parts["pickle"] = buffer.getvalue()
    blob = pickle.dumps(len(storages), protocol)
    for key, tensor in storages.items():
        kind = getattr(torch, tensor.type().removeprefix("torch.").replace("Tensor", "Storage"))
        blob += pickle.dumps((key, "cpu", kind), protocol)
        blob += struct.pack("<q", tensor.numel()) + truth.tensor_bytes(tensor)
    parts["storages"] = blob + pickle.dumps(views, protocol)
    blob = pickle.dumps(len(tensors), protocol)
    for key, (storage, shape, stride, offset) in tensors.items():
        blob += pickle.dumps((key, storage, torch.FloatTensor), protocol)
        blob += struct.pack("<ii", len(shape), 0) + struct.pack(f"<{2 * len(shape)}q", *shape, *stride)
        blob += struct.pack("<q", offset)
    parts["tensors"] = blob
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name in members:
            info = tarfile.TarInfo(name)
            info.size = len(parts[name])
            tar.addfile(info, io.BytesIO(parts[name]))
    loaded = torch.load(path, weights_only=False)
    return loaded


class Reference:
    def __init__(self, key):
        self.key = key


@case("tar_plain.pt", "tar container of torch 0.1")
def tar_plain(path):
    a, b = torch.randn(12), torch.arange(6)
    loaded = write_tar(
        path,
        {101: (1, (3, 4), (4, 1), 0), 102: (1, (4,), (1,), 8), 103: (2, (2, 3), (3, 1), 0)},
        {1: a, 2: b},
        [],
        OrderedDict(weight=Reference(101), bias=Reference(102), ids=Reference(103)),
    )
    assert torch.equal(loaded["bias"], a[8:])
    return truth.of(loaded)


@case("tar_views.pt", "tar container with views of storages, strides and an offset, deep in dicts and lists")
def tar_views(path):
    a = torch.randn(30).double()
    loaded = write_tar(
        path,
        {11: (2, (3, 4), (1, 3), 0), 12: (1, (5,), (6, ), 1), 13: (2, (2, 2), (0, 1), 4)},
        {1: a},
        [(2, 1, 10, 14)],
        {"model": {"turned": Reference(11), "stepped": Reference(12)}, "rest": [{"expanded": Reference(13)}]},
        members=("storages", "tensors", "pickle", "sys_info"),
    )
    assert torch.equal(loaded["model"]["stepped"], a[1:30:6])
    return truth.of(loaded), {"names": "suffix"}


# TorchScript.


class Scripted(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Sequential(torch.nn.Conv1d(2, 3, 3), torch.nn.BatchNorm1d(3))
        self.scale = torch.nn.Parameter(torch.randn(3, 1))
        self.register_buffer("table", torch.arange(5))

    def forward(self, x):
        return self.inner(x) * self.scale


@case("torchscript_scripted.pt", "torch.jit.script")
def scripted(path):
    module = torch.jit.script(Scripted().eval())
    module.save(str(path))
    return truth.of(dict(module.state_dict())), {"names": "suffix"}


@case("torchscript_traced.pt", "torch.jit.trace")
def traced(path):
    module = torch.jit.trace(Scripted().eval(), torch.randn(1, 2, 9))
    module.save(str(path))
    return truth.of(dict(module.state_dict())), {"names": "suffix"}


@case("torchscript_tied.pt", "torch.jit.script with one parameter under two names")
def tied(path):
    class Tied(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = torch.nn.Linear(4, 4)
            self.b = torch.nn.Linear(4, 4)
            self.b.weight = self.a.weight

        def forward(self, x):
            return self.b(self.a(x))

    module = torch.jit.trace(Tied(), torch.randn(1, 4))
    module.save(str(path))
    return truth.of(dict(module.state_dict())), {"names": "suffix"}


@case("torchscript_frozen.pt", "torch.jit.freeze: the weights are constants of the graph")
def frozen(path):
    module = torch.jit.freeze(torch.jit.script(Scripted().eval()))
    module.save(str(path))
    with zipfile.ZipFile(path) as archive:
        assert any(name.endswith("constants.pkl") for name in archive.namelist())
    constants = torch.jit.load(str(path))
    return {}, {"names": "any", "constants": True}


# Zip archives that torch does not write itself, but other tools do.


def members_of(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_zip(path, members, compression=zipfile.ZIP_STORED, zip64=False):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            with archive.open(zipfile.ZipInfo(name) if compression == zipfile.ZIP_STORED else name, "w",
                              force_zip64=zip64) as member:  # fmt: skip
                member.write(data)


@case("zip_deflated.pt", "members deflated, as zip tools leave them")
def deflated(path):
    value = weights()
    write_zip(path, members_of(value), zipfile.ZIP_DEFLATED)
    return truth.of(value)


@case("zip_zip64.pt", "every member with a zip64 extra field")
def zip64(path):
    value = weights()
    write_zip(path, members_of(value), zip64=True)
    return truth.of(value)


@case("zip_renamed_top.pt", "the folder inside the archive has a hostile name")
def renamed_top(path):
    value = weights()
    write_zip(path, {"a b\\..ü" + n[n.index("/"):]: d for n, d in members_of(value).items()})
    assert all(torch.equal(value[key], item) for key, item in torch.load(path).items())
    return truth.of(value)


@case("zip_no_version.pt", "without version and byteorder, as torch 1.6 and other writers leave it")
def no_version(path):
    value = weights()
    write_zip(path, {n: d for n, d in members_of(value).items() if "/data" in n and "serialization" not in n})
    return truth.of(value)


@case("zip_extra_members.pt", "with members of somebody else's, as .pt files of torch's `_extra_files` have")
def extra_members(path):
    value = weights()
    members = members_of(value)
    top = next(iter(members)).split("/")[0]
    write_zip(path, members | {f"{top}/extra/config.json": b"{}", "README": b"hello"})
    return truth.of(value)


@case("zip_big_endian.pt", "byteorder `big`: a checkpoint of a big-endian machine")
def big_endian(path):
    value = weights()
    value["c"] = torch.randn(3, dtype=torch.complex64)
    write_zip(path, swapped(value))
    assert all(torch.equal(value[key], item) for key, item in torch.load(path).items())
    return truth.of(value)


def swapped(value):
    """The members of an archive of `value` with every storage in big-endian order."""
    members = members_of(value)
    top = next(iter(members)).split("/")[0]
    widths = {}
    for tensor in {t.untyped_storage().data_ptr(): t for _, t in truth.walk(value)}.values():
        width = tensor.element_size() // (2 if tensor.is_complex() else 1)
        data = truth.ctypes.string_at(tensor.untyped_storage().data_ptr(), tensor.untyped_storage().nbytes())
        widths[data] = width
    for name, data in members.items():
        if name.startswith(f"{top}/data/"):
            width = widths[data]
            members[name] = b"".join(data[i : i + width][::-1] for i in range(0, len(data), width))
    members[f"{top}/byteorder"] = b"big"
    return members


@case("legacy_big_endian.pt", "legacy container of a big-endian machine: only its system record says so")
def legacy_big_endian(path):
    value = {"w": torch.randn(3, 4), "h": torch.randn(5).to(torch.float16), "i": torch.arange(4), "b": torch.tensor([True])}
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=False)
    data = buffer.getvalue()
    buffer.seek(0)
    ends = []
    for _ in range(5):
        pickle_start = buffer.tell()
        Skipping(buffer).load()
        ends.append((pickle_start, buffer.tell()))
    # torch writes the storages of this container little-endian on every machine, and reads them so.
    path.write_bytes(data[: ends[2][0]] + pickle.dumps(SYSTEM | {"little_endian": False}, 2) + data[ends[3][0] :])
    assert all(torch.equal(value[key], item) for key, item in torch.load(path).items())
    return truth.of(value)


class Skipping(pickle.Unpickler):
    def persistent_load(self, saved):
        return None

    def find_class(self, module, name):
        return lambda *arguments: None if name.startswith("_rebuild") else OrderedDict()


# Shards.


def shards(path, parts, index_name="pytorch_model.bin.index.json", **options):
    path.mkdir()
    weight_map, whole = {}, {}
    for number, part in enumerate(parts, 1):
        name = f"pytorch_model-{number:05}-of-{len(parts):05}.bin"
        torch.save(part, path / name, **options)
        weight_map |= {key: name for key in part}
        whole |= part
    size = sum(t.numel() * t.element_size() for t in whole.values())
    (path / index_name).write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": weight_map}, indent=2))
    return truth.of(whole), {"input": f"{path.name}/{index_name}", "sharded": True}


@case("sharded_three", "three shards and their index")
def sharded(path):
    return shards(path, [{f"layers.{n}.{m}": torch.randn(4, 3 + n) for m in ("weight", "bias")} for n in range(3)])


@case("sharded_legacy", "two shards in the legacy container")
def sharded_legacy(path):
    parts = [{"a.weight": torch.randn(3, 3)}, {"b.weight": torch.randn(2, 2).to(torch.bfloat16)}]
    return shards(path, parts, _use_new_zipfile_serialization=False)


@case("sharded_tied", "two shards, two names of one tensor within the first")
def sharded_tied(path):
    shared = torch.randn(6, 4)
    return shards(path, [{"embed.weight": shared, "lm_head.weight": shared}, {"norm.weight": torch.randn(4)}])


@case("sharded_one", "one shard with an index")
def sharded_one(path):
    return shards(path, [weights()])


@case("zip_ten_thousand.pt", "ten thousand tensors")
def ten_thousand(path):
    return save(path, {f"blocks.{i}.w": torch.full((2,), float(i)) for i in range(10_000)})


@case("zip_one_storage_many_views.pt", "five thousand rows of one storage")
def many_views(path):
    return save(path, {f"row.{i}": row for i, row in enumerate(torch.randn(5000, 3))})


@case("zip_mebibytes.pt", "8 MiB in one tensor, and 64 of 64 KiB")
def mebibytes(path):
    value = {"big": torch.randn(1024, 2048)} | {f"small.{i}": torch.randn(128, 128) for i in range(64)}
    return save(path, value)


@case("zip_alignment.pt", "storages aligned to 4096 bytes")
def aligned(path):
    from torch.utils.serialization import config

    before = config.save.storage_alignment
    config.save.storage_alignment = 4096
    try:
        return save(path, weights())
    finally:
        config.save.storage_alignment = before


@case("zip_no_crc.pt", "written with `crc32` off, so that the records hold no checksum of the data")
def no_crc(path):
    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    try:
        return save(path, weights())
    finally:
        torch.serialization.set_crc32_options(before)

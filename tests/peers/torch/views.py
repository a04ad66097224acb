"""Tensors that are more than a run of bytes: views, bits, ties, subclasses, sparse and quantised ones."""

from collections import OrderedDict

import torch

import truth
from cases import add, case, sample
from containers import save

NARROW = [torch.uint8, torch.bfloat16, torch.float32, torch.float64, torch.complex64, torch.float8_e4m3fn, torch.bool]


def family(dtype):
    """Every kind of view of one dtype, each of a storage of its own."""

    def base(*shape):
        return sample(dtype, shape)

    return {
        "transposed": base(4, 6).t(),
        "permuted": base(2, 3, 4, 5).permute(3, 1, 0, 2),
        "expanded": base(3, 1).expand(3, 5),
        "expanded_scalar": base().expand(2, 3),
        "overlapping": base(13).as_strided((5, 4), (2, 1), 1),
        "windows": base(10).unfold(0, 3, 1),
        "sliced": base(9, 9)[2:7, 1:8:3],
        "offset": base(20)[7:15],
        "last": base(20)[19:],
        "scalar": base(5)[3],
        "empty": base(4, 4)[2:2],
        "empty_middle": base(3, 0, 2),
        "rank8": base(1, 2, 1, 2, 1, 2, 1, 3),
        "diagonal": base(5, 5).diagonal(),
        "channels_last": base(2, 3, 4, 5).contiguous(memory_format=torch.channels_last) if dtype not in (torch.float8_e4m3fn,) else base(2),
        "odd_stride_of_one": base(6).as_strided((1, 6), (999, 1), 0),
        "zero_size_huge_stride": base(6).as_strided((0, 6), (2**40, 1), 6),
    }  # fmt: skip


for dtype in NARROW:
    name = str(dtype).removeprefix("torch.")
    add(f"views_{name}.pt", f"views of {name}", lambda path, d=dtype: save(path, family(d)))
    add(f"views_{name}_legacy.pt", f"views of {name}, legacy container",
        lambda path, d=dtype: save(path, family(d), _use_new_zipfile_serialization=False))  # fmt: skip


@case("bits_conj.pt", "conjugated views, contiguous and not")
def conj(path):
    a = torch.randn(3, 4, dtype=torch.complex64)
    return save(path, {"plain": a, "conj": a.conj(), "turned": a.t().conj(), "adjoint": a[1:].mH, "twice": a.conj().conj(),
                       "vector": torch.randn(5, dtype=torch.complex64).conj()})  # fmt: skip


@case("bits_neg.pt", "imaginary parts of conjugates, whose bytes are negated on the way out")
def neg(path):
    def part(dtype=torch.complex64):  # torch does not write a storage with two dtypes, so each has one of its own
        return torch.randn(3, 4, dtype=dtype)

    value = {"real": part().real, "imag": part().imag, "neg": part().conj().imag, "neg64": part(torch.complex128).conj().imag,
             "both": torch._neg_view(part().conj()), "view": torch._neg_view(torch.randn(3)), "row": part().conj().imag[1],
             "turned": part().conj().imag.t(), "zero": torch._neg_view(torch.zeros(2))}  # fmt: skip
    assert value["neg"].is_neg() and value["both"].is_conj()
    return save(path, value)


@case("bits_neg_integers.pt", "the negative bit on integers")
def neg_integers(path):
    value = {"i64": torch._neg_view(torch.tensor([1, -5, -(2**63)])), "i8": torch._neg_view(torch.tensor([-128, 127], dtype=torch.int8)),
             "half": torch._neg_view(torch.randn(3).to(torch.float16)), "bf16": torch._neg_view(torch.randn(3).to(torch.bfloat16))}  # fmt: skip
    return save(path, value)


@case("bits_conj_protocol_5.pt", "conjugate and negative bits, protocol 5")
def conj5(path):
    a, b = torch.randn(2, 3, 4, dtype=torch.complex64)
    return save(path, {"c": a.conj(), "n": b.clone().conj().imag}, pickle_protocol=5)


@case("real_of_complex.pt", "strided real views of a complex storage, which is of another dtype than the tensor")
def real_view(path):
    a = torch.randn(4, 3, dtype=torch.complex64)
    return save(path, {"both": torch.view_as_real(a), "real": a[1:, ::2].real})


@case("retyped.pt", "a storage that is seen through three dtypes")
def retyped(path):
    a = torch.randint(0, 255, (16,), dtype=torch.uint8)
    value = {"bytes": a, "words": a.view(torch.int32)}
    try:
        return save(path, value)
    except RuntimeError:  # torch refuses to write a storage with two dtypes; then one at a time
        return save(path, {"words": a.view(torch.int32), "halves": a.clone().view(torch.float16)[2:5]})


# Ties.


@case("tied_same.pt", "one tensor under three names")
def tied_same(path):
    w = torch.randn(5, 4)
    return save(path, {"lm_head.weight": w, "embed.weight": w, "decoder.weight": w, "other": torch.randn(2)})


@case("tied_parts.pt", "a fused tensor and its three thirds")
def tied_parts(path):
    w = torch.randn(9, 4)
    return save(path, {"qkv": w, "q": w[:3], "k": w[3:6], "v": w[6:]})


@case("tied_halves.pt", "two halves of a storage that is not itself there")
def tied_halves(path):
    w = torch.randn(8, 4)
    return save(path, {"up": w[:4], "down": w[4:]})


@case("tied_overlap.pt", "two views that overlap, neither of them whole")
def tied_overlap(path):
    w = torch.randn(30)
    return save(path, {"a": w[0:20], "b": w[10:30], "c": w[10:30]})


@case("tied_transposed.pt", "a tensor and its transposition: the same storage, not the same tensor")
def tied_transposed(path):
    w = torch.randn(4, 4)
    return save(path, {"weight": w, "weight_t": w.t(), "flat": w.view(-1)})


@case("tied_equal_bytes.pt", "equal contents in storages of their own: nothing is tied")
def tied_equal(path):
    w = torch.zeros(4, 4)
    return save(path, {"a": w, "b": w.clone(), "c": torch.zeros(16)})


@case("tied_short.pt", "the name that sorts first covers the storage only in part")
def tied_short(path):
    w = torch.randn(10)
    return save(path, {"a": w[:5], "b": w, "c": w})


@case("tied_empty.pt", "empty tensors, all of which may have the same storage")
def tied_empty(path):
    e = torch.empty(0)
    return save(path, {"a": e, "b": e, "c": torch.empty(0, 3), "d": torch.empty(2, 0)})


@case("tied_parameters.pt", "a module with tied parameters, its state dict")
def tied_module(path):
    a, b = torch.nn.Embedding(6, 4), torch.nn.Linear(4, 6, bias=False)
    b.weight = a.weight
    return save(path, torch.nn.ModuleDict({"embed": a, "head": b}).state_dict())


@case("storage_larger.pt", "a small view that keeps a storage of 1 MiB")
def storage_larger(path):
    return save(path, {"one": torch.randn(262144)[1000:1001], "two": torch.randn(64, 64)[::2, ::2]})


# Parameters and subclasses.


@case("parameters.pt", "parameters, with and without a gradient")
def parameters(path):
    return save(path, {"p": torch.nn.Parameter(torch.randn(3, 2)), "q": torch.nn.Parameter(torch.randn(2), requires_grad=False),
                       "t": torch.randn(2, requires_grad=True), "view": torch.nn.Parameter(torch.randn(4, 6).t())})  # fmt: skip


@case("parameter_state.pt", "parameters with attributes")
def parameter_state(path):
    p = torch.nn.Parameter(torch.randn(3, 2))
    p.kind, p.sizes = "column", [1, 2]
    return save(path, {"p": p, "q": torch.nn.Parameter(torch.randn(2))})


@case("parameter_buffers.pt", "torch.nn.Buffer and uninitialised parameters")
def parameter_buffers(path):
    return save(path, {"b": torch.nn.Buffer(torch.randn(3)), "p": torch.nn.Parameter(torch.randn(1))})


@case("parameter_lazy.pt", "an uninitialised parameter has no values")
def lazy(path):
    module = torch.nn.LazyLinear(4)
    torch.save(dict(module.state_dict()) | {"known": torch.ones(2)}, path)
    known = truth.of({"known": torch.ones(2)})
    return known | {n: {"dtype": "float32", "shape": None, "unsupported": "uninitialised"} for n in ("weight", "bias")}


@case("subclass.pt", "a subclass of Tensor whose class nobody knows any more")
def subclass(path):
    from objects import forgotten

    with forgotten("""
        import torch
        class Marked(torch.Tensor):
            pass
    """) as module:
        a = torch.randn(3, 4).as_subclass(module.Marked)
        a.note = "kept"
        value = {"marked": a, "view": a.t(), "plain": torch.randn(2)}
        torch.save(value, path)
        plain = {key: t.detach().as_subclass(torch.Tensor) for key, t in value.items()}
        return truth.of(plain)


@case("subclass_parameter.pt", "a parameter of a subclass")
def subclass_parameter(path):
    from objects import forgotten

    with forgotten("""
        import torch
        class Own(torch.nn.Parameter):
            pass
    """) as module:
        p = module.Own(torch.randn(3, 4))
        torch.save({"own": p}, path)
        return truth.of({"own": p.detach()})


@case("subclass_wrapper.pt", "a wrapper subclass: what is stored are two plain tensors inside")
def subclass_wrapper(path):
    from objects import forgotten

    with forgotten("""
        import torch
        class Pair(torch.Tensor):
            @staticmethod
            def __new__(cls, a, b):
                return torch.Tensor._make_wrapper_subclass(cls, a.shape, dtype=a.dtype)
            def __init__(self, a, b):
                self.a, self.b = a, b
            @classmethod
            def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
                raise NotImplementedError(function)
            def __reduce_ex__(self, protocol):
                return Pair, (self.a, self.b)
    """) as module:
        a, b = torch.randn(2, 3), torch.randn(2, 3)
        torch.save({"pair": module.Pair(a, b), "plain": torch.ones(3)}, path)
        found = truth.of({"plain": torch.ones(3), "pair": [a, b]})
        for key in ("pair.0", "pair.1"):
            found[key]["aside"] = True
        return found


# Sparse, quantised, meta, nested.


def sparse_value():
    d = torch.randn(6, 8) * (torch.rand(6, 8) > 0.6)
    return {"coo": d.to_sparse(), "dense": d}


@case("sparse_coo.pt", "sparse COO, coalesced")
def coo(path):
    return save(path, sparse_value())


@case("sparse_coo_uncoalesced.pt", "sparse COO with an index twice")
def coo_uncoalesced(path):
    indices = torch.tensor([[0, 1, 1, 0], [2, 0, 0, 1]])
    return save(path, {"coo": torch.sparse_coo_tensor(indices, torch.tensor([1.0, 2.0, 3.0, 4.0]), (3, 4)), "dense": torch.ones(2)})


@case("sparse_hybrid.pt", "sparse COO of dense rows, and one without entries")
def hybrid(path):
    a = torch.sparse_coo_tensor(torch.tensor([[3, 1]]), torch.randn(2, 5), (6, 5))
    return save(path, {"rows": a, "none": torch.sparse_coo_tensor(size=(2, 2)), "dense": torch.ones(1)})


for layout in ("csr", "csc", "bsr", "bsc"):
    def compressed(path, layout=layout):
        # Without minus zeros: torch loses their sign on the way through COO.
        d = torch.where(torch.rand(6, 8) > 0.5, torch.randn(6, 8), torch.zeros(()))
        block = ((2, 2),) if layout[0] == "b" else ()
        return save(path, {layout: getattr(d, f"to_sparse_{layout}")(*block), "dense": d})

    add(f"sparse_{layout}.pt", f"sparse {layout.upper()}", compressed)


@case("sparse_legacy.pt", "sparse COO in the legacy container")
def sparse_legacy(path):
    return save(path, sparse_value(), _use_new_zipfile_serialization=False)


@case("quantised_tensor.pt", "quantised per tensor: qint8, quint8, qint32")
def quantised(path):
    a = torch.randn(4, 5)
    return save(path, {str(d).removeprefix("torch."): torch.quantize_per_tensor(a, 0.1, z, d)
                       for d, z in ((torch.qint8, 3), (torch.quint8, 128), (torch.qint32, 0))} | {"plain": a})  # fmt: skip


@case("quantised_channel.pt", "quantised per channel, over either axis")
def quantised_channel(path):
    a = torch.randn(4, 3)
    return save(path, {
        "rows": torch.quantize_per_channel(a, torch.rand(4).double() + 0.1, torch.arange(4), 0, torch.qint8),
        "columns": torch.quantize_per_channel(a, torch.rand(3).double() + 0.1, torch.zeros(3).long(), 1, torch.quint8),
        "turned": torch.quantize_per_tensor(a, 0.25, 1, torch.qint8).t(),
        "plain": a,
    })  # fmt: skip


@case("meta.pt", "tensors without data")
def meta(path):
    return save(path, {"none": torch.empty(3, 4, device="meta"), "some": torch.randn(2)})


@case("nested.pt", "a nested tensor")
def nested(path):
    return save(path, {"nested": torch.nested.nested_tensor([torch.randn(2, 3), torch.randn(4, 3)]), "plain": torch.randn(2)})


@case("root_tensor.pt", "the object is a tensor")
def root(path):
    return save(path, torch.randn(3, 4)), {"names": "any"}


@case("root_list.pt", "the object is a list of tensors")
def root_list(path):
    return save(path, [torch.randn(3), torch.arange(4), (torch.ones(2), torch.zeros(1, 1))])


@case("values_special.pt", "NaN payloads, infinities, denormals and minus zero keep their bits")
def special(path):
    bits = torch.tensor([0x7FC00001, 0x7F800001, -0x400000 + 5, 0x7F800000, -0x800000, 1, -0x80000000], dtype=torch.int32)
    return save(path, {"f32": bits.view(torch.float32), "f64": torch.tensor([float("nan"), -0.0, 5e-324], dtype=torch.float64),
                       "conj": torch.complex(torch.tensor([float("nan"), -0.0]), torch.tensor([0.0, -0.0])).conj()})  # fmt: skip


@case("booleans.pt", "booleans, sliced")
def booleans(path):
    m = torch.rand(5, 5) > 0.5
    return save(path, OrderedDict(mask=m, row=m[1], causal=torch.tril(torch.ones(6, 6)).bool()))

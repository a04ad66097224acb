"""State dicts inside of other things: modules, training checkpoints, classes that nobody has, names of all kinds."""

import collections
import contextlib
import pathlib
import sys
import textwrap
import types

import numpy as np
import torch

import truth
from cases import case, weights
from containers import save

SUFFIX = {"names": "suffix"}
ASIDE = ("optimizer", "optimizer_states", "optimizer_state_dict", "optim", "lr_scheduler", "lr_schedulers", "rng", "callbacks", "hyper_parameters")


@contextlib.contextmanager
def forgotten(source):
    """A module with `source` in it, which is gone afterwards: what was pickled of it cannot be imported again."""
    module = types.ModuleType("gone_tomorrow")
    sys.modules[module.__name__] = module
    try:
        exec(textwrap.dedent(source), module.__dict__)
        yield module
    finally:
        del sys.modules[module.__name__]


def network():
    return torch.nn.Sequential(
        collections.OrderedDict(
            conv=torch.nn.Conv2d(2, 3, 3),
            norm=torch.nn.BatchNorm2d(3),
            block=torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2, bias=False)),
            attention=torch.nn.MultiheadAttention(4, 2),
            recurrent=torch.nn.LSTM(3, 4, 2),
        )
    )


@case("module_state_dict.pt", "the state dict of a module, an OrderedDict with an attribute")
def state_dict(path):
    return save(path, network().state_dict())


@case("module_whole.pt", "a whole module of torch's own classes")
def whole(path):
    return save(path, network()), SUFFIX


@case("module_whole_protocol_5.pt", "a whole module, protocol 5")
def whole5(path):
    return save(path, network(), pickle_protocol=5), SUFFIX


@case("module_foreign.pt", "a whole module of a class that is gone, with buffers and one of them not persistent")
def foreign(path):
    with forgotten("""
        import torch
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.body = torch.nn.ModuleList([torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)])
                self.heads = torch.nn.ParameterDict({"a": torch.nn.Parameter(torch.randn(2))})
                self.more = torch.nn.ParameterList([torch.nn.Parameter(torch.randn(1)), torch.nn.Parameter(torch.randn(2))])
                self.register_buffer("mean", torch.randn(3))
                self.register_buffer("scratch", torch.randn(4), persistent=False)
                self.register_parameter("none", None)
                self.settings = {"depth": 3, "names": ["x", "y"]}
    """) as module:
        net = module.Net()
        torch.save(net, path)
        found = truth.of(net)
        found["scratch"] = truth.of_tensor(net.scratch) | {"aside": True}
        return found, SUFFIX


@case("module_in_dict.pt", "whole modules in a dict beside an epoch")
def in_dict(path):
    return save(path, {"model": network(), "ema": torch.nn.Linear(2, 2), "epoch": 3}), SUFFIX


@case("module_buffers_shared.pt", "a module that is used in two places")
def shared_module(path):
    layer = torch.nn.Linear(3, 3)
    module = torch.nn.ModuleDict({"a": layer, "b": layer})
    return save(path, module), SUFFIX


@case("module_quantised.pt", "a dynamically quantised module, whose weights are packed objects")
def packed(path):
    module = torch.ao.quantization.quantize_dynamic(torch.nn.Sequential(torch.nn.Linear(4, 4)), {torch.nn.Linear}, dtype=torch.qint8)
    state = module.state_dict()
    torch.save(state, path)
    found = {}
    for key, item in state.items():
        if isinstance(item, torch.Tensor):
            found[key] = truth.of_tensor(item)
        elif isinstance(item, tuple):
            for i, part in enumerate(item):
                if isinstance(part, torch.Tensor):
                    found[f"{key}.{i}"] = truth.of_tensor(part.detach())
    return found, SUFFIX


def optimiser(kind, **options):
    net = torch.nn.Linear(3, 2)
    made = kind(net.parameters(), lr=0.1, **options)
    for _ in range(2):
        made.zero_grad()
        net(torch.randn(4, 3)).sum().backward()
        made.step()
    return net, made


@case("checkpoint_training.pt", "model, optimiser, scheduler, epoch and loss in a dict")
def training(path):
    net, made = optimiser(torch.optim.AdamW)
    schedule = torch.optim.lr_scheduler.StepLR(made, 5)
    value = {"epoch": 7, "model_state_dict": net.state_dict(), "optimizer_state_dict": made.state_dict(),
             "scheduler": schedule.state_dict(), "loss": 0.25}  # fmt: skip
    torch.save(value, path)
    return truth.of(value, ASIDE), SUFFIX


@case("checkpoint_optimiser_only.pt", "the state of an optimiser and nothing else")
def optimiser_only(path):
    _, made = optimiser(torch.optim.SGD, momentum=0.9)
    torch.save(made.state_dict(), path)
    found = truth.of(made.state_dict())
    for entry in found.values():
        entry["aside"] = True
    return found, {"names": "suffix"}


LIGHTNING = """
    import enum
    class Namespace:
        def __init__(self, **items):
            self.__dict__.update(items)
    class Attributes(dict):
        pass
    class Mode(enum.Enum):
        TRAIN = "train"
    class Callback:
        __slots__ = ("best", "score")
        def __getstate__(self):
            return {"best": self.best, "score": self.score}
        def __setstate__(self, state):
            self.best, self.score = state["best"], state["score"]
"""


@case("checkpoint_lightning.ckpt", "as Lightning writes it, with hyper-parameters of classes that are gone")
def lightning(path):
    with forgotten(LIGHTNING) as module:
        net, made = optimiser(torch.optim.Adam)
        callback = module.Callback()
        callback.best, callback.score = pathlib.PurePosixPath("a/b.ckpt"), torch.tensor(0.5)
        attributes = module.Attributes(lr=np.float64(0.1), mode=module.Mode.TRAIN, sizes=[1, 2])
        value = {
            "epoch": 3, "global_step": 1000, "pytorch-lightning_version": "2.1.0",
            "state_dict": collections.OrderedDict(("model." + k, v) for k, v in net.state_dict().items()),
            "loops": {"fit_loop": {"state_dict": {}, "progress": {"total": 3}}},
            "callbacks": {"ModelCheckpoint{'monitor': 'loss'}": {"best": callback}},
            "optimizer_states": [made.state_dict()], "lr_schedulers": [{"base_lrs": [0.1]}],
            "hparams_name": "args", "hyper_parameters": {"config": module.Namespace(a=1, inner=module.Namespace(b=attributes))},
        }  # fmt: skip
        torch.save(value, path)
        return truth.of(value, ASIDE), SUFFIX


@case("checkpoint_fairseq.pt", "arguments of a class that is gone in front of the model")
def fairseq(path):
    with forgotten(LIGHTNING) as module:
        value = {"args": module.Namespace(arch="x", lr=[0.1]), "model": weights(), "extra_state": {"train_iterator": {"epoch": 4}},
                 "last_optimizer_state": {"state": {0: {"exp_avg": torch.randn(3)}}}}  # fmt: skip
        torch.save(value, path)
        return truth.of(value, (*ASIDE, "last_optimizer_state")), SUFFIX


@case("checkpoint_foreign_deep.pt", "tensors in attributes of objects whose classes are gone")
def foreign_deep(path):
    with forgotten(LIGHTNING) as module:
        item = module.Namespace(weight=torch.randn(3, 2), parts=[module.Namespace(bias=torch.randn(2))])
        scale = torch.randn(1)
        torch.save({"net": item, "scale": scale}, path)
        return truth.of({"net": item, "scale": scale}), SUFFIX


@case("checkpoint_foreign_dict.pt", "a state dict of a subclass of dict that is gone")
def foreign_dict(path):
    with forgotten(LIGHTNING) as module:
        value = module.Attributes(weights())
        torch.save(value, path)
        return truth.of(value), SUFFIX


@case("checkpoint_foreign_called.pt", "tensors that stand in the arguments of an unknown function")
def foreign_called(path):
    with forgotten("""
        def rebuild(a, b):
            return Made(a, b)
        class Made:
            def __init__(self, a, b):
                self.a, self.b = a, b
            def __reduce__(self):
                return rebuild, (self.a, self.b)
    """) as module:
        a, b = torch.randn(3), torch.randn(2, 2)
        torch.save({"made": module.Made(a, b), "plain": a + 1}, path)
        found = truth.of({"plain": a + 1, "made": [a, b]})
        for key in ("made.0", "made.1"):
            found[key]["aside"] = True
        return found, SUFFIX


@case("checkpoint_numpy.pt", "numpy scalars, arrays and dtypes beside tensors")
def numpy_inside(path):
    value = {"state_dict": weights(), "best": np.float64(0.5), "step": np.int64(9), "flag": np.bool_(True), "kind": np.dtype("float32"),
             "history": np.linspace(0, 1, 5), "grid": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))}  # fmt: skip
    torch.save(value, path)
    return truth.of(value, ("history", "grid")), SUFFIX


@case("checkpoint_collections.pt", "defaultdict, Counter, deque, namedtuple, sets, Enum, dataclass, ranges, complex")
def containers(path):
    with forgotten("""
        import collections, dataclasses, enum
        Pair = collections.namedtuple("Pair", "left right")
        class Colour(enum.IntEnum):
            RED = 1
        @dataclasses.dataclass
        class Settings:
            depth: int = 3
            table: object = None
    """) as module:
        table = collections.defaultdict(list)
        table["a"] += [torch.randn(2), torch.randn(3)]
        value = {
            "lists": table, "counter": collections.Counter("abca"), "queue": collections.deque([torch.ones(2)], 5),
            "pair": module.Pair(torch.randn(1), torch.randn(2)), "set": {1, 2}, "frozen": frozenset("ab"), "colour": module.Colour.RED,
            "settings": module.Settings(table=torch.randn(4)), "range": range(3), "complex": 1 + 2j, "bytes": b"\x00\xff", "slice": slice(1, 2),
            "array": bytearray(b"abc"), "size": torch.Size([2, 3]), "device": torch.device("cpu"), "dtype": torch.float16,
            "none": None, "big": 2**200, "float": float("nan"), "ellipsis": ...,
        }  # fmt: skip
        torch.save(value, path)
        value["queue"] = list(value["queue"])
        # A pickle has the fields of a namedtuple by their places only.
        return truth.of(value), {"names": "any"}


@case("checkpoint_packed_sequence.pt", "a PackedSequence: a namedtuple of tensors")
def packed_sequence(path):
    value = {"seq": torch.nn.utils.rnn.pack_sequence([torch.randn(3, 2), torch.randn(2, 2)])}
    torch.save(value, path)
    return truth.of(value), {"names": "any"}


@case("checkpoint_cyclic.pt", "a checkpoint that holds itself")
def cyclic(path):
    value = {"weight": torch.randn(3)}
    value["self"] = value
    value["list"] = [value]
    torch.save(value, path)
    return truth.of({"weight": value["weight"]}), SUFFIX


@case("checkpoint_cyclic_object.pt", "objects of a class that is gone which hold each other")
def cyclic_object(path):
    with forgotten(LIGHTNING) as module:
        a, b = module.Namespace(weight=torch.randn(3)), module.Namespace(weight=torch.randn(4))
        a.other, b.other = b, a
        torch.save({"a": a, "epoch": 1}, path)
        return truth.of({"a": {"weight": a.weight, "other": {"weight": b.weight}}}), SUFFIX


for wrap in ("state_dict", "model", "model_state_dict", "params", "params_ema", "module", "net", "generator", "network", "weights", "unheard_of"):
    @case(f"nested_{wrap}.pt", f"the state dict under `{wrap}`, beside an epoch")
    def nested(path, wrap=wrap):
        value = {wrap: weights(), "epoch": 2}
        return save(path, value), SUFFIX


@case("nested_two_networks.pt", "two networks with the same names inside")
def two_networks(path):
    return save(path, {"generator": weights(), "discriminator": weights(), "epoch": 2}), SUFFIX


@case("nested_params_and_ema.pt", "params and params_ema, with the same names inside")
def params_and_ema(path):
    return save(path, {"params": weights(), "params_ema": weights()}), SUFFIX


@case("nested_thrice.pt", "a state dict three levels down")
def thrice(path):
    return save(path, {"checkpoint": {"trainer": {"state_dict": weights()}}}), SUFFIX


@case("nested_deep.pt", "a tensor below 200 dicts")
def deep(path):
    value = {"weight": torch.randn(2)}
    for level in range(200):
        value = {f"l{level}": value}
    return save(path, value), SUFFIX


@case("nested_lists.pt", "tensors in lists in tuples in dicts")
def lists(path):
    return save(path, {"layers": [{"w": torch.randn(2), "b": (torch.randn(1), [torch.randn(3)])} for _ in range(3)]}), SUFFIX


@case("nested_integer_keys.pt", "keys that are integers, floats, tuples and None")
def integer_keys(path):
    value = {0: torch.randn(1), 1: {2: torch.randn(2)}, "w": torch.randn(3)}
    return save(path, value), SUFFIX


@case("names_clash.pt", "a dotted key and a path that give the same dotted name")
def clash(path):
    value = {"a.b": torch.ones(2), "a": {"b": torch.zeros(3)}}
    torch.save(value, path)
    found = {"a.b": truth.of_tensor(value["a.b"]), "a/b": truth.of_tensor(value["a"]["b"])}
    # Which of them is to have the name? A converter may well refuse.
    return {k: e | {"unsupported": "name"} for k, e in found.items()}, {"names": "any"}


@case("names_clash_integer.pt", "the keys 1 and \"1\"")
def clash_integer(path):
    value = {1: torch.ones(2), "1": torch.zeros(3)}
    torch.save(value, path)
    found = {"1": truth.of_tensor(value["1"]), "1/": truth.of_tensor(value[1])}
    return {k: e | {"unsupported": "name"} for k, e in found.items()}, {"names": "any"}


@case("names_unicode.pt", "names in many scripts")
def unicode_names(path):
    names = ["вес", "重み", "ağırlık", "é", "e\u0301", "🙂", "a\u200bb", "\u202egnp", "µ", "μ"]
    return save(path, {name: torch.full((2,), float(i)) for i, name in enumerate(names)})


@case("names_hostile.pt", "names with quotes, backslashes, control characters, path parts and nothing at all")
def hostile_names(path):
    names = ['"', "\\", "\n", "\x00", "\x1b[31m", "../../etc/passwd", "a/b", "C:\\x", "", " ", ".", "..", "a..b", "__class__", "\x7f", "\u2028", "x" * 5000]
    return save(path, {name: torch.full((2,), float(i)) for i, name in enumerate(names)}), {"names": "hostile"}


@case("names_reserved.pt", "a tensor called `__metadata__`, which no safetensors file can hold")
def reserved(path):
    value = {"__metadata__": torch.ones(2), "w": torch.zeros(2)}
    found = save(path, value)
    found["__metadata__"]["unsupported"] = "name"
    return found


@case("names_surrogate.pt", "a lone surrogate, which no JSON text can hold")
def surrogate(path):
    value = {"a\ud800": torch.ones(2), "w": torch.zeros(2)}
    try:
        torch.save(value, path)
    except UnicodeEncodeError:
        torch.save({"w": value["w"]}, path)
        return truth.of({"w": value["w"]})
    return {"w": truth.of_tensor(value["w"]), "a\ufffd\ufffd\ufffd": truth.of_tensor(value["a\ud800"]) | {"unsupported": "name"}}


@case("nothing_empty_dict.pt", "no tensor at all")
def nothing(path):
    return save(path, {}), {"nothing": True}


@case("nothing_strings.pt", "only strings and numbers")
def strings(path):
    return save(path, {"a": 1, "b": ["x", 2.5], "c": None}), {"nothing": True}


@case("dangerous.pt", "a state dict beside a call of os.system")
def dangerous(path):
    class Call:
        def __reduce__(self):
            import os

            return os.system, ("true",)

    torch.save({"state_dict": weights(), "x": Call()}, path)
    return truth.of({"state_dict": weights_of(path)}), SUFFIX | {"dangerous": True}


def weights_of(path):
    """What was written into the archive at `path`, whose pickle must not be loaded: the same seed gives it again."""
    import random

    seed = sum(path.name.encode())
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)
    return weights()

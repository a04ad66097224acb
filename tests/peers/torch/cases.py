"""The register of checkpoints that `generate.py` writes: name, what it is for, and a function that writes it.

A function gets the path to write and returns the truth, or (truth, facts). Facts that `compare.py` knows:
`input`: the file to convert, if it is not the one that the case is named after; `names`: `exact` (the default, an output
tensor is called as its path) or `suffix` (a converter may choose a sub-tree and leave its path out of the names);
`refused`: why the whole file has to be refused.
"""

import random
from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch

CASES = {}


@dataclass
class Case:
    name: str
    note: str
    write: Callable

    def run(self, folder):
        seed = sum(self.name.encode())
        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed)
        made = self.write(folder / self.name)
        truth, facts = made if isinstance(made, tuple) else (made, {})
        return {"note": self.note, "input": self.name, "names": "exact"} | facts | {"tensors": truth}


def add(name, note, write):
    assert name not in CASES, name
    CASES[name] = Case(name, note, write)


def case(name, note):
    def register(write):
        add(name, note, write)
        return write

    return register


def sample(dtype, shape=(3, 4)):
    """A tensor of random bits of any dtype; booleans stay booleans."""
    if dtype is torch.bool:
        return torch.rand(shape) > 0.5
    size = torch.empty(0, dtype=dtype).element_size()
    count = int(np.prod(shape)) * size
    data = torch.from_numpy(np.random.randint(0, 256, max(count, size), dtype=np.uint8))[:count]
    return data.view(dtype).reshape(shape) if count else torch.empty(shape, dtype=dtype)


def weights():
    """A small state dict of several dtypes and ranks."""
    return {
        "embed.weight": torch.randn(7, 5),
        "layers.0.weight": torch.randn(5, 5, dtype=torch.float64),
        "layers.0.bias": torch.randn(5).to(torch.bfloat16),
        "layers.1.weight": torch.randn(2, 3, 4).to(torch.float16),
        "steps": torch.tensor(12345),
        "mask": torch.tensor([True, False, True]),
        "ids": torch.arange(6, dtype=torch.int32),
    }

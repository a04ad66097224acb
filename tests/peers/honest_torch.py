"""Honest objects of torch and torchvision, pickled and saved with torch.save in both of its containers."""

import argparse
import collections
import functools
import inspect
import re

import numpy as np
import torch
import torch.nn.utils.parametrizations
import torch.nn.utils.prune
import torch.optim.swa_utils
from torch import nn

NAMESPACE = {"torch": torch, "nn": nn, "np": np, "functools": functools, "collections": collections, "argparse": argparse}
try:
    import torchvision
    import torchvision.transforms

    NAMESPACE["torchvision"] = torchvision
except ImportError:
    torchvision = None

TYPES = "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128 uint16 uint32 uint64 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz quint8 qint8 qint32".split()
TENSORS = [
    "torch.arange(6).reshape(2, 3)", "torch.tensor(5.0)", "torch.zeros(0)", "torch.randn(3, 4).t()", "torch.randn(10)[2:5]", "torch.randn(3, requires_grad=True)", "nn.Parameter(torch.randn(3))", "nn.Parameter(torch.randn(3), requires_grad=False)",
    "nn.Buffer(torch.randn(3))", "torch.randn(3, 4).to_sparse()", "torch.randn(3, 4).to_sparse_csr()", "torch.randn(3, 4).to_sparse_csc()", "torch.randn(4, 4).to_sparse_bsr((2, 2))", "torch.quantize_per_tensor(torch.randn(3), 0.1, 0, torch.quint8)",
    "torch.quantize_per_channel(torch.randn(2, 3), torch.ones(2), torch.zeros(2), 0, torch.qint8)", "torch.empty(2, 3, device='meta')", "torch.ones(2, 3).to(memory_format=torch.contiguous_format)", "torch.randn(1, 2, 3, 4).to(memory_format=torch.channels_last)",
    "torch.randn(2, dtype=torch.cfloat).conj()", "torch.randn(2, dtype=torch.cfloat).imag", "torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])", "torch.randn(3).untyped_storage()", "torch.FloatStorage([1, 2])", "torch.randn(3).storage()", "torch.masked.masked_tensor(torch.ones(2), torch.tensor([True, False]))",
    "[torch.ones(2)] * 3", "_views()", "{'a': torch.ones(2), 'b': [torch.zeros(1), None, 'x']}", "torch.Size([1, 2])", "torch.ones(2).shape", "torch.device('cpu')", "torch.device('cuda', 0)", "torch.float32", "[torch.float16, torch.int64, torch.bool, torch.bfloat16]",
    "torch.strided", "torch.preserve_format", "torch.channels_last", "torch.finfo(torch.float32)", "torch.Generator()", "torch.get_rng_state()", "torch.quint8", "torch.per_tensor_affine", "torch.max(torch.randn(3, 4), 1)", "torch.linalg.svd(torch.eye(2))", "_attributed()", "torch.FloatTensor([1])", "torch.Tensor",
    "collections.OrderedDict(w=torch.ones(2))", "torch.nn.utils.rnn.pack_sequence([torch.ones(3, 1)])", "torch.distributions.Normal(torch.tensor(0.0), 1.0)", "torch.distributions.Categorical(torch.ones(3))", "torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))",
]
OPTIMIZERS = """
SGD(P,lr=0.1,momentum=0.9) Adam(P) AdamW(P) Adagrad(P) Adadelta(P) Adamax(P) ASGD(P) LBFGS(P) NAdam(P) RAdam(P) RMSprop(P) Rprop(P) SparseAdam(P) Adafactor(P)
""".split()
SCHEDULERS = """
StepLR(O,3) MultiStepLR(O,[1,2]) ExponentialLR(O,0.9) CosineAnnealingLR(O,5) ReduceLROnPlateau(O) CyclicLR(O,0.1,0.2) OneCycleLR(O,0.1,10) CosineAnnealingWarmRestarts(O,3) ConstantLR(O) LinearLR(O) PolynomialLR(O) 
""".split()
MODELS = [
    "nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))", "nn.Sequential(collections.OrderedDict(a=nn.Linear(2, 2), b=nn.Softmax(-1)))", "nn.ModuleList([nn.Linear(2, 2)])", "nn.ModuleDict({'a': nn.Linear(2, 2)})", "nn.ParameterList([nn.Parameter(torch.ones(2))])", "nn.ParameterDict({'a': nn.Parameter(torch.ones(2))})",
    "nn.Linear(2, 2).state_dict()", "nn.BatchNorm2d(3).state_dict()", "nn.LSTM(3, 4, 2, bidirectional=True)", "nn.GRU(3, 4)", "nn.RNN(3, 4)", "nn.LSTMCell(2, 3)", "nn.Transformer(8, 2, 1, 1, 16)", "nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 1)", "nn.TransformerEncoderLayer(8, 2, 16, activation='gelu')",
    "nn.TransformerDecoderLayer(8, 2, 16)", "nn.MultiheadAttention(8, 2)", "nn.Embedding(5, 3, padding_idx=0)", "nn.EmbeddingBag(5, 3)", "nn.Conv1d(2, 3, 3)", "nn.Conv2d(2, 3, 3, padding='same')", "nn.Conv3d(2, 3, 3)", "nn.ConvTranspose2d(2, 3, 3)", "nn.LayerNorm(3)", "nn.GroupNorm(2, 4)", "nn.InstanceNorm2d(3)", "nn.RMSNorm(3)", "nn.SyncBatchNorm(3)",
    "nn.LocalResponseNorm(2)", "nn.MaxPool2d(2)", "nn.AdaptiveAvgPool2d(1)", "nn.FractionalMaxPool2d(2, output_ratio=0.5)", "nn.LPPool2d(2, 2)", "nn.Upsample(scale_factor=2)", "nn.PixelShuffle(2)", "nn.Bilinear(2, 2, 2)", "nn.utils.weight_norm(nn.Linear(2, 2))", "nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)).state_dict()",
    "nn.utils.spectral_norm(nn.Linear(2, 2))", "nn.utils.parametrizations.spectral_norm(nn.Linear(2, 2)).state_dict()", "nn.utils.prune.l1_unstructured(nn.Linear(2, 2), 'weight', 0.5)", "nn.CrossEntropyLoss(weight=torch.ones(2))", "nn.AdaptiveLogSoftmaxWithLoss(4, 10, [5])", "nn.ZeroPad2d(1)", "nn.Unflatten(1, (2, 2))", "nn.Fold(4, 2)", "nn.Threshold(0.1, 0)",
    "nn.LazyLinear(3)", "nn.TripletMarginLoss()", "nn.DataParallel(nn.Linear(2, 2))", "torch.optim.swa_utils.AveragedModel(nn.Linear(2, 2))", "torch.fx.symbolic_trace(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))",
    "torch.utils.data.TensorDataset(torch.ones(3))", "torch.utils.data.Subset([1, 2, 3], [0])", "torch.utils.data.ConcatDataset([[1], [2]])", "torch.utils.data.DataLoader([1, 2, 3])", "torch.utils.data.random_split([1, 2, 3], [2, 1])", "torch.amp.GradScaler(enabled=False)", "torch.cuda.amp.GradScaler(enabled=False).state_dict()",
    "_checkpoint()", "{'args': argparse.Namespace(lr=0.1, device=torch.device('cpu')), 'model': nn.Linear(2, 2).state_dict(), 'epoch': np.int64(3), 'best': np.float64(0.5)}", "{'model': nn.Linear(2, 2), 'ema': None, 'updates': 3, 'opt': None, 'train_args': {'lr': 0.1}}",
    "{'callbacks': {}, 'hyper_parameters': {'lr': 0.1}, 'state_dict': nn.Linear(2, 2).state_dict(), 'optimizer_states': [], 'loops': {}}", "functools.partial(nn.LayerNorm, eps=1e-6)", "nn.functional.relu", "[torch.relu, torch.sigmoid, nn.functional.gelu, torch.nn.init.xavier_uniform_]", "functools.partial(nn.functional.interpolate, scale_factor=2)",
    "nn.Identity", "collections.defaultdict(torch.tensor)", "nn.utils.fusion.fuse_linear_bn_weights", "torch.jit.script(nn.Linear(2, 2)).state_dict()",
]
VISION = [
    "torchvision.models.squeezenet1_1()", "torchvision.models.shufflenet_v2_x0_5()", "torchvision.models.mobilenet_v3_small().features[:2]", "torchvision.models.resnet18().layer1", "torchvision.models.resnet18().conv1", "torchvision.models.efficientnet_b0().features[:2]", "torchvision.models.densenet121().features[:3]", "torchvision.models.googlenet(init_weights=False).inception3a",
    "torchvision.models.regnet_x_400mf().stem", "torchvision.models.convnext_tiny().features[0]", "torchvision.models.swin_t().features[:2]", "torchvision.models.vit_b_16().encoder.layers[0].ln_1", "torchvision.models.mnasnet0_5().layers[:3]", "torchvision.models.segmentation.fcn_resnet50(weights_backbone=None).classifier[1]", "torchvision.models.resnet50().layer1[0]",
    "torchvision.models.detection.anchor_utils.AnchorGenerator()", "torchvision.models.ResNet18_Weights.DEFAULT", "torchvision.ops.MultiScaleRoIAlign(['0'], 7, 2)", "torchvision.ops.FeaturePyramidNetwork([2, 2], 2)", "torchvision.transforms.Compose([torchvision.transforms.Resize(8), torchvision.transforms.ToTensor(), torchvision.transforms.Normalize([0.5], [0.5])])",
    "torchvision.transforms.RandomHorizontalFlip()", "torchvision.transforms.ColorJitter(0.1)", "torchvision.transforms.RandomResizedCrop(8)", "torchvision.transforms.InterpolationMode.BILINEAR", "torchvision.transforms.Lambda(abs)", "torchvision.transforms.AutoAugment()", "torchvision.transforms.RandomErasing()",
]


def _views():
    base = torch.arange(10.0)
    return [base, base[2:5], base.view(2, 5)]


def _attributed():
    made = torch.ones(2)
    made.label = "x"
    return made


def _checkpoint():
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 2))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(5, 4)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    return {
        "epoch": 3, "model_state_dict": model.state_dict(), "optimizer_state_dict": optimizer.state_dict(), "scheduler": scheduler.state_dict(), "loss": torch.tensor(0.5), "rng": torch.get_rng_state(), "classes": ["a", "b"],
        "config": {"lr": 1e-3, "betas": (0.9, 0.999)}, "history": [float(i) for i in range(50)],
    }


NAMESPACE.update(_views=_views, _attributed=_attributed, _checkpoint=_checkpoint)


def modules():
    """An expression for every module class that needs no argument, or a few small numbers."""
    for name, value in sorted(vars(nn).items()):
        if not (inspect.isclass(value) and issubclass(value, nn.Module)):
            continue
        for arguments in ("", "2", "2, 2", "2, 2, 2", "4, 2, 2"):
            try:
                eval("nn.%s(%s)" % (name, arguments), dict(NAMESPACE))
            except Exception:
                continue
            yield "nn.%s(%s)" % (name, arguments)
            break


def expressions():
    """Yields the group's name and its expressions."""
    optimizers = ["torch.optim." + text.replace("(P", "([nn.Parameter(torch.ones(2))]") for text in OPTIMIZERS]
    schedulers = ["torch.optim.lr_scheduler." + text.replace("(O", "(torch.optim.SGD([nn.Parameter(torch.ones(2))], lr=0.1, momentum=0.9)") for text in SCHEDULERS]
    yield "tensors", TENSORS
    yield "tensors-of-type", ["torch.ones(3).to(torch.%s)" % name for name in TYPES]
    yield "optimizers", optimizers + [text + ".state_dict()" for text in optimizers]
    yield "schedulers", schedulers + [text + ".state_dict()" for text in schedulers]
    yield "modules", list(modules())
    yield "models", MODELS
    if torchvision is not None:
        yield "vision", VISION


def write_files(folder, skipped):
    """Writes each object with torch.save as a zip, as the older stream, and in the other protocols; returns how many."""
    written = 0
    for group, table in expressions():
        for expression in table:
            name = group + "-" + re.sub(r"[^A-Za-z0-9_.+-]+", "-", expression)[:80].strip("-.")
            try:
                value = eval(expression, dict(NAMESPACE))
            except Exception as error:
                skipped.append(("torch-files", expression, repr(error)[:200]))
                continue
            for suffix, options in (("pt", {}), ("legacy.pt", {"_use_new_zipfile_serialization": False}), ("p4.pth", {"pickle_protocol": 4})):
                path = folder / ("%s.%s" % (name, suffix))
                try:
                    torch.save(value, str(path), **options)
                except Exception as error:
                    skipped.append(("torch-files", path.name, repr(error)[:200]))
                    if path.exists():
                        path.unlink()
                    continue
                data = path.read_bytes()
                if b"honest_torch" in data:
                    path.unlink()
                else:
                    written += 1
    try:
        torch.jit.script(nn.Linear(2, 2)).save(str(folder / "scripted.pt"))
        torch.jit.trace(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), torch.ones(1, 2)).save(str(folder / "traced.pt"))
        written += 2
    except Exception as error:
        skipped.append(("torch-files", "jit", repr(error)[:200]))
    return written

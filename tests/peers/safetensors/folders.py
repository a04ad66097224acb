"""Crafted model folders: sharded indexes, LoRA adapters, names and shapes after config.json, twins, admission.

`answer` is `flagged` (the folder or a file in it has a finding of at least medium), `noted` (a finding of any severity)
or `honest` (none of at least medium). A value of a folder is bytes, a JSON object, or a Link.
"""

import json
from dataclasses import dataclass, field

from cases import entry, floats, pack

FOLDERS = []


@dataclass
class Link:
    to: str


@dataclass
class Folder:
    name: str
    answer: str
    files: dict
    note: str = ""
    options: tuple = field(default=())


def add(name, answer, files, note="", *options):
    assert all(folder.name != name for folder in FOLDERS), name
    FOLDERS.append(Folder(name, answer, files, note, options))


def tensors(shapes, dtype="F32", metadata=None, seed=1):
    """A safetensors file of honest floats, {name: shape}."""
    header, data = ({"__metadata__": metadata} if metadata else {}), b""
    for i, (name, shape) in enumerate(shapes.items()):
        count = 1
        for size in shape:
            count *= size
        part = floats(count, seed + i)
        header[name] = entry(dtype, list(shape), len(data), len(data) + len(part))
        data += part
    return pack(header, data)


PT = {"format": "pt"}
LAYERS = [{f"model.layers.{n}.{m}.weight": (4, 4) for m in ("q", "k")} for n in range(3)]
INDEX = "model.safetensors.index.json"


def shard(number, of=3):
    return f"model-{number:05}-of-{of:05}.safetensors"


def sharded():
    files = {shard(n + 1): tensors(layer, metadata=PT, seed=n * 10) for n, layer in enumerate(LAYERS)}
    weight_map = {name: shard(n + 1) for n, layer in enumerate(LAYERS) for name in layer}
    return files, weight_map, 6 * 64


def index_of(weight_map, total=6 * 64, **more):
    return {"metadata": {"total_size": total} | more, "weight_map": weight_map}


def indexes():
    files, weights, total = sharded()

    def put(label, answer="flagged", change=None, drop=(), extra=None, index=None, note=""):
        made = {k: v for k, v in files.items() if k not in drop} | (extra or {})
        made[INDEX] = index if index is not None else index_of(weights | (change or {}))
        add(f"index-{label}", answer, made, note)

    first = next(iter(weights))
    put("good", "honest")
    put("good-float-total", "honest", index=index_of(weights, float(total)))
    put("good-without-total", "honest", index={"metadata": {}, "weight_map": weights})
    put("good-without-metadata", "honest", index={"weight_map": weights})
    put("good-more-metadata", "honest", index=index_of(weights, total_parameters=96))
    put("good-config", "honest", extra={"config.json": {"model_type": "mine", "architectures": ["Mine"]}, "README.md": b"# model\n", "tokenizer.json": {"version": "1.0"}})
    one = {"model-00001-of-00001.safetensors": files[shard(1)]}
    add("index-good-one-shard", "honest", one | {INDEX: index_of({name: "model-00001-of-00001.safetensors" for name in LAYERS[0]}, 128)})
    add("index-good-none", "honest", {"model.safetensors": files[shard(1)], "config.json": {"model_type": "mine"}})
    add("index-good-diffusers", "honest", {"diffusion_pytorch_model.safetensors": files[shard(1)], "config.json": {"_class_name": "UNet"}})
    blobs = {f"blobs/{n:064x}": data for n, data in enumerate(files.values())}
    links = {f"snapshots/abc/{name}": Link(f"../../blobs/{n:064x}") for n, name in enumerate(files)}
    add("index-good-hub-cache", "honest", blobs | links | {f"snapshots/abc/{INDEX}": index_of(weights)}, "the cache of the Hub links to ../../blobs")
    for label, value in (("parent", "../model-00001-of-00003.safetensors"), ("absolute", "/etc/passwd"), ("absolute-safetensors", "/tmp/model-00001-of-00003.safetensors"), ("folder", "sub/" + shard(1)),
                         ("backslash", "..\\" + shard(1)), ("drive", "C:" + shard(1)), ("url", "https://example.com/" + shard(1)), ("file-url", "file:///" + shard(1)), ("dot", "./" + shard(1)),
                         ("empty", ""), ("parent-only", ".."), ("nul", shard(1) + "\0.txt"), ("trailing-slash", shard(1) + "/"), ("space", shard(1) + " "), ("home", "~/" + shard(1)), ("variable", "$HOME/" + shard(1)),
                         ("percent", "..%2f" + shard(1)), ("pickle", "pytorch_model.bin"), ("python", "model.py"), ("itself", INDEX), ("config", "config.json")):  # fmt: skip
        put(f"shard-{label}", change={first: value}, extra={"pytorch_model.bin": b"\x80\x02}."} if label == "pickle" else {"config.json": {}} if label == "config" else None,
            note="a shard is a bare name of a .safetensors file beside the index")  # fmt: skip
    put("missing-shard", drop=(shard(2),), note="a shard that the index names is not there")
    put("misplaced", change={first: shard(2)}, note="the tensor is in another shard")
    put("unknown-tensor", change={"model.layers.9.q.weight": shard(1)}, note="no shard has the tensor")
    put("hidden-tensor", index=index_of({k: v for k, v in weights.items() if k != first}), note="a shard has a tensor that the index does not name")
    put("twice", extra={shard(2): tensors(LAYERS[1] | {first: (4, 4)}, metadata=PT)}, note="a tensor is in two shards")
    put("unlisted-shard", extra={"model-00004-of-00003.safetensors": tensors({"x": (2,)})}, note="a shard that nobody names")
    put("unlisted-other", "noted", extra={"extra.safetensors": tensors({"x": (2,)})})
    renamed = {k.replace("00003", "00004"): v for k, v in files.items()}
    add("index-numbering-incomplete", "flagged", renamed | {INDEX: index_of({k: v.replace("-of-00003", "-of-00004") for k, v in weights.items()})}, "three of four shards")
    put("numbering-two-counts", change={name: "model-00003-of-00009.safetensors" for name in LAYERS[2]}, drop=(shard(3),), extra={"model-00003-of-00009.safetensors": files[shard(3)]})
    put("total-wrong", index=index_of(weights, total + 4), note="total_size is not the size")
    put("total-zero", index=index_of(weights, 0))
    put("total-negative", index=index_of(weights, -1))
    put("total-text", index=index_of(weights, "384"))
    put("total-huge", index=index_of(weights, 2**80))
    w = json.dumps(weights)
    for label, text in (("not-json", "{"), ("list", "[]"), ("no-map", '{"metadata": {}}'), ("map-list", '{"weight_map": []}'), ("map-null", '{"weight_map": null}'), ("value-number", '{"weight_map": {"a": 1}}'),
                        ("value-list", '{"weight_map": {"a": ["x"]}}'), ("duplicate-name", '{"weight_map": {"%s": "%s", %s}' % (first, shard(2), w[1:] + "}")), ("duplicate-map", '{"weight_map": {}, "weight_map": %s}' % w),
                        ("trailing", '{"weight_map": %s} x' % w), ("utf8", b'{"weight_map": {"\xff": "x"}}'), ("deep", "[" * 100_000)):  # fmt: skip
        data = text if isinstance(text, bytes) else text.encode()
        if label == "duplicate-name":
            data = ('{"weight_map": {"%s": "%s", %s}' % (first, shard(2), w[1:])).encode()
        put(f"broken-{label}", index=data, note="not an index")
    put("empty-map", index={"metadata": {"total_size": 0}, "weight_map": {}}, note="shards that nobody names")
    put("shard-broken", extra={shard(2): files[shard(2)][:-1]})
    put("shard-is-pickle", extra={shard(2): b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00id\x85R."}, note="a pickle under the name of a shard")
    put("shard-is-text", extra={shard(2): b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"}, answer="noted", note="a pointer of Git LFS: the shard itself is not there, so nothing is decided")
    add("index-link-outside", "flagged", {k: v for k, v in files.items() if k != shard(2)} | {shard(2): Link("/etc/passwd"), INDEX: index_of(weights)}, "a shard that links to a file elsewhere")


CONFIG = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"], "base_model_name_or_path": "org/base", "task_type": "CAUSAL_LM", "bias": "none",
          "auto_mapping": None, "modules_to_save": None, "rank_pattern": {}, "alpha_pattern": {}, "inference_mode": True}  # fmt: skip
P = "base_model.model.model.layers.{}.self_attn.{}."


def lora(r=4, size=8, layers=2, modules=("q_proj", "v_proj")):
    made = {}
    for n in range(layers):
        for module in modules:
            made[P.format(n, module) + "lora_A.weight"] = (r, size)
            made[P.format(n, module) + "lora_B.weight"] = (size, r)
    return made


def adapters():
    def put(label, answer, shapes=None, config=None, without=(), **more):
        files = {"adapter_model.safetensors": tensors(shapes if shapes is not None else lora(), metadata=PT)}
        if config is None:
            config = {k: v for k, v in (CONFIG | more).items() if k not in without}
        if config is not False:
            files["adapter_config.json"] = config
        add(f"adapter-{label}", answer, files)

    a, b = P.format(0, "q_proj") + "lora_A.weight", P.format(0, "q_proj") + "lora_B.weight"
    put("good", "honest")
    put("good-target-pattern", "honest", target_modules=r".*\.self_attn\.(q|v)_proj")
    put("good-all-linear", "honest", target_modules="all-linear")
    put("good-rank-pattern", "honest", lora() | {a: (2, 8), b: (8, 2)}, rank_pattern={"layers.0.self_attn.q_proj": 2})
    put("good-saved-head", "honest", lora() | {"base_model.model.lm_head.weight": (16, 8)}, modules_to_save=["lm_head"])
    put("good-embedding", "honest", {"base_model.model.model.embed_tokens.lora_embedding_A": (4, 16), "base_model.model.model.embed_tokens.lora_embedding_B": (8, 4)}, target_modules=["embed_tokens"])
    put("good-dora", "honest", lora() | {P.format(n, m) + "lora_magnitude_vector": (8,) for n in range(2) for m in ("q_proj", "v_proj")}, use_dora=True)
    put("good-convolution", "honest", {"base_model.model.conv1.lora_A.weight": (4, 3, 3, 3), "base_model.model.conv1.lora_B.weight": (8, 4, 1, 1)}, target_modules=["conv1"])
    put("good-auto-mapping", "honest", auto_mapping={"base_model_class": "LlamaModel", "parent_library": "transformers.models.llama.modeling_llama"})
    put("good-kohya", "honest", {"lora_unet_down_q.lora_down.weight": (4, 8), "lora_unet_down_q.lora_up.weight": (8, 4), "lora_unet_down_q.alpha": ()}, False)
    put("b-missing", "flagged", {k: v for k, v in lora().items() if k != b})
    put("a-missing", "flagged", {k: v for k, v in lora().items() if k != a})
    put("rank", "flagged", r=16)
    put("rank-one-module", "flagged", lora() | {a: (2, 8), b: (8, 2)})
    put("inner", "flagged", lora() | {b: (8, 3)})
    put("not-a-target", "flagged", lora(modules=("q_proj", "v_proj", "o_proj")))
    put("whole-head", "flagged", lora() | {"base_model.model.lm_head.weight": (16, 8)})
    put("whole-embedding", "flagged", lora() | {"base_model.model.model.embed_tokens.weight": (16, 8)})
    put("whole-layer", "flagged", lora() | {"base_model.model.model.layers.0.mlp.up_proj.weight": (16, 8)})
    put("foreign-library", "flagged", auto_mapping={"base_model_class": "Evil", "parent_library": "evil_package.modeling"})
    put("foreign-os", "flagged", auto_mapping={"base_model_class": "system", "parent_library": "os"})
    put("absolute-base", "flagged", base_model_name_or_path="/home/user/models/base")
    put("parent-base", "flagged", base_model_name_or_path="../../base")
    put("rank-zero", "flagged", r=0)
    put("rank-negative", "flagged", r=-4)
    put("rank-text", "flagged", r="4")
    put("config-list", "flagged", config=b"[]")
    put("config-broken", "flagged", config=b'{"r": 4')
    put("config-duplicate", "flagged", config=json.dumps(CONFIG).replace('"r": 4', '"r": 4, "r": 4').encode())
    put("config-missing", "noted", config=False)
    put("flat", "flagged", lora() | {a: (32,)})


def decoder(layers=2, hidden=8, vocabulary=16, inner=24, heads=2, drop=(), change=None, extra=None):
    shapes = {"model.embed_tokens.weight": (vocabulary, hidden), "model.norm.weight": (hidden,), "lm_head.weight": (vocabulary, hidden)}
    for n in range(layers):
        p = f"model.layers.{n}."
        shapes |= {p + f"self_attn.{m}_proj.weight": (hidden, hidden) for m in "qkvo"}
        shapes |= {p + "mlp.gate_proj.weight": (inner, hidden), p + "mlp.up_proj.weight": (inner, hidden), p + "mlp.down_proj.weight": (hidden, inner)}
        shapes |= {p + "input_layernorm.weight": (hidden,), p + "post_attention_layernorm.weight": (hidden,)}
    return {k: v for k, v in (shapes | (change or {}) | (extra or {})).items() if k not in drop}


LLAMA = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
         "num_key_value_heads": 2, "vocab_size": 16, "tie_word_embeddings": False, "torch_dtype": "float32"}  # fmt: skip


def architectures():
    def put(label, answer, shapes, config):
        add(f"architecture-{label}", answer, {"config.json": config, "model.safetensors": tensors(shapes, metadata=PT)})

    put("llama", "honest", decoder(), LLAMA)
    put("llama-tied", "honest", decoder(drop=("lm_head.weight",)), LLAMA | {"tie_word_embeddings": True})
    put("llama-grouped", "honest", decoder(change={f"model.layers.{n}.self_attn.{m}_proj.weight": (4, 8) for n in range(2) for m in "kv"}), LLAMA | {"num_key_value_heads": 1})
    put("llama-rotary", "honest", decoder(extra={f"model.layers.{n}.self_attn.rotary_emb.inv_freq": (2,) for n in range(2)}), LLAMA)
    put("llama-backdoor", "flagged", decoder(extra={"model.layers.0.self_attn.trigger.weight": (8, 8)}), LLAMA)
    put("llama-layer-missing", "flagged", decoder(layers=1), LLAMA)
    put("llama-layer-extra", "flagged", decoder(layers=3), LLAMA)
    put("llama-tensor-missing", "flagged", decoder(drop=("model.layers.1.mlp.up_proj.weight",)), LLAMA)
    put("llama-shape", "flagged", decoder(change={"model.layers.1.mlp.up_proj.weight": (23, 8)}), LLAMA)
    put("llama-vocabulary", "flagged", decoder(vocabulary=17), LLAMA)
    put("llama-head-missing", "flagged", decoder(drop=("lm_head.weight",)), LLAMA)
    put("unknown", "honest", {"anything": (2, 2)}, {"architectures": ["Mine"], "model_type": "mine"})
    bert = {"embeddings.word_embeddings.weight": (16, 8), "embeddings.position_embeddings.weight": (10, 8), "embeddings.token_type_embeddings.weight": (2, 8),
            "embeddings.LayerNorm.weight": (8,), "embeddings.LayerNorm.bias": (8,), "pooler.dense.weight": (8, 8), "pooler.dense.bias": (8,)}  # fmt: skip
    p = "encoder.layer.0."
    for m in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
        bert |= {p + m + ".weight": (8, 8), p + m + ".bias": (8,)}
    bert |= {p + "intermediate.dense.weight": (24, 8), p + "intermediate.dense.bias": (24,), p + "output.dense.weight": (8, 24), p + "output.dense.bias": (8,)}
    for m in ("attention.output", "output"):
        bert |= {p + m + ".LayerNorm.weight": (8,), p + m + ".LayerNorm.bias": (8,)}
    config = {"architectures": ["BertModel"], "model_type": "bert", "hidden_size": 8, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 16, "max_position_embeddings": 10, "type_vocab_size": 2}
    put("bert", "honest", bert, config)
    put("bert-shape", "flagged", bert | {p + "output.dense.weight": (8, 23)}, config)
    put("bert-extra", "flagged", bert | {"encoder.layer.5.output.dense.weight": (8, 24)}, config)
    gpt2 = {"wte.weight": (16, 8), "wpe.weight": (10, 8), "ln_f.weight": (8,), "ln_f.bias": (8,)}
    q = "h.0."
    gpt2 |= {q + "attn.c_attn.weight": (8, 24), q + "attn.c_attn.bias": (24,), q + "attn.c_proj.weight": (8, 8), q + "attn.c_proj.bias": (8,), q + "mlp.c_fc.weight": (8, 32), q + "mlp.c_fc.bias": (32,),
             q + "mlp.c_proj.weight": (32, 8), q + "mlp.c_proj.bias": (8,), q + "ln_1.weight": (8,), q + "ln_1.bias": (8,), q + "ln_2.weight": (8,), q + "ln_2.bias": (8,)}  # fmt: skip
    config = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_embd": 8, "n_layer": 1, "n_head": 2, "n_positions": 10, "vocab_size": 16}
    put("gpt2", "honest", gpt2, config)
    put("gpt2-buffers", "honest", gpt2 | {q + "attn.bias": (1, 1, 10, 10), q + "attn.masked_bias": ()}, config)
    put("gpt2-prefix", "honest", {"transformer." + k: v for k, v in gpt2.items()}, config)
    put("gpt2-shape", "flagged", gpt2 | {q + "mlp.c_fc.weight": (32, 8)}, config)
    vit = {"embeddings.cls_token": (1, 1, 8), "embeddings.position_embeddings": (1, 5, 8), "embeddings.patch_embeddings.projection.weight": (8, 3, 4, 4), "embeddings.patch_embeddings.projection.bias": (8,),
           "layernorm.weight": (8,), "layernorm.bias": (8,)}  # fmt: skip
    for m in ("attention.attention.query", "attention.attention.key", "attention.attention.value", "attention.output.dense"):
        vit |= {p + m + ".weight": (8, 8), p + m + ".bias": (8,)}
    vit |= {p + "intermediate.dense.weight": (24, 8), p + "intermediate.dense.bias": (24,), p + "output.dense.weight": (8, 24), p + "output.dense.bias": (8,)}
    for m in ("layernorm_before", "layernorm_after"):
        vit |= {p + m + ".weight": (8,), p + m + ".bias": (8,)}
    config = {"architectures": ["ViTModel"], "model_type": "vit", "hidden_size": 8, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 8, "patch_size": 4, "num_channels": 3}
    put("vit", "honest", vit, config)
    put("vit-classifier", "honest", {"vit." + k: v for k, v in vit.items()} | {"classifier.weight": (10, 8), "classifier.bias": (10,)}, config | {"architectures": ["ViTForImageClassification"], "id2label": {str(i): str(i) for i in range(10)}})
    put("vit-positions", "flagged", vit | {"embeddings.position_embeddings": (1, 6, 8)}, config)


def admission():
    good = tensors({"w": (3, 4)}, metadata=PT)
    only = ("--formats", "safetensors")
    add("admit-good", "honest", {"model.safetensors": good, "config.json": {"a": 1}, "README.md": b"# x\n"}, "", *only)
    add("admit-pickle", "flagged", {"model.safetensors": good, "pytorch_model.bin": b"\x80\x02}q\x00."}, "", *only)
    add("admit-pickle-renamed", "flagged", {"model.safetensors": b"\x80\x02}q\x00."}, "", *only)
    add("admit-safetensors-renamed", "honest", {"weights.dat": good}, "content decides", *only)
    add("admit-pickle-as-text", "flagged", {"model.safetensors": good, "notes.txt": b"\x80\x04}\x94."}, "", *only)
    add("admit-gguf", "flagged", {"model.gguf": b"GGUF\x03\0\0\0" + bytes(16)}, "", *only)
    add("admit-python", "flagged", {"model.safetensors": good, "modeling.py": b"import os\n"}, "code is none of the kinds", *only)
    add("admit-elf", "flagged", {"model.safetensors": good, "lib.so": b"\x7fELF\x02\x01\x01" + bytes(200)}, "", *only)
    add("admit-npy", "flagged", {"model.safetensors": good, "x.npy": b"\x93NUMPY\x01\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }".ljust(127) + b"\n" + b"\0\0\x80?"}, "", *only)


for make in (indexes, adapters, architectures, admission):
    make()

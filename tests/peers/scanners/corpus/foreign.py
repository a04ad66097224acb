"""Formats beside pickle that carry code: a few of each, so that a comparison shows who reads them."""

import base64
import json
import struct

from archives import member, zipped
from gadgets import CODE, WORD

TEMPLATE = "{{ ''.__class__.__mro__[1].__subclasses__() }}"


def _keras(layer, settings):
    config = {"module": "keras", "class_name": "Sequential", "config": {"name": "sequential", "layers": [{"module": "keras.layers", "class_name": layer, "config": settings}]}}
    return zipped([member("metadata.json", b'{"keras_version": "3.0.0"}'), member("config.json", json.dumps(config).encode()), member("model.weights.h5", b"\x89HDF\r\n\x1a\n")])


def _skops(node):
    return zipped([member("schema.json", json.dumps(dict(node, protocol=2, _skops_version="0.11")).encode())])


def _gguf(template):
    def text(held):
        return struct.pack("<Q", len(held)) + held.encode()

    pairs = [("general.architecture", "llama"), ("tokenizer.chat_template", template)]
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(text(key) + struct.pack("<I", 8) + text(held) for key, held in pairs)


def files():
    """Yields label, technique, extension, bytes, subjects and a note."""
    code = {"class_name": "__lambda__", "config": {"code": base64.b64encode(CODE).decode(), "defaults": None, "closure": None}}
    yield "malicious", "keras-lambda", ".keras", _keras("Lambda", {"name": "lambda", "function": code}), ["keras.layers.Lambda"], "a layer of marshalled code"
    yield "malicious", "keras-module", ".keras", _keras("Dense", {"name": "x", "activation": {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}}), ["os.system"], "a function by its module and name"
    yield "malicious", "skops-function", ".skops", _skops({"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "content": "os.system", "__id__": 1}), ["os.system"], ""
    yield "malicious", "skops-method", ".skops", _skops({"__class__": "system", "__module__": "os", "__loader__": "TypeNode", "content": WORD, "__id__": 1}), ["os.system"], ""
    yield "malicious", "gguf-template", ".gguf", _gguf(TEMPLATE), [], "a chat template that leaves its sandbox"
    yield "honest", "keras-dense", ".keras", _keras("Dense", {"name": "dense", "units": 4, "activation": "relu"}), [], ""
    yield "honest", "gguf-plain", ".gguf", _gguf("{% for message in messages %}{{ message['content'] }}{% endfor %}"), [], ""

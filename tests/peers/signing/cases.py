"""Makes models and bundles, good and bad, that a verifier of OpenSSF Model Signing v1.0 must tell apart.

Every case is written from the specification and from what the reference is known to let through; nothing here asks
weighbridge. Keys and certificates are made afresh in every run. See README.md beside this file.
"""

import base64
import datetime
import hashlib
import json
import os
import pathlib

import blake3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://model_signing/signature/v1.0"
PAYLOAD = "application/vnd.in-toto+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
GIT = (".git", ".gitignore", ".gitattributes", ".github")

VALID, INVALID, UNREADABLE, REFUSED = "valid", "invalid", "unreadable", "refused"

HASHES = {
    "sha256": lambda data: hashlib.sha256(data).hexdigest(),
    "blake2b": lambda data: hashlib.blake2b(data).hexdigest(),
    "blake3": lambda data: blake3.blake3(data).hexdigest(),
}

FILES = {
    "a.txt": b"text",
    "a/x": b"inner",
    "a-b/y": b"another",
    "weights.bin": bytes(range(256)) * 1000,
    ".hidden": b"not to be missed",
    "h\u00e9l\U0001f600.txt": b"unicode",
}


class Key:
    """A private key, with its public half as a PEM text."""

    def __init__(self, private):
        self.private = private
        self.pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.hint = hashlib.sha256(self.pem).hexdigest()

    def private_pem(self):
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def sign(self, message):
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        digest = {256: hashes.SHA256, 384: hashes.SHA384, 521: hashes.SHA512}[self.private.curve.key_size]
        return self.private.sign(message, ec.ECDSA(digest()))


P256 = Key(ec.generate_private_key(ec.SECP256R1()))
P384 = Key(ec.generate_private_key(ec.SECP384R1()))
P521 = Key(ec.generate_private_key(ec.SECP521R1()))
OTHER = Key(ec.generate_private_key(ec.SECP256R1()))


def pae(payload_type, payload):
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def b64(data):
    return base64.b64encode(data).decode()


def resources(files, hash_type="sha256", shard=None, algorithm=None):
    """Lists the resources of files in the order of the specification."""
    listed = []
    for name, data in files.items():
        if shard is None:
            listed.append({"name": name, "algorithm": algorithm or hash_type, "digest": HASHES[hash_type](data)})
        else:
            for start in range(0, len(data), shard):
                end = min(start + shard, len(data))
                listed.append({"name": "%s:%d:%d" % (name, start, end), "algorithm": algorithm or hash_type, "digest": HASHES[hash_type](data[start:end])})
    return sorted(listed, key=lambda one: one["name"])


def python_order(listed, shard=False):
    """Orders as the reference does: paths by their components, shards by their numbers."""
    def key(one):
        if shard:
            name, start, end = one["name"].rsplit(":", 2)
            return (pathlib.PurePosixPath(name), int(start), int(end))
        return pathlib.PurePosixPath(one["name"])
    return sorted(listed, key=key)


def root(listed):
    joined = b""
    for one in listed:
        try:
            joined += bytes.fromhex(one["digest"])
        except (ValueError, TypeError, KeyError):
            pass
    return hashlib.sha256(joined).hexdigest()


def statement(listed, hash_type="sha256", method="files", name="model", **changes):
    made = {"method": method, "hash_type": hash_type, "allow_symlinks": False, "ignore_paths": list(GIT)}
    made.update(changes.get("serialization", {}))
    for gone in changes.get("without", ()):
        made.pop(gone, None)
    predicate = {"serialization": made, "resources": listed}
    predicate.update(changes.get("predicate", {}))
    return {
        "_type": changes.get("type", STATEMENT),
        "subject": changes.get("subject", [{"name": name, "digest": {"sha256": changes.get("root", root(listed))}}]),
        "predicateType": changes.get("predicate_type", PREDICATE),
        "predicate": predicate,
    }


def bundle(payload, key=P256, **changes):
    if not isinstance(payload, bytes):
        payload = json.dumps(payload).encode()
    kind = changes.get("payload_type", PAYLOAD)
    signature = changes.get("signature", None) or key.sign(changes.get("signed", None) or pae(kind, payload))
    entry = {"sig": b64(signature), "keyid": ""}
    entry.update(changes.get("entry", {}))
    for gone in changes.get("entry_without", ()):
        entry.pop(gone, None)
    made = {
        "mediaType": changes.get("media_type", BUNDLE),
        "verificationMaterial": changes.get("material", {"publicKey": {"hint": key.hint}, "tlogEntries": []}),
        "dsseEnvelope": {"payload": changes.get("payload_text", b64(payload)), "payloadType": kind, "signatures": changes.get("signatures", [entry])},
    }
    made.update(changes.get("more", {}))
    return made


class Case:
    """One verification: a model, a bundle, options, and what must come of it."""

    def __init__(self, name, expected, why, bundle, files=None, options=None, key=P256, prepare=None, single=None):
        self.name, self.expected, self.why = name, expected, why
        self.bundle, self.files = bundle, FILES if files is None else files
        self.options, self.key, self.prepare, self.single = options or [], key, prepare, single

    def write(self, folder):
        """Writes the case and returns (path of the model, path of the bundle, arguments)."""
        model = folder / self.name / "model"
        model.mkdir(parents=True)
        for name, data in self.files.items():
            path = os.path.join(os.fsencode(str(model)), os.fsencode(name) if isinstance(name, str) else name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        if self.prepare:
            self.prepare(model)
        path = folder / self.name / "bundle.sig"
        text = self.bundle if isinstance(self.bundle, (bytes, str)) else json.dumps(self.bundle)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        public = folder / self.name / "key.pub"
        public.write_bytes(self.key if isinstance(self.key, bytes) else self.key.pem)
        target = model / self.single if self.single else model
        return target, path, ["--key", str(public)] + self.options


def shards(files=None, size=100000, hash_type="sha256", **changes):
    files = files or FILES
    listed = changes.pop("listed", None) or resources(files, hash_type, size, changes.pop("algorithm", None))
    extra = {"serialization": {"shard_size": changes.pop("shard_size", size)}}
    return statement(listed, hash_type, "shards", **extra, **changes)


def valid_cases():
    plain = resources(FILES)
    yield Case("plain", VALID, "the simplest model", bundle(statement(plain)))
    yield Case("python-order", VALID, "resources ordered by the components of paths, as the reference writes them", bundle(statement(python_order(plain))))
    for key, name in ((P384, "p384"), (P521, "p521")):
        yield Case(name, VALID, "curve " + name, bundle(statement(plain), key), key=key)
    for kind in ("blake2b", "blake3"):
        yield Case("files-" + kind, VALID, "files hashed with " + kind, bundle(statement(resources(FILES, kind), kind)))
    for kind in ("sha256", "blake2b"):
        yield Case("shards-" + kind, VALID, "shards", bundle(shards(hash_type=kind)))
        yield Case("shards-reference-" + kind, VALID, "shards as the reference writes them: a float, its own name of the algorithm, its order",
                   bundle(statement(python_order(resources(FILES, kind, 20000, kind + "-sharded-20000"), True), kind, "shards", serialization={"shard_size": 20000.0})))
    yield Case("shards-blake3", VALID, "shards hashed with blake3", bundle(shards(hash_type="blake3")))
    colon = dict(FILES, **{"we:ird.bin": b"x" * 50, "n:0:5": b"12345"})
    yield Case("shards-colons", VALID, "colons in names: the last two count", bundle(shards(colon, 20)), colon)
    exact = {"w": b"x" * 40}
    yield Case("shards-exact", VALID, "a file that is a multiple of the size of shards", bundle(shards(exact, 20)), exact)
    yield Case("keyid-null", VALID, "keyid null, as before 1.1", bundle(statement(plain), entry={"keyid": None}))
    yield Case("keyid-missing", VALID, "no keyid, as the Go implementation", bundle(statement(plain), entry_without=("keyid",)))
    yield Case("keyid-other", VALID, "keyid is never used for trust", bundle(statement(plain), entry={"keyid": "anything"}))
    yield Case("no-tlog-entries", VALID, "no tlogEntries, as the Go implementation", bundle(statement(plain), material={"publicKey": {"hint": P256.hint}}))
    yield Case("unknown-fields", VALID, "unknown fields of descriptors are ignored", bundle(statement([dict(one, annotations={"a": 1}, mediaType="x") for one in plain])))
    yield Case("single-dot", VALID, "a single file named `.`, as the reference writes it", bundle(statement(resources({".": b"text"}))), {"m.bin": b"text"}, single="m.bin")
    yield Case("single-name", VALID, "a single file under its name", bundle(statement(resources({"m.bin": b"text"}))), {"m.bin": b"text"}, single="m.bin")
    yield Case("no-ignore-paths", VALID, "ignore_paths is optional", bundle(statement(plain, without=("ignore_paths",))))
    yield Case("git-is-ignored", VALID, "what git keeps is ignored at the top", bundle(statement(plain)), dict(FILES, **{".git/config": b"x", ".gitattributes": b"y"}))
    yield Case("recorded-ignore", VALID, "ignore_paths that the signature records", bundle(statement(plain, serialization={"ignore_paths": ["notes", "deep/er"]})), dict(FILES, **{"notes/a": b"x", "deep/er/b": b"y"}))
    yield Case("given-ignore", VALID, "a path that the caller ignores", bundle(statement(plain)), dict(FILES, **{"log.txt": b"x"}), ["--ignore-path", "log.txt"])
    yield Case("extra-allowed", VALID, "a file that is not signed, allowed", bundle(statement(plain)), dict(FILES, extra=b"x"), ["--ignore-unsigned-files"])
    yield Case("extra-allowed-shards", VALID, "the same with shards", bundle(shards()), dict(FILES, extra=b"x"), ["--ignore-unsigned-files"])
    yield Case("symlink", VALID, "a link to a file, signed as such and allowed", bundle(statement(resources(dict(FILES, link=FILES["a.txt"])), serialization={"allow_symlinks": True})),
               options=["--allow-symlinks"], prepare=lambda model: (model / "link").symlink_to("a.txt"))
    yield Case("symlink-recorded", VALID, "the same without the option: the signature's own policy counts", bundle(statement(resources(dict(FILES, link=FILES["a.txt"])), serialization={"allow_symlinks": True})),
               prepare=lambda model: (model / "link").symlink_to("a.txt"))
    yield Case("empty-file", VALID, "an empty file", bundle(statement(resources(dict(FILES, empty=b"")))), dict(FILES, empty=b""))
    names = {"e\u0301": b"decomposed", "\u00e9": b"composed", "back\\slash": b"1", " space ": b"2", "new\nline": b"3", "-dash": b"4", "a" * 200: b"5"}
    yield Case("odd-names", VALID, "names are bytes: no normalisation", bundle(statement(resources(names))), names)
    yield Case("sub-git", VALID, "a .git below the top is signed", bundle(statement(resources(dict(FILES, **{"a/.git/x": b"g"})))), dict(FILES, **{"a/.git/x": b"g"}))
    yield Case("pretty", VALID, "spaces in the payload", bundle(json.dumps(statement(plain), indent=2).encode()))
    yield Case("raw-unicode", VALID, "a payload whose names are not escaped", bundle(json.dumps(statement(plain), ensure_ascii=False).encode()))
    for version in ("0.1", "0.2", "0.3"):
        yield Case("media-type-" + version, VALID, "an older spelling of the media type", bundle(statement(plain), media_type="application/vnd.dev.sigstore.bundle+json;version=" + version))
    yield Case("newline-behind", VALID, "white space behind the bundle", json.dumps(bundle(statement(plain))) + "\n")


def invalid_cases():
    plain = resources(FILES)
    good = bundle(statement(plain))
    changed = dict(FILES, **{"a.txt": b"tExt"})
    yield Case("changed", INVALID, "a changed file", good, changed)
    yield Case("same-size", INVALID, "a changed byte in the middle", good, dict(FILES, **{"weights.bin": FILES["weights.bin"][:5000] + b"!" + FILES["weights.bin"][5001:]}))
    yield Case("missing", INVALID, "a missing file", good, {name: data for name, data in FILES.items() if name != "a/x"})
    yield Case("added", INVALID, "a file that is not signed", good, dict(FILES, extra=b"x"))
    yield Case("added-hidden", INVALID, "a hidden file that is not signed", good, dict(FILES, **{".extra": b"x"}))
    yield Case("added-deep", INVALID, "a file below that is not signed", good, dict(FILES, **{"a/b/c/d": b"x"}))
    yield Case("added-not-utf8", INVALID, "a file whose name is not UTF-8", good, {**{name.encode(): data for name, data in FILES.items()}, b"\xff\xfe": b"x"})
    yield Case("missing-ignoring-unsigned", INVALID, "ignoring unsigned files does not ignore signed ones", good, {name: data for name, data in FILES.items() if name != "a/x"}, ["--ignore-unsigned-files"])
    yield Case("swapped", INVALID, "two files change places", good, dict(FILES, **{"a.txt": FILES["a/x"], "a/x": FILES["a.txt"]}))
    yield Case("other-key", INVALID, "another key", good, key=OTHER)
    yield Case("other-curve", INVALID, "a key of another curve", good, key=P384)
    flipped = bytearray(P256.sign(pae(PAYLOAD, json.dumps(statement(plain)).encode())))
    flipped[-1] ^= 1
    yield Case("signature-flipped", INVALID, "a changed signature", bundle(statement(plain), signature=bytes(flipped)))
    yield Case("signature-trailing", INVALID, "a byte behind the signature", bundle(statement(plain), signature=P256.sign(pae(PAYLOAD, json.dumps(statement(plain)).encode())) + b"\0"))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for label, r, s in (("zero", 0, 0), ("r-zero", 0, 1), ("order", order, order), ("one", 1, 1)):
        yield Case("signature-" + label, INVALID, "no signature at all", bundle(statement(plain), signature=utils.encode_dss_signature(r, s)))
    yield Case("hint-missing", REFUSED, "a bundle that names no key, as the schema demands", bundle(statement(plain), material={"publicKey": {}, "tlogEntries": []}))
    yield Case("hint-wrong", INVALID, "the hint names another key", bundle(statement(plain), material={"publicKey": {"hint": OTHER.hint}, "tlogEntries": []}))
    yield Case("root-wrong", INVALID, "the digest of the subject is not that of the resources", bundle(statement(plain, root="0" * 64)))
    yield Case("unsigned-envelope", INVALID, "signed without the pre-authentication encoding", bundle(statement(plain), signed=json.dumps(statement(plain)).encode()))
    body = json.dumps(statement(plain)).encode()
    legacy = ("DSSEV1 %d %s %d %s" % (len(PAYLOAD), PAYLOAD, len(body), body)).encode()
    yield Case("legacy-pae", INVALID, "the faulty encoding of v0.2 under a v1.0 statement", bundle(body, signed=legacy))
    yield Case("outside", REFUSED, "a name that leads out of the model", bundle(statement(resources(dict(FILES, **{"../outside.bin": b"x"})))), options=["--ignore-unsigned-files"], prepare=lambda model: (model.parent / "outside.bin").write_bytes(b"x"))
    for label, name in (("absolute", "/etc/hostname"), ("dot", "./a.txt"), ("double-slash", "a//x"), ("trailing-slash", "a/x/"), ("dot-dot-inside", "a/../a.txt"), ("empty-name", ""), ("nul", "a\0b")):
        listed = sorted([one for one in plain if one["name"] not in ("a.txt",)] + [{"name": name, "algorithm": "sha256", "digest": HASHES["sha256"](b"text")}], key=lambda one: one["name"])
        yield Case("name-" + label, REFUSED, "a name that is no plain relative path", bundle(statement(listed)))
    twice = sorted(plain + [{"name": "a.txt", "algorithm": "sha256", "digest": HASHES["sha256"](b"tExt")}], key=lambda one: one["name"])
    yield Case("twice", REFUSED, "a name with two digests", bundle(statement(twice)))
    yield Case("twice-same", REFUSED, "a name twice", bundle(statement(sorted(plain + [plain[0]], key=lambda one: one["name"]))))
    yield Case("empty-model", REFUSED, "a signature of nothing", bundle(statement([])), {})
    yield Case("ignore-everything", REFUSED, "a signature that ignores every file", bundle(statement([], serialization={"ignore_paths": ["."]})))
    yield Case("ignore-everything-but", REFUSED, "the same, with one resource", bundle(statement(resources({"a.txt": b"text"}), serialization={"ignore_paths": ["."]})))
    for label, path in (("empty", ""), ("dot-dot", ".."), ("root", "/"), ("dot-slash", "./"), ("up", "a/../..")):
        yield Case("ignore-" + label, REFUSED, "an ignored path that is no path in the model", bundle(statement(resources({"a.txt": b"text"}), serialization={"ignore_paths": [path]})))
    yield Case("ignored-weights", REFUSED, "weights under an ignored name", bundle(statement(resources({"a.txt": b"text"}), serialization={"ignore_paths": ["data"]})), {"a.txt": b"text", "data/model.pkl": b"\x80\x04cos\nsystem\nX\x02\x00\x00\x00id\x85R."})
    yield Case("ignored-and-listed", REFUSED, "a file that is listed and ignored", bundle(statement(plain, serialization={"ignore_paths": ["a.txt"]})), changed)
    yield Case("utf16", REFUSED, "a payload in UTF-16", bundle(json.dumps(statement(plain)).encode("utf-16")))
    yield Case("bom", REFUSED, "a byte order mark", bundle(b"\xef\xbb\xbf" + body))
    yield Case("nan", REFUSED, "NaN is no JSON", bundle(body[:-1] + b', "x": NaN}'))
    yield Case("duplicate-key", REFUSED, "a key twice in the payload", bundle(body.replace(b'"predicateType"', b'"predicateType": "x", "predicateType"')))
    yield Case("duplicate-key-escaped", REFUSED, "a key twice, once escaped", bundle(body.replace(b'"predicateType"', b'"predicate\\u0054ype": "x", "predicateType"')))
    yield Case("duplicate-key-bundle", REFUSED, "a key twice in the bundle", json.dumps(good).replace('"dsseEnvelope"', '"dsseEnvelope": {}, "dsseEnvelope"'))
    yield Case("trailing-json", REFUSED, "something behind the payload", bundle(body + b"{}"))
    yield Case("trailing-bundle", REFUSED, "something behind the bundle", json.dumps(good) + "{}")
    yield Case("lone-surrogate", REFUSED, "half a surrogate pair", bundle(body[:-1] + b', "x": "\\ud800"}'))
    yield Case("second-signature", REFUSED, "two signatures", bundle(statement(plain), signatures=[{"sig": b64(P256.sign(pae(PAYLOAD, body))), "keyid": ""}, {"sig": b64(b"garbage"), "keyid": ""}]))
    yield Case("no-signature", REFUSED, "no signature", bundle(statement(plain), signatures=[]))
    yield Case("statement-type", REFUSED, "another type of statement", bundle(statement(plain, type="https://in-toto.io/Statement/v0.1")))
    for version in ("v1.1", "v2.0", "v1.0/"):
        yield Case("predicate-" + version.strip("/") + ("-slash" if "/" in version else ""), REFUSED, "another predicate", bundle(statement(plain, predicate_type="https://model_signing/signature/" + version)))
    yield Case("payload-type", REFUSED, "another type of payload", bundle(statement(plain), payload_type="application/json"))
    yield Case("media-type", REFUSED, "another media type", bundle(statement(plain), media_type="application/json"))
    yield Case("media-type-unknown", REFUSED, "an unknown version", bundle(statement(plain), media_type="application/vnd.dev.sigstore.bundle.v9.9+json"))
    yield Case("no-subject", REFUSED, "no subject", bundle(statement(plain, subject=[])))
    yield Case("two-subjects", REFUSED, "two subjects", bundle(statement(plain, subject=[{"name": "m", "digest": {"sha256": root(plain)}}] * 2)))
    yield Case("subject-no-sha256", REFUSED, "a subject without SHA-256", bundle(statement(plain, subject=[{"name": "m", "digest": {"sha512": "0" * 128}}])))
    text = b64(body)
    yield Case("base64-newline", REFUSED, "a line break in base64", bundle(body, payload_text=text[:60] + "\n" + text[60:]))
    yield Case("base64-space", REFUSED, "a space in base64", bundle(body, payload_text=text + " "))
    padded = body + b" " * ((1 - len(body)) % 3)
    end = b64(padded)
    yield Case("base64-trailing-bits", REFUSED, "bits behind the last byte", bundle(padded, payload_text=end[:-3] + chr(ord(end[-3]) + 1) + "=="))
    yield Case("base64-unpadded", REFUSED, "no padding", bundle(padded, payload_text=end[:-2]))
    other = json.dumps(statement(plain, name="???>>>~~~\u00ff"), ensure_ascii=False).encode()
    yield Case("base64-url", REFUSED, "the alphabet for addresses", bundle(other, payload_text=base64.urlsafe_b64encode(other).decode()))
    spaced = [dict(one) for one in plain]
    spaced[0]["digest"] = spaced[0]["digest"][:10] + " " + spaced[0]["digest"][10:]
    yield Case("digest-space", REFUSED, "a space in a digest", bundle(statement(spaced)))
    short = [dict(one) for one in plain]
    short[0]["digest"] = short[0]["digest"][:-2]
    yield Case("digest-short", REFUSED, "a digest too short", bundle(statement(short)))
    yield Case("digest-empty", REFUSED, "an empty digest", bundle(statement([dict(one, digest="") for one in plain])))
    mixed = [dict(one) for one in plain]
    mixed[0]["algorithm"] = "md5"
    yield Case("algorithm-unknown", REFUSED, "an unknown algorithm", bundle(statement(mixed)))
    other = [dict(one) for one in plain]
    other[0] = {"name": other[0]["name"], "algorithm": "blake3", "digest": HASHES["blake3"](FILES[other[0]["name"]])}
    yield Case("algorithms-mixed", REFUSED, "an algorithm that is not the one of the serialisation", bundle(statement(other)))
    yield Case("symlinks-text", REFUSED, "allow_symlinks is a text", bundle(statement(plain, serialization={"allow_symlinks": "false"})))
    yield Case("symlink-not-allowed", REFUSED, "a link where the signature allows none", good, prepare=lambda model: (model / "link").symlink_to("a.txt"))
    yield Case("symlink-in-place", REFUSED, "a signed file became a link", good, {name: data for name, data in FILES.items() if name != "a.txt"}, prepare=lambda model: ((model.parent / "a.txt").write_bytes(b"text"), (model / "a.txt").symlink_to(model.parent / "a.txt")))
    yield Case("symlink-outside", REFUSED, "a link out of the model, allowed by name", bundle(statement(resources(dict(FILES, link=b"out")), serialization={"allow_symlinks": True})), options=["--allow-symlinks"], prepare=lambda model: ((model.parent / "out").write_bytes(b"out"), (model / "link").symlink_to("../out")))

    def linked_folder(model):
        (model.parent / "elsewhere").mkdir()
        (model.parent / "elsewhere" / "evil.bin").write_bytes(b"x")
        (model / "dir").symlink_to("../elsewhere")
    yield Case("symlink-folder-outside", REFUSED, "a link to a folder outside, whose files are not signed", bundle(statement(plain, serialization={"allow_symlinks": True})), options=["--allow-symlinks"], prepare=linked_folder)
    yield Case("symlink-folder-inside", REFUSED, "a link to a folder inside, whose files are not signed under that name", bundle(statement(plain, serialization={"allow_symlinks": True})), options=["--allow-symlinks"], prepare=lambda model: (model / "dir").symlink_to("a"))
    yield Case("symlink-loop", REFUSED, "a link to itself", bundle(statement(plain, serialization={"allow_symlinks": True})), options=["--allow-symlinks"], prepare=lambda model: (model / "dir").symlink_to("dir"))
    yield Case("fifo", REFUSED, "a pipe in the model", good, prepare=lambda model: os.mkfifo(model / "pipe"))
    yield Case("file-for-folder", REFUSED, "a folder where a file was signed", good, {name: data for name, data in FILES.items() if name != "a.txt"}, prepare=lambda model: (model / "a.txt").mkdir())


def shard_cases():
    data = bytes(range(250)) * 1000
    files = {"w": data}

    def listed(*ranges):
        return sorted([{"name": "w:%s:%s" % (start, end), "algorithm": "sha256", "digest": HASHES["sha256"](data[int(start):int(end)])} for start, end in ranges], key=lambda one: one["name"])
    good = (("0", "100000"), ("100000", "200000"), ("200000", "250000"))
    yield Case("shards-gap", REFUSED, "a gap between shards", bundle(shards(files, listed=listed(good[0], good[2]))), files)
    yield Case("shards-no-tail", REFUSED, "no shard for the end", bundle(shards(files, listed=listed(*good[:2]))), files)
    yield Case("shards-no-head", REFUSED, "no shard for the start", bundle(shards(files, listed=listed(*good[1:]))), files)
    yield Case("shards-overlap", REFUSED, "shards that overlap", bundle(shards(files, listed=listed(good[0], ("50000", "200000"), good[2]))), files)
    yield Case("shards-beyond", REFUSED, "a shard beyond the end", bundle(shards(files, listed=listed(*good[:2], ("200000", "300000")))), files)
    yield Case("shards-uneven", REFUSED, "shards that are not of the size named", bundle(shards(files, listed=listed(("0", "150000"), ("150000", "250000")))), files)
    yield Case("shards-changed", INVALID, "a changed shard", bundle(shards(files)), {"w": data[:-1] + b"!"})
    yield Case("shards-longer", INVALID, "a file that grew", bundle(shards(files)), {"w": data + b"!"})
    yield Case("shards-shorter", INVALID, "a file that shrank", bundle(shards(files)), {"w": data[:-1]})
    yield Case("shards-added", INVALID, "a file that is not signed", bundle(shards(files)), {"w": data, "x": b"1"})
    for label, start, end in (("plus", "+0", "100000"), ("underscore", "0", "100_000"), ("full-width", "0", "\uff11\uff10\uff10\uff10\uff10\uff10"), ("leading-zero", "00", "100000"), ("space", " 0", "100000")):
        first = {"name": "w:%s:%s" % (start, end), "algorithm": "sha256", "digest": HASHES["sha256"](data[:100000])}
        rest = listed(*good[1:])
        yield Case("shards-" + label, REFUSED, "an offset that is no plain number", bundle(shards(files, listed=sorted([first] + rest, key=lambda one: one["name"]))), files)
    for label, size in (("zero", 0), ("negative", -1), ("huge", 10 ** 30), ("fraction", 0.5), ("text", "100000"), ("other", 50000), ("null", None)):
        yield Case("shard-size-" + label, REFUSED, "a size of shards that is none", bundle(shards(files, shard_size=size)), files)
    missing = shards(files)
    del missing["predicate"]["serialization"]["shard_size"]
    yield Case("shard-size-missing", REFUSED, "no size of shards", bundle(missing), files)
    yield Case("shard-size-with-files", REFUSED, "a size of shards where there are none", bundle(statement(resources(files), serialization={"shard_size": 10})), files)
    yield Case("files-named-as-shards", REFUSED, "shards under the method of files", bundle(statement(listed(*good))), files)
    yield Case("shards-named-as-files", REFUSED, "files under the method of shards", bundle(statement(resources(files), "sha256", "shards", serialization={"shard_size": 100000})), files)
    yield Case("method-unknown", REFUSED, "an unknown method", bundle(statement(resources(files), method="tensors")), files)


def unreadable_cases():
    good = bundle(statement(resources(FILES)))
    text = json.dumps(good)
    for label, data in (("empty", ""), ("half", text[:len(text) // 2]), ("garbage", "\x00\x01\x02"), ("array", "[]"), ("null", "null"), ("number", "1")):
        yield Case("bundle-" + label, UNREADABLE, "no bundle", data)
    yield Case("bundle-deep", UNREADABLE, "100,000 arrays within each other", "[" * 100000)
    yield Case("bundle-deep-field", UNREADABLE, "the same in a field", text[:-1] + ', "x": ' + "[" * 100000 + "]" * 100000 + "}")
    yield Case("bundle-no-envelope", UNREADABLE, "no envelope", {key: value for key, value in good.items() if key != "dsseEnvelope"})
    yield Case("bundle-no-material", UNREADABLE, "no verification material", {key: value for key, value in good.items() if key != "verificationMaterial"})
    yield Case("key-empty", UNREADABLE, "no key", good, key=b"")
    yield Case("key-private", UNREADABLE, "a private key where a public one belongs", good, key=P256.private_pem())
    yield Case("key-two", UNREADABLE, "two keys in one file", good, key=P256.pem + OTHER.pem)
    yield Case("key-garbage", UNREADABLE, "no PEM", good, key=b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")


class CertificateCase:
    """A verification against a chain of certificates."""

    def __init__(self, name, expected, why, chain, key, anchors, options=None):
        self.name, self.expected, self.why = name, expected, why
        self.chain, self.key, self.anchors, self.options = chain, key, anchors, options or []

    def write(self, folder):
        model = folder / self.name / "model"
        for name, data in FILES.items():
            path = model / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        made = bundle(statement(resources(FILES)), self.key, material={"x509CertificateChain": {"certificates": [{"rawBytes": b64(one.public_bytes(serialization.Encoding.DER))} for one in self.chain]}, "tlogEntries": []})
        path = folder / self.name / "bundle.sig"
        path.write_text(json.dumps(made))
        anchors = folder / self.name / "anchors.pem"
        anchors.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in self.anchors))
        return model, path, ["--certificate-chain", str(anchors)] + self.options


NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


def name_of(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer=None, issuer_key=None, ca=False, path=None, start=-DAY, end=30 * DAY, usage="sign", extended=None, critical=None, hash_with=hashes.SHA256()):
    issuer_name = issuer.subject if issuer is not None else name_of(subject)
    builder = (x509.CertificateBuilder().subject_name(name_of(subject)).issuer_name(issuer_name).public_key(key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(NOW + start).not_valid_after(NOW + end))
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=path), critical=True)
    if usage:
        kinds = dict.fromkeys(("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
        for kind in {"sign": ("digital_signature",), "ca": ("key_cert_sign", "crl_sign"), "encrypt": ("key_agreement",)}[usage]:
            kinds[kind] = True
        builder = builder.add_extension(x509.KeyUsage(**kinds), critical=True)
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False)
    if critical:
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"), critical=True)
    return builder.sign(issuer_key or key, hash_with)


def certificate_cases():
    from cryptography.hazmat.primitives.asymmetric import rsa
    new = lambda: ec.generate_private_key(ec.SECP256R1())
    root_key, middle_key, leaf = new(), ec.generate_private_key(ec.SECP384R1()), Key(new())
    root_cert = certificate("root", root_key, ca=True, usage="ca", end=3000 * DAY)
    middle = certificate("middle", middle_key, root_cert, root_key, ca=True, path=0, usage="ca", end=2000 * DAY)
    signing = [ExtendedKeyUsageOID.CODE_SIGNING]

    def made(**changes):
        arguments = dict(ca=False, extended=signing)
        arguments.update(changes)
        return certificate("leaf", leaf.private, middle, middle_key, **arguments)
    good = made()
    yield CertificateCase("cert-plain", VALID, "leaf, intermediate, root", [good, middle], leaf, [root_cert])
    yield CertificateCase("cert-root-embedded", VALID, "the root in the bundle too", [good, middle, root_cert], leaf, [root_cert])
    yield CertificateCase("cert-middle-given", VALID, "the intermediate among the given ones", [good], leaf, [root_cert, middle])
    yield CertificateCase("cert-usage-only", VALID, "digitalSignature without extended usages", [made(extended=None), middle], leaf, [root_cert])
    rsa_key = rsa.generate_private_key(65537, 2048)
    rsa_root = certificate("rsa root", rsa_key, ca=True, usage="ca")
    rsa_leaf = certificate("leaf", leaf.private, rsa_root, rsa_key, extended=signing)
    yield CertificateCase("cert-rsa-ca", VALID, "a company's RSA root", [rsa_leaf], leaf, [rsa_root])
    yield CertificateCase("cert-other-root", INVALID, "another root of the same name", [good, middle], leaf, [certificate("root", new(), ca=True, usage="ca")])
    yield CertificateCase("cert-other-key", INVALID, "signed with a key that is not the leaf's", [good, middle], OTHER, [root_cert])
    yield CertificateCase("cert-no-middle", INVALID, "no intermediate", [good], leaf, [root_cert])
    yield CertificateCase("cert-expired", INVALID, "an expired leaf", [made(start=-10 * DAY, end=-DAY), middle], leaf, [root_cert])
    yield CertificateCase("cert-future", INVALID, "a leaf of the future", [made(start=DAY, end=10 * DAY), middle], leaf, [root_cert])
    old = certificate("middle", middle_key, root_cert, root_key, ca=True, path=0, usage="ca", start=-10 * DAY, end=-DAY)
    yield CertificateCase("cert-expired-middle", INVALID, "an expired intermediate", [good, old], leaf, [root_cert])
    old_root = certificate("root", root_key, ca=True, usage="ca", start=-10 * DAY, end=-DAY)
    yield CertificateCase("cert-expired-root", INVALID, "an expired root", [good, middle], leaf, [old_root])
    yield CertificateCase("cert-wrong-usage", INVALID, "a leaf for key agreement", [made(usage="encrypt", extended=None), middle], leaf, [root_cert])
    yield CertificateCase("cert-critical", INVALID, "an unknown critical extension", [made(critical=True), middle], leaf, [root_cert])
    yield CertificateCase("cert-no-chain", REFUSED, "an empty chain", [], leaf, [root_cert])
    no_ca = certificate("middle", middle_key, root_cert, root_key, ca=False, usage="sign")
    yield CertificateCase("cert-middle-no-ca", INVALID, "an intermediate that is no CA", [good, no_ca], leaf, [root_cert])
    no_sign = certificate("middle", middle_key, root_cert, root_key, ca=True, usage="sign")
    yield CertificateCase("cert-middle-no-cert-sign", INVALID, "an intermediate that may not sign certificates", [good, no_sign], leaf, [root_cert])
    deeper_key = new()
    deeper = certificate("deeper", deeper_key, middle, middle_key, ca=True, usage="ca")
    deep_leaf = certificate("leaf", leaf.private, deeper, deeper_key, ca=False, extended=signing)
    yield CertificateCase("cert-too-long", INVALID, "a chain longer than an intermediate allows", [deep_leaf, deeper, middle], leaf, [root_cert])
    yield CertificateCase("cert-order", VALID, "the chain behind the leaf in any order", [good, root_cert, middle], leaf, [root_cert])


def all_cases():
    yield from valid_cases()
    yield from invalid_cases()
    yield from shard_cases()
    yield from unreadable_cases()
    yield from certificate_cases()

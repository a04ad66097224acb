"""What many teams sign models with: Ed25519 over the SHA-256 of one file, with Python's `cryptography`.

script.py keygen ALGORITHM PRIVATE PUBLIC [PASSPHRASE]
script.py sign FILE PRIVATE SIGNATURE [PASSPHRASE]
script.py verify FILE PUBLIC SIGNATURE
"""

import hashlib
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

CURVES = {"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1}
HASHES = {256: hashes.SHA256, 384: hashes.SHA384, 521: hashes.SHA512}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def keygen(algorithm, private, public, passphrase=None):
    if algorithm == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
    else:
        key = ec.generate_private_key(CURVES[algorithm]())
    protection = serialization.NoEncryption()
    if passphrase is not None:
        protection = serialization.BestAvailableEncryption(passphrase.encode())
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    write(private, key.private_bytes(pem, pkcs8, protection))
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    write(public, key.public_key().public_bytes(pem, spki))


def sign(file, private, signature, passphrase=None):
    passphrase = None if passphrase is None else passphrase.encode()
    key = serialization.load_pem_private_key(read(private), passphrase)
    digest = hashlib.sha256(read(file)).digest()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        write(signature, key.sign(digest))
    else:
        write(signature, key.sign(digest, ec.ECDSA(HASHES[key.curve.key_size]())))


def verify(file, public, signature):
    key = serialization.load_pem_public_key(read(public))
    digest = hashlib.sha256(read(file)).digest()
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(read(signature), digest)
    else:
        key.verify(read(signature), digest, ec.ECDSA(HASHES[key.curve.key_size]()))


if __name__ == "__main__":
    {"keygen": keygen, "sign": sign, "verify": verify}[sys.argv[1]](*sys.argv[2:])

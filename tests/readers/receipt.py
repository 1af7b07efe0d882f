"""Checks a receipt with other people's implementations: the tree by pymerkle (RFC 6962), the signature by cryptography.

Usage: receipt.py RECEIPT KEY
"""

import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InclusionProof, verify_inclusion
from pymerkle.core import _inclusion_path_layout

receipt = json.load(open(sys.argv[1]))
name, _, key = sys.argv[2].split("+", 2)
kind, public = base64.b64decode(key)[0], base64.b64decode(key)[1:]
assert kind == 1, "a key of ed25519"

text, lines = receipt["checkpoint"].split("\n\n")
text += "\n"
signer, signature = lines.splitlines()[0].removeprefix("\u2014 ").split(" ")
identifier, signature = base64.b64decode(signature)[:4], base64.b64decode(signature)[4:]
assert signer == name
assert identifier == hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())

origin, size, root = text.splitlines()
assert origin == name
size, root = int(size), base64.b64decode(root)
for proved in receipt["entries"]:
    leaf = hashlib.sha256(b"\x00" + base64.b64decode(proved["entry"])).digest()
    path = [leaf] + [base64.b64decode(node) for node in proved["proof"]]
    index = proved["index"] + 1
    rule, _ = _inclusion_path_layout(index, size)
    proof = InclusionProof("sha256", True, size, index, rule, path)
    verify_inclusion(leaf, root, proof, index=index, size=size, algorithm="sha256")

# That these are all: the same key has signed their places.
places = [proved["index"] for proved in receipt["entries"]]
payload = {"customer": receipt["customer"], "size": size, "root": base64.b64encode(root).decode(), "places": places}
payload = json.dumps(payload, separators=(",", ":")).encode()
kind = b"application/vnd.verho.receipt+json"
signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(receipt["all"]), signed)

print(f"{len(receipt['entries'])} entries stand in the tree of {size} that {origin} signed")

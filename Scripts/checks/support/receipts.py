"""receipts.py POSTERN SCRATCH COUNT: signed receipts of a gateway, checked with PyJWT and hashlib only.

Uploads pictures, rotates the signing key half-way, retires the former one, and stops the gateway. Then each receipt must
hold for PyJWT with the published keys, speak of the bytes that were delivered, and hold for `postern scrub verify-receipt`;
no forgery may hold for either of the two.
"""
import base64, hashlib, http.client, json, os, random, subprocess, sys

import jwt

from gateway import ENVIRONMENT, Gateway, call, picture, upload_headers

program, scratch, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
TYPE = "scrub-receipt+jwt"
source = random.Random(52)


def hold(receipt, keys, content):
    """What a receipt says, by PyJWT; raises if anything does not hold."""
    header = jwt.get_unverified_header(receipt)
    if header["typ"] != TYPE:
        raise jwt.InvalidTokenError("another type")
    key = next((key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == header["kid"]), None)
    if key is None:
        raise jwt.InvalidTokenError("no such key")
    claims = jwt.decode(receipt, key, algorithms=["EdDSA"], options={"require": ["iss", "iat"]})
    if (claims["sha256_after"], claims["size_after"]) != (hashlib.sha256(content).hexdigest(), len(content)):
        raise jwt.InvalidTokenError("another file")
    return claims


def ours(receipt, content, keys):
    """The exit code of our own verifier, which is asked offline."""
    names = []
    for name, data in (("receipt", receipt.encode()), ("file", content), ("keys", json.dumps(keys).encode())):
        names.append(f"{scratch}/{name}")
        with open(names[-1], "wb") as file:
            file.write(data)
    return subprocess.run([program, "scrub", "verify-receipt", names[0], names[1], "--keys", names[2]],
                          capture_output=True, env=ENVIRONMENT, timeout=60).returncode


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forgeries(receipt, claims):
    """Receipts that nobody signed, or not for this."""
    header, payload, signature = receipt.split(".")
    parts = json.loads(base64.urlsafe_b64decode(header + "=="))
    yield "altered", ".".join([header, encoded({**claims, "size_before": claims["size_before"] + 1}), signature])
    yield "another type", ".".join([encoded({**parts, "typ": "at+jwt"}), payload, signature])
    yield "no signature", ".".join([encoded({**parts, "alg": "none"}), payload, ""])
    yield "half a signature", receipt[:-40]
    own = jwt.algorithms.OKPAlgorithm()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    yield "another key", jwt.encode(claims, own.prepare_key(Ed25519PrivateKey.generate()), algorithm="EdDSA",
                                    headers={"kid": parts["kid"], "typ": TYPE})


def command(gateway, *words):
    done = gateway.command(*words)
    if done.returncode:
        raise RuntimeError(f"postern {' '.join(words)}: {done.stderr}")
    return done.stdout


def key_ids(keys):
    return [key["kid"] for key in keys["keys"]]


def main():
    gateway = Gateway(program, scratch + "/data")
    gateway.start()
    token = gateway.prepare("acme", ["documents:read", "documents:write", "links:create"])
    connection, kept = gateway.connect(), []
    for number in range(count):
        if number == count // 2:
            command(gateway, "keys", "rotate", "local-issuer")
            token = gateway.operator("POST", "/v1/tenants/acme/tokens", {
                "subject": "portal", "scopes": ["documents:read", "documents:write", "links:create"]}).json()["token"]
        document = call(connection, "POST", "/v1/documents", {"title": f"Picture {number}"}, token).json()["id"]
        content = picture(source, side=16 + number)
        version = call(connection, "POST", f"/v1/documents/{document}/versions", content, token,
                       upload_headers(content, "a.png"), want=(201,)).json()["version"]
        answer = call(connection, "GET", f"/v1/documents/{document}/versions/{version['id']}/receipt", token=token)
        assert answer.headers["Content-Type"] == "application/jose", answer.headers["Content-Type"]
        link = call(connection, "POST", f"/v1/documents/{document}/links", {}, token, want=(201,)).json()["url"]
        kept.append((answer.body.decode(), document, version["id"], content, gateway.download(link)))
    # Nobody needs a token for the keys.
    stranger = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
    keys = call(stranger, "GET", "/receipt-keys.json").json()
    former = json.loads(command(gateway, "keys", "list", "--json"))["items"]
    former = next(key for key in former if key["key"] == "local-issuer" and key["state"] == "former")
    command(gateway, "keys", "retire", "local-issuer", former["id"], "--now")
    later = call(gateway.connect(), "GET", "/receipt-keys.json").json()
    assert key_ids(later) == key_ids(keys) and len(keys["keys"]) == 2, (keys, later)
    with open(scratch + "/fetched", "w") as file:
        file.write(kept[0][0])
    fetched = subprocess.run([program, "scrub", "verify-receipt", scratch + "/fetched", "--server",
                              f"http://127.0.0.1:{gateway.port}"], capture_output=True, env=ENVIRONMENT, timeout=60)
    assert fetched.returncode == 0, fetched
    gateway.stop()
    with open(gateway.folder + "/receipt-keys.json") as file:
        assert json.load(file) == keys

    refused, signers = 0, set()
    for receipt, document, version, content, delivered in kept:
        claims = hold(receipt, keys, delivered)
        signers.add(jwt.get_unverified_header(receipt)["kid"])
        assert (claims["tenant"], claims["document"], claims["version"]) == ("acme", document, version)
        assert claims["sha256_before"] == hashlib.sha256(content).hexdigest()
        assert claims["removed"] and "Somebody" not in json.dumps(claims)
        assert not {"exp", "aud", "sub", "scp"} & set(claims), claims
        assert ours(receipt, delivered, keys) == 0
        wrong = list(forgeries(receipt, claims)) if refused < 50 else []
        for name, text, data in [(name, text, delivered) for name, text in wrong] + [("another file", receipt, content)]:
            try:
                hold(text, keys, data)
                raise SystemExit(f"PyJWT takes a forgery: {name}")
            except jwt.PyJWTError:
                pass
            code = ours(text, data, keys)
            assert code == 5, f"ours ends with {code} for a forgery: {name}"
            refused += 1
    assert len(signers) == 2, "both keys must have signed"
    print(f"{len(kept)} receipts hold, {refused} forgeries refused by both")


main()

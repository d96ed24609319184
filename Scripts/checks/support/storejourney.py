"""A document's journey through `postern serve` on a store of one's own: put, link, download with curl, hash, resume, revoke.

usage: storejourney.py POSTERN FOLDER KIND      the store comes from S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, S3_REGION, S3_BUCKET
Last line: N passed, N failed. Python standard library and curl only."""
import hashlib, os, random, subprocess, sys, urllib.request
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G

PROGRAM, FOLDER, KIND = sys.argv[1:4]
passed = failed = 0


def check(name, holds, told=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(f"{'ok' if holds else 'FAILED'}: {name}{'' if holds else f': {told}'}", flush=True)


def curl(*words):
    done = subprocess.run(["curl", "-sS", "-L", "--max-time", "60", "-w", "%{http_code}", *words], capture_output=True, text=True)
    return done.stdout[-3:]


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer: return answer.read().decode()


def journey(gateway, token, side, name):
    """One picture through the gateway; its link."""
    content, got = G.picture(random.Random(side), side), FOLDER + "/got"
    connection = gateway.connect()
    document = G.call(connection, "POST", "/v1/documents", {"title": "Wall"}, token).json()["id"]
    upload = G.call(connection, "POST", f"/v1/documents/{document}/versions", content, token, G.upload_headers(content, name), want=None)
    check(f"put of {len(content)} bytes", upload.status == 201, upload.body[:200])
    link = G.call(connection, "POST", f"/v1/documents/{document}/links", {"expires_in": 600}, token).json()
    size, sha256 = link["version"]["size"], link["version"]["sha256"]
    status = curl("-o", got, link["url"])
    bytes_ = open(got, "rb").read()
    check("download with curl", status == "200" and len(bytes_) == size, f"{status}, {len(bytes_)} of {size} bytes")
    check("its hash is the version's", hashlib.sha256(bytes_).hexdigest() == sha256)
    check("nothing of the author is left", b"Somebody" in content and b"Somebody" not in bytes_)
    head = bytes_[:size // 3]
    with open(got, "wb") as file: file.write(head)
    status = curl("-C", str(len(head)), "-o", got, link["url"])
    check("a download that broke off goes on", status == "206" and open(got, "rb").read() == bytes_, status)
    presigned = G.call(connection, "POST", f"/v1/documents/{document}/presigned-urls", {}, token).json()
    check("a presigned URL of the store", curl("-o", got, presigned["url"]) == "200" and open(got, "rb").read() == bytes_)
    # The last character of the signature is another one.
    check("a changed one is refused", curl("-o", got, presigned["url"][:-1] + ("0" if presigned["url"][-1] != "0" else "1")) == "403")
    G.call(connection, "DELETE", f"/v1/links/{link['id']}", token=token)
    status = curl("-o", got, link["url"])
    check("a revoked link delivers nothing", status in ("404", "410"), status)


G.ENVIRONMENT.update(AWS_ACCESS_KEY_ID=os.environ["S3_ACCESS_KEY"], AWS_SECRET_ACCESS_KEY=os.environ["S3_SECRET_KEY"])
gateway = G.Gateway(PROGRAM, FOLDER + "/data", object_store={
    "endpoint": os.environ["S3_ENDPOINT"], "region": os.environ["S3_REGION"], "bucket": os.environ["S3_BUCKET"],
    "credentials": "environment", "kind": KIND})
gateway.start()
try:
    token = gateway.prepare("acme", ["documents:read", "documents:write", "links:create", "links:revoke", "presigned:create"])
    check("ready", "object-store" not in get(f"http://127.0.0.1:{gateway.ops_port}/readyz"))
    journey(gateway, token, 64, "small.png")
    journey(gateway, token, 2700, "large.png")   # above 16 MiB: in parts
    metrics = get(f"http://127.0.0.1:{gateway.ops_port}/metrics")
    check("the circuit stayed closed", "\npostern_object_store_circuit_open 0\n" in metrics)
    check("no call of the store failed", "\npostern_object_store_failures_total{" not in metrics)
    log = open(gateway.log).read()
    check("no key in the log", os.environ["S3_SECRET_KEY"] not in log and "X-Amz-Signature" not in log)
finally:
    gateway.kill(True)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)

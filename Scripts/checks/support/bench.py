"""Figures of speed and memory beside references measured in the same run; a markdown table.

usage: bench.py PROGRAMS CHECKERS PRESIGN_LIMIT [NAME...]      run through Scripts/bench, which builds what is needed
Subject and reference take turns, so that other load hits both alike; medians of the turns. CPU time is the sum over a process's threads."""
import http.client, os, pwd, random, re, resource, shutil, statistics, subprocess, sys, tempfile, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G
import library as library_lists

PROGRAMS, CHECKERS, LIMIT = sys.argv[1:4]
TURNS, WRK_SECONDS, DOCUMENTS, PEER_DOCUMENTS = 5, 3, 400, 10_000
median = statistics.median


def output(*words, **settings):
    done = subprocess.run(words, capture_output=True, text=True, env={**G.ENVIRONMENT, **settings})
    if done.returncode: sys.exit(f"error: {words[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-600:]}")
    return done.stdout


def cpu_seconds(pid):
    return sum(int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0]) for task in os.listdir(f"/proc/{pid}/task")) / 1e9


def family_cpu_seconds(pid):
    """CPU time of a process and its children that are alive."""
    return cpu_seconds(pid) + sum(family_cpu_seconds(child) for child in children(pid))


def memory_mib(pid):
    return next(int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS")) / 1024


def children(pid):
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try: fields = open(f"/proc/{name}/stat").read().rpartition(")")[2].split()
        except OSError: continue
        if int(fields[1]) == pid: found.append(int(name))
    return found


def until_answers(port, path="/healthz"):
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            return connection.getresponse().read()
        except OSError: time.sleep(.05)
    sys.exit(f"error: nothing answers on port {port}")


def presign(work):
    """Nanoseconds of CPU for a presigned URL, beside the same work in C over OpenSSL's EVP interface."""
    pinned = ["taskset", "-c", str(max(os.sched_getaffinity(0)))]
    ours, evp = [], []
    for _ in range(3):
        ours.append(int(re.search(r"presign (\d+) ns/url", output(*pinned, PROGRAMS + "/postern-conformance", "bench-presign", "1"))[1]))
        evp.append(int(re.search(r"EVP_MAC_init\(NULL key\) +(\d+) ns/op", output(*pinned, LIMIT, "0.3"))[1]))
    a, b = median(ours), median(evp)
    yield "presigned URL, one core", f"{a:.0f} ns, {1e9 / a:,.0f}/s", f"{b:.0f} ns in C over EVP", a / b, "≤ 2×", a / b <= 2
    yield "", f"{1e9 / a:,.0f}/s", "", None, "≥ 1,000,000/s", a <= 1000


def load(subjects, url, connections):
    """Microseconds of CPU a request of each subject, a process and where it listens, that wrk asks in turns."""
    figures = {name: [] for name in subjects}
    for _ in range(TURNS):
        for name, (pid, at) in subjects.items():
            before = cpu_seconds(pid)
            text = output("wrk", "-t1", f"-c{connections}", f"-d{WRK_SECONDS}", url(at))
            if "Non-2xx" in text: sys.exit(f"error: {name} refuses: {text}")
            figures[name].append((cpu_seconds(pid) - before) / int(re.search(r"(\d+) requests in", text)[1]) * 1e6)
    return {name: median(values) for name, values in figures.items()}


def static(work):
    """CPU a request of a constant answer, beside nginx `return 200`."""
    port, nginx_port = G.free_port(), G.free_port()
    with open(work + "/nginx.conf", "w") as file:
        file.write(f"worker_processes 1; daemon off; pid {work}/nginx.pid; error_log {work}/nginx.log;\n"
                   "events { worker_connections 4096; }\n"
                   f"http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {work}; proxy_temp_path {work};\n"
                   f"  fastcgi_temp_path {work}; uwsgi_temp_path {work}; scgi_temp_path {work};\n"
                   f"  server {{ listen 127.0.0.1:{nginx_port}; location / {{ default_type application/json; "
                   "return 200 '{\"status\":\"ok\"}\\n'; } } }\n")
    server = subprocess.Popen([PROGRAMS + "/postern-conformance", "http-echo", "--port", str(port), "--loops", "1"], stdout=subprocess.DEVNULL)
    nginx = subprocess.Popen([shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c", work + "/nginx.conf"], stderr=subprocess.DEVNULL)
    gateway = G.Gateway(PROGRAMS + "/postern", work + "/static")
    try:
        gateway.start()
        for each in (port, nginx_port, gateway.ops_port): until_answers(each)
        subjects = {"ours": (server.pid, port), "nginx": (children(nginx.pid)[0], nginx_port), "ops": (gateway.process.pid, gateway.ops_port)}
        us = load(subjects, lambda at: f"http://127.0.0.1:{at}/healthz", 64)
        for label, name in (("static route of the server", "ours"), ("`/healthz` of `postern serve`", "ops")):
            yield label, f"{us[name]:.2f} µs CPU/request", f"nginx {us['nginx']:.2f} µs", us[name] / us["nginx"], "≤ 1.15×", us[name] / us["nginx"] <= 1.15
    finally:
        gateway.kill(True)
        server.kill()
        nginx.terminate()
        nginx.wait()
        server.wait()


def tls(work):
    """The same over TLS: CPU a request on kept connections, beside nginx with the same certificate and defaults."""
    output("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", work + "/key.pem", "-out", work + "/chain.pem",
           "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
    os.chmod(work + "/key.pem", 0o600)
    nginx_port = G.free_port()
    with open(work + "/nginx.conf", "w") as file:
        file.write(f"worker_processes 1; daemon off; pid {work}/nginx.pid; error_log {work}/nginx.log;\n"
                   "events { worker_connections 4096; }\n"
                   f"http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {work}; proxy_temp_path {work};\n"
                   f"  fastcgi_temp_path {work}; uwsgi_temp_path {work}; scgi_temp_path {work};\n"
                   f"  server {{ listen 127.0.0.1:{nginx_port} ssl; ssl_certificate {work}/chain.pem; ssl_certificate_key {work}/key.pem;\n"
                   "    ssl_protocols TLSv1.2 TLSv1.3; location / { default_type application/json; return 200 '{\"status\":\"ok\"}\\n'; } } }\n")
    nginx = subprocess.Popen([shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c", work + "/nginx.conf"], stderr=subprocess.DEVNULL)
    gateway = G.Gateway(PROGRAMS + "/postern", work + "/tls", ops_tls={"certificate": work + "/chain.pem", "key": work + "/key.pem"})
    try:
        gateway.start()
        subjects = {"ours": (gateway.process.pid, gateway.ops_port), "nginx": (children(nginx.pid)[0], nginx_port)}
        us = load(subjects, lambda at: f"https://localhost:{at}/healthz", 64)
        yield ("`/healthz` over TLS 1.3", f"{us['ours']:.2f} µs CPU/request", f"nginx {us['nginx']:.2f} µs", us["ours"] / us["nginx"], "≤ 1.15×",
               us["ours"] / us["nginx"] <= 1.15)
    finally:
        gateway.kill(True)
        nginx.terminate()
        nginx.wait()


def verify(work):
    """Nanoseconds of CPU to verify a presigned GET."""
    pinned = ["taskset", "-c", str(max(os.sched_getaffinity(0)))]
    a = median(int(re.search(r"verify (\d+) ns", output(*pinned, PROGRAMS + "/postern-conformance", "bench-verify", "1"))[1]) for _ in range(3))
    yield "verify a presigned GET, one core", f"{a / 1000:.1f} µs", "", None, "≤ 5 µs", a <= 5000


def store(work):
    """CPU a presigned GET of 10 MB from the embedded store, beside nginx that sends the very file of the object."""
    sys.path.insert(0, CHECKERS + "/sigv4")
    import ref_presign
    nginx_port = G.free_port()
    os.mkdir(work + "/store")
    with open(work + "/file", "wb") as file: file.write(random.Random(1).randbytes(10_000_000))
    os.chmod(work + "/file", 0o644)
    with open(work + "/nginx.conf", "w") as file:
        file.write(f"user {pwd.getpwuid(os.getuid()).pw_name}; worker_processes 1; daemon off; pid {work}/nginx.pid; error_log {work}/nginx.log;\n"
                   "events { worker_connections 4096; }\n"
                   f"http {{ sendfile on; access_log off; keepalive_requests 100000000; client_body_temp_path {work}; proxy_temp_path {work};\n"
                   f"  fastcgi_temp_path {work}; uwsgi_temp_path {work}; scgi_temp_path {work};\n"
                   f"  server {{ listen 127.0.0.1:{nginx_port}; root {work}; }} }}\n")
    server = subprocess.Popen([PROGRAMS + "/postern-conformance", "s3-serve", work + "/store", "--loops", "1"], stdout=subprocess.PIPE, text=True)
    nginx = subprocess.Popen([shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c", work + "/nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        said = dict(server.stdout.readline().strip().split("=", 1) for _ in range(5))
        until_answers(nginx_port, "/file")
        def url(method):
            return ref_presign.presign(method, said["S3_ENDPOINT"], said["S3_BUCKET"], "file", said["S3_REGION"], said["S3_ACCESS_KEY"], said["S3_SECRET_KEY"], 3600,
                                       time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), "path", None, None, None)
        output("curl", "--silent", "--fail", "--upload-file", work + "/file", url("PUT"))
        # What sending a file costs depends on how its pages came into memory: both send the same one.
        (same,) = (os.path.join(at, name) for at, _, names in os.walk(work + "/store") for name in names if os.path.getsize(os.path.join(at, name)) >= 10_000_000)
        subjects = {"ours": (server.pid, url("GET")), "nginx": (children(nginx.pid)[0], f"http://127.0.0.1:{nginx_port}{same.removeprefix(work)}")}
        us = load(subjects, lambda at: at, 8)
        yield ("GET of 10 MB from the embedded store", f"{us['ours']:.0f} µs CPU/request", f"nginx sendfile {us['nginx']:.0f} µs", us["ours"] / us["nginx"], "≤ 1.0×",
               us["ours"] / us["nginx"] <= 1)
    finally:
        server.kill()
        server.wait()
        nginx.terminate()
        nginx.wait()


def links(work):
    """Link requests a second: verified token cached, audit event durable, requests logged; beside the Python peer."""
    high = {"tenant_requests_per_minute": 100_000_000, "subject_requests_per_minute": 100_000_000}
    gateway = G.Gateway(PROGRAMS + "/postern", work + "/links", limits=high)
    peer_folder, peer_port, python = work + "/peer", G.free_port(), sys.executable
    output(python, CHECKERS + "/peer_python/seed.py", str(PEER_DOCUMENTS), PEER_DIR=peer_folder)
    peer = subprocess.Popen([python, "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(peer_port), "--workers", "2", "--no-access-log",
                             "--log-level", "error"], cwd=CHECKERS + "/peer_python", env={**G.ENVIRONMENT, "PEER_DIR": peer_folder, "PYTHONDONTWRITEBYTECODE": "1"})
    try:
        gateway.start()
        token = gateway.prepare("acme", ["documents:read", "documents:write", "links:create"])
        with open(work + "/ids", "w") as file: file.write("\n".join(fill(gateway, token)))
        with open(work + "/token", "w") as file: file.write(token)
        until_answers(peer_port)
        subjects = {"ours": (gateway.process.pid, gateway.port, work + "/ids", work + "/token"),
                    "peer": (peer.pid, peer_port, peer_folder + "/ids.txt", peer_folder + "/token.txt")}
        figures = {name: [] for name in subjects}
        for turn in range(TURNS + 1):
            for name, (pid, port, ids, secret) in subjects.items():
                before = family_cpu_seconds(pid)
                text = output("wrk", "-t1", "-c64", f"-d{WRK_SECONDS}", "--timeout", "10s", "-s", CHECKERS + "/peer_python/links.lua", f"http://127.0.0.1:{port}",
                              IDS=ids, TOKEN=secret).splitlines()[-1]
                rate, fast, slow, refused, broken = map(int, re.fullmatch(r"rps=(\d+) p50_us=(\d+) p99_us=(\d+) non2xx=(\d+) sockerr=(\d+)", text).groups())
                if refused or broken: sys.exit(f"error: {name}: {text}")
                cpu = (family_cpu_seconds(pid) - before) / (rate * WRK_SECONDS) * 1e6
                if turn: figures[name].append((rate, cpu, slow))   # the first turn fills caches
        ours, peer_rate = median(x[0] for x in figures["ours"]), median(x[0] for x in figures["peer"])
        slow = median(x[2] for x in figures["ours"])
        yield ("link request, durable audit", f"{ours:,.0f}/s, p99 {slow / 1000:.1f} ms", f"Python peer {peer_rate:,.0f}/s", ours / peer_rate, "≥ 20×",
               ours / peer_rate >= 20)
        ours, peer_cpu = median(x[1] for x in figures["ours"]), median(x[1] for x in figures["peer"])
        yield "", f"{ours:.0f} µs CPU/request with the sealer", f"Python peer {peer_cpu:.0f} µs", peer_cpu / ours, "", None
        yield "memory of `serve` after it", f"{memory_mib(gateway.process.pid):.1f} MiB", "", None, "", None
    finally:
        gateway.kill(True)
        peer.terminate()
        peer.wait()


def fill(gateway, token):
    """Documents with a version each; their identifiers."""
    found, numbers, lock = [], iter(range(DOCUMENTS)), threading.Lock()
    def work():
        connection = gateway.connect()
        while True:
            with lock: number = next(numbers, None)
            if number is None: return
            content = G.picture(random.Random(number), 8)
            document = G.call(connection, "POST", "/v1/documents", {"title": f"Photo {number}"}, token).json()["id"]
            G.call(connection, "POST", f"/v1/documents/{document}/versions", content, token, G.upload_headers(content, "photo.png"), want=(201,))
            with lock: found.append(document)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    if len(found) != DOCUMENTS: sys.exit("error: not every document could be uploaded")
    return found


def library(work):
    yield from library_lists.library(PROGRAMS, work)


def memory(work):
    """Idle memory and the time from the start of the process to its ready line."""
    gateway, starts = G.Gateway(PROGRAMS + "/postern", work + "/idle"), []
    gateway.start()   # the first start makes the database
    try:
        for _ in range(7):
            gateway.stop()
            starts.append(gateway.start() * 1000)
        time.sleep(2)
        idle = memory_mib(gateway.process.pid)
        rest = sum(memory_mib(pid) for pid in children(gateway.process.pid))
        yield "idle memory of `postern serve`", f"{idle:.1f} MiB", f"its children {rest:.1f} MiB", None, "≤ 20 MiB", idle <= 20
        yield "start to ready", f"{median(starts):.0f} ms (most {max(starts):.0f})", "", None, "≤ 100 ms", median(starts) <= 100
    finally:
        gateway.kill(True)


def children_seconds(*command):
    """CPU seconds of one run of a program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def scrub(work):
    """Scrubbing with both hashes: MB a second of CPU time, what memory grows by, and the two best tools on the same files."""
    subprocess.run([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "scrubfiles.py"), work], check=True)

    def ours(name):
        """Seconds of CPU and MB a second, medians; KiB of growth, the most of all."""
        runs = []
        for _ in range(3):
            # The second time counts: a worker is a copy of a process that has loaded everything, which this one has not.
            lines = output(PROGRAMS + "/postern-conformance", "bench-scrub", *[f"{work}/{name}"] * 2)
            first, second = ([float(value) for value in run] for run in re.findall(r"bytes=(\d+) cpu_s=([\d.e-]+) rss_growth_KiB=(\d+)", lines))
            runs.append((second[1], max(first[2], second[2])))
        seconds = median(run[0] for run in runs)
        return seconds, os.path.getsize(f"{work}/{name}") / 1e6 / seconds, max(run[1] for run in runs)

    def peers(name):
        """CPU seconds of the other tools, those that can do it; each writes a file of its own."""
        clean, copy = f"{work}/out-{name}", f"{work}/in-{name}"
        shutil.copy(f"{work}/{name}", copy)
        commands = {"mat2": ["mat2", copy], "exiftool": ["exiftool", "-q", "-all=", "-o", clean, f"{work}/{name}"]}
        if name.endswith("x"): del commands["exiftool"]
        found = {}
        for tool, command in commands.items():
            for stale in (clean, copy.replace(".", ".cleaned.")):
                if os.path.exists(stale): os.unlink(stale)
            found[tool] = children_seconds(*command)
        return found

    for name, least in (("big.jpg", 500), ("big.png", 500), ("big.mp4", 500)):
        seconds, rate, growth = ours(name)
        yield f"scrub {name[4:].upper()} of {os.path.getsize(work + '/' + name) >> 20} MiB", f"{rate:.0f} MB/s", "", None, f"≥ {least} MB/s", rate >= least
        yield "", f"memory +{growth / 1024:.1f} MiB", "", None, "≤ 64 MiB", growth <= 64 * 1024
    for name, label, least in (("usual.jpg", "a JPEG", 500), ("usual.png", "a PNG", 500), ("usual.mp4", "a film", 500), ("scan.pdf", "a scanned PDF", 250),
                               ("usual.docx", "a DOCX with photographs", 40), ("usual.xlsx", "an XLSX of 2 million cells", 40)):
        seconds, rate, _ = ours(name)
        others = peers(name)
        size = os.path.getsize(f"{work}/{name}") / 1e6
        best = min(others.values())
        yield (f"scrub {label} of {size:.0f} MB", f"{rate:.0f} MB/s", ", ".join(f"{tool} {size / value:.0f}" for tool, value in others.items()) + " MB/s",
               seconds / best, f"≥ {least} MB/s", rate >= least)
    seconds, _, _ = ours("megabyte.docx")
    yield "scrub a DOCX of 1 MB", f"{seconds * 1000:.0f} ms CPU", "", None, "≤ 30 ms", seconds <= .03
    seconds, _, _ = ours("text.pdf")
    theirs = median(children_seconds("qpdf", work + "/text.pdf", work + "/rewritten.pdf") for _ in range(3))
    yield "scrub a PDF of 3,000 pages of text", f"{seconds * 1000:.0f} ms CPU", f"qpdf {theirs * 1000:.0f} ms", seconds / theirs, "≤ 1.2× qpdf's rewrite", seconds <= 1.2 * theirs
    yield small_files(work)


def small_files(work):
    """CPU time of many small files, each in workers of its own, beside a process of the other tools for each."""
    count = 40
    os.mkdir(work + "/small")
    for number in range(count): shutil.copy(work + "/small.jpg", f"{work}/small/{number}.jpg")
    ours = children_seconds(PROGRAMS + "/postern", "scrub", *(f"{work}/small/{number}.jpg" for number in range(count))) / count
    others = {"mat2": [], "exiftool": []}
    for number in range(5):
        others["mat2"].append(children_seconds("mat2", f"{work}/small/{number}.jpg"))
        others["exiftool"].append(children_seconds("exiftool", "-q", "-all=", "-o", f"{work}/small/{number}.exiftool.jpg", f"{work}/small/{number}.jpg"))
    others = {tool: median(values) for tool, values in others.items()}
    best = min(others.values())
    return ("scrub a small JPEG, process start and second reading included", f"{ours * 1000:.1f} ms CPU", ", ".join(f"{tool} {value * 1000:.0f} ms" for tool, value in others.items()),
            ours / best, "≤ 0.1×", ours <= .1 * best)


def transfer(work):
    """CPU time of the S3 client for objects of 10 KB and one of 512 MiB, beside curl with presigned URLs, on the embedded store."""
    sys.path.insert(0, CHECKERS + "/sigv4")
    import ref_presign
    count, big, port = 1000, 512, G.free_port()
    names = {"S3_ENDPOINT": f"http://127.0.0.1:{port}", "S3_ACCESS_KEY": "bench", "S3_SECRET_KEY": "bench-secret", "S3_REGION": "us-east-1", "S3_BUCKET": "bench"}
    os.mkdir(work + "/store")
    server = subprocess.Popen([PROGRAMS + "/postern-conformance", "s3-serve", work + "/store", "--port", str(port), "--bucket", "bench",
                               "--access-key", "bench", "--secret-key", "bench-secret"], stdout=subprocess.DEVNULL)
    with open(work + "/big", "wb") as file:
        for _ in range(big): file.write(os.urandom(1 << 20))
    with open(work + "/small", "wb") as file: file.write(os.urandom(10_240))

    def ours(what, number, path):
        return int(re.search(r"cpu_us=(\d+)", output(PROGRAMS + "/postern-conformance", "s3-transfer", what, str(number), path, **names))[1])

    def url(method, key):
        return ref_presign.presign(method, names["S3_ENDPOINT"], "bench", key, "us-east-1", "bench", "bench-secret", 3600, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))

    def curl(*words):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        output("curl", "-sf", *words)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e6

    def many(method, line):
        with open(work + "/list", "w") as file:
            for number in range(count): file.write(line.format(url=url(method, f"small/{number}")))
        return curl("-Z", "--parallel-max", "16", "-K", work + "/list")
    try:
        until_answers(port)
        figures = {}
        for _ in range(3):
            for what, turn in (
                    ("up-small", lambda: (ours("up-small", count, "-") / count, many("PUT", f'upload-file = "{work}/small"\nurl = "{{url}}"\noutput = "/dev/null"\n') / count)),
                    ("down-small", lambda: (ours("down-small", count, "-") / count, many("GET", 'url = "{url}"\noutput = "/dev/null"\n') / count)),
                    ("up-big", lambda: (ours("up-big", 1, work + "/big") / big / 1e6 * 1024, curl("-T", work + "/big", url("PUT", "big")) / big / 1e6 * 1024)),
                    ("down-big", lambda: (ours("down-big", 1, "/dev/null") / big / 1e6 * 1024, curl("-o", "/dev/null", url("GET", "big")) / big / 1e6 * 1024))):
                figures.setdefault(what, []).append(turn())
        for what, label in (("up-small", "10 KB object up"), ("down-small", "10 KB object down")):
            a, b = (median(x[i] for x in figures[what]) for i in (0, 1))
            yield f"S3 client, {label}", f"{a:.0f} µs CPU", f"curl {b:.0f} µs", a / b, "≤ 250 µs", a <= 250
        for what, label in (("up-big", "1 GiB up, in parts"), ("down-big", "1 GiB down")):
            a, b = (median(x[i] for x in figures[what]) for i in (0, 1))
            yield f"S3 client, {label}", f"{a:.2f} s CPU", f"curl {b:.2f} s", a / b, "≤ 1.5 s", a <= 1.5
    finally:
        server.kill()
        server.wait()


def main():
    measures = {f.__name__: f for f in (presign, verify, static, tls, store, links, library, memory, scrub, transfer)}
    wanted = sys.argv[4:] or list(measures)
    for name in wanted:
        if name not in measures: sys.exit(f"error: no measure {name}; there are {', '.join(measures)}")
    print("| what | ours | reference | ratio | goal | holds |\n| --- | --- | --- | --- | --- | --- |", flush=True)
    for name in wanted:
        with tempfile.TemporaryDirectory() as work:
            os.chmod(work, 0o755)
            for label, ours, reference, ratio, goal, holds in measures[name](work):
                verdict = "" if holds is None else "yes" if holds else "**no**"
                print(f"| {label} | {ours} | {reference} | {'' if ratio is None else f'{ratio:.2f}×'} | {goal} | {verdict} |", flush=True)


main()

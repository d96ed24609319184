"""What a TLS listener of the gateway accepts, by `openssl s_client`, and certificates replaced under load.

usage: tlsprobe.py POSTERN WORK SECONDS      (POSTERN: the program, postern-scrub beside it; WORK: an empty folder)
Fails if
  - a protocol version, cipher, group or signature is taken that must not be, or one that must be is not,
  - a client cannot verify the chain or resume a session, or may renegotiate or compress,
  - a request fails while certificates change on disk (by themselves, and at SIGHUP), or one is not taken,
  - a pair that does not fit is taken, or what it breaks is not counted.
Last line: tls: ... ok. Exit 0 = nothing failed."""
import multiprocessing, os, queue, re, signal, ssl, subprocess, sys, time
import http.client
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G

CLIENTS = 3
# Forward secrecy and authenticated encryption only (RFC 9325 section 4.2).
WANTED_12 = {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"}
WANTED_13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}


def openssl(*words, said=b""):
    return subprocess.run(["openssl", *words], input=said, capture_output=True, timeout=30)


class Authority:
    """A certificate authority in a folder, for certificates of localhost."""

    def __init__(self, folder):
        self.folder, self.serial = folder, 0
        self.file = folder + "/ca.pem"
        self.made("req", "-x509", *self.key("ca"), "-subj", "/CN=test authority", "-days", "2", "-out", self.file)

    def made(self, *words):
        done = openssl(*words)
        if done.returncode: raise RuntimeError(f"openssl {words[0]}: {done.stderr.decode()[-300:]}")

    def key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{self.folder}/{name}.key"]

    def issue(self):
        """A new pair; the paths of the chain and of the key."""
        self.serial += 1
        name = f"leaf{self.serial}"
        path = f"{self.folder}/{name}"
        self.made("req", *self.key(name), "-subj", "/CN=localhost", "-out", path + ".csr")
        with open(path + ".ext", "w") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
        self.made("x509", "-req", "-in", path + ".csr", "-CA", self.file, "-CAkey", self.folder + "/ca.key", "-days", "1",
                  "-set_serial", str(1000 + self.serial), "-extfile", path + ".ext", "-out", path + ".pem")
        return path + ".pem", path + ".key"


def install(pair, folder):
    """Puts a pair where the gateway looks, one file after the other as an ACME client does."""
    for source, name in zip(pair, ("chain.pem", "key.pem")):
        with open(source, "rb") as file, open(f"{folder}/{name}.new", "wb") as copy:
            os.fchmod(copy.fileno(), 0o600)
            copy.write(file.read())
        os.rename(f"{folder}/{name}.new", f"{folder}/{name}")


def handshake(port, *words, said=b""):
    """What s_client prints; nothing if there was no handshake."""
    done = openssl("s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost", *words, said=said)
    text = done.stdout.decode(errors="replace")
    cipher = re.search(r"Cipher is (\S+)", text)
    return text if cipher and cipher[1] != "(NONE)" and done.returncode == 0 else ""


def ciphers(*words):
    return openssl("ciphers", *words).stdout.decode().strip().split(":")


def probe(port, authority):
    """The table: rows of (what, whether it holds)."""
    yield "TLS 1.3 is taken", bool(handshake(port, "-tls1_3"))
    yield "TLS 1.2 is taken", bool(handshake(port, "-tls1_2"))
    for version in ("-tls1", "-tls1_1"):
        yield f"TLS {version[4:].replace('_', '.') + ('.0' if version == '-tls1' else '')} is refused", not handshake(
            port, version, "-cipher", "ALL:@SECLEVEL=0")
    offered = ciphers("-s", "-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    taken = {name for name in offered if handshake(port, "-tls1_2", "-cipher", name + ":@SECLEVEL=0")}
    yield f"of {len(offered)} ciphers of TLS 1.2, the {len(WANTED_12)} are taken that should be", taken == WANTED_12
    taken = {name for name in WANTED_13 | {"TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"}
             if handshake(port, "-tls1_3", "-ciphersuites", name)}
    yield f"of 5 suites of TLS 1.3, the {len(WANTED_13)} are taken that should be", taken == WANTED_13
    for group, is_wanted in (("X25519", True), ("P-256", True), ("secp224r1", False), ("sect233k1", False)):
        yield f"group {group} is {'taken' if is_wanted else 'refused'}", bool(
            handshake(port, "-tls1_3" if is_wanted else "-tls1_2", "-groups", group, "-cipher", "ALL:@SECLEVEL=0")) == is_wanted
    yield "a SHA-1 signature is refused", not handshake(port, "-tls1_2", "-sigalgs", "ECDSA+SHA1", "-cipher", "ALL:@SECLEVEL=0")
    text = handshake(port, "-CAfile", authority.file, "-verify_return_error", "-verify_hostname", "localhost", "-alpn", "h2,http/1.1")
    yield "the chain verifies and the name fits", "Verify return code: 0 (ok)" in text
    yield "ALPN agrees on HTTP/1.1", "ALPN protocol: http/1.1" in text
    yield "nothing is compressed", "Compression: NONE" in text
    text = handshake(port, "-tls1_2")
    yield "renegotiation is safe where it exists", "Secure Renegotiation IS supported" in text
    done = openssl("s_client", "-connect", f"127.0.0.1:{port}", "-tls1_2", said=b"R\n")
    yield "a client may not renegotiate", b"RENEGOTIATING" in done.stdout + done.stderr and b"no renegotiation" in done.stderr
    for version in ("-tls1_2", "-tls1_3"):
        text = openssl("s_client", "-connect", f"127.0.0.1:{port}", version, "-reconnect").stdout.decode(errors="replace") \
            if version == "-tls1_2" else resumed_13(port, authority)
        yield f"a session of TLS {version[4:].replace('_', '.')} is taken up again", "Reused, TLSv1" in text
    context = ssl.create_default_context(cafile=authority.file)
    connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
    connection.request("GET", "/nothing-here")
    yield "a problem document arrives as ever", connection.getresponse().status == 404
    connection.close()


def resumed_13(port, authority):
    """Tickets of TLS 1.3 come after the handshake: one connection saves its session, the next brings it."""
    session = authority.folder + "/session"
    request = b"GET /nothing-here HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    place = ("-connect", f"127.0.0.1:{port}", "-tls1_3", "-ign_eof")
    openssl("s_client", *place, "-sess_out", session, said=request)
    return openssl("s_client", *place, "-sess_in", session, said=request).stdout.decode(errors="replace")


def client(port, authority_file, number, stop, results):
    """Asks until told to stop, on new connections and on kept ones."""
    count, failures, serials, connection = 0, [], set(), None
    context = ssl.create_default_context(cafile=authority_file)
    while not stop.is_set() and len(failures) < 20:
        try:
            if connection is None:
                connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=context)
                connection.connect()
                serials.add(connection.sock.getpeercert()["serialNumber"])
            connection.request("GET", "/v1/documents")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 401: failures.append(f"status {answer.status}")
            count += 1
            if count % (number * 7 + 1) == 0:
                connection.close()
                connection = None
        except (OSError, http.client.HTTPException) as failure:
            failures.append(f"after {count}: {failure!r}"[:200])
            connection = None
    results.put((count, failures, serials))


def metric(server, name):
    connection = http.client.HTTPConnection("127.0.0.1", server.ops_port, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    found = re.search(rf'^postern_{name}{{listener="public"}} (\S+)$', text, re.M)
    return float(found[1]) if found else None


def until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end: return False
        time.sleep(.05)
    return True


def reload(server, authority, folder, seconds, failures):
    """Certificates change while clients work; the number of requests and of changes."""
    stop, results = multiprocessing.Event(), multiprocessing.Queue()
    clients = [multiprocessing.Process(target=client, args=(server.port, authority.file, n, stop, results)) for n in range(CLIENTS)]
    for process in clients: process.start()
    begin, changes = time.monotonic(), 0
    while time.monotonic() - begin < seconds or changes < 4:
        before = metric(server, "tls_certificate_renewals_total")
        install(authority.issue(), folder)
        # Every other change is told; the rest must be found.
        if changes % 2: server.process.send_signal(signal.SIGHUP)
        if not until(lambda: metric(server, "tls_certificate_renewals_total") > before):
            failures.append(f"change {changes} was not taken")
            break
        changes += 1
    other = authority.issue()
    install((authority.issue()[0], other[1]), folder)
    server.process.send_signal(signal.SIGHUP)
    if not until(lambda: metric(server, "tls_certificate_refusals_total") == 1): failures.append("a wrong pair was not refused")
    time.sleep(.3)
    stop.set()
    found = []
    for _ in clients:
        try: found.append(results.get(timeout=60))
        except queue.Empty: failures.append("a client did not end")
    for process in clients: process.join(10)
    failures += [x for f in found for x in f[1]]
    serials = set().union(*(f[2] for f in found)) if found else set()
    if len(serials) < changes: failures.append(f"{changes} certificates, {len(serials)} were seen")
    return sum(f[0] for f in found), changes


def main():
    program, work, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    authority = Authority(work)
    folder = work + "/tls"
    os.mkdir(folder)
    install(authority.issue(), folder)
    server = G.Gateway(program, work + "/data", tls={"certificate": folder + "/chain.pem", "key": folder + "/key.pem"},
                       limits={"address_requests_per_minute": 100000000})
    server.start()
    failures, rows = [], 0
    try:
        for what, holds in probe(server.port, authority):
            rows += 1
            print(f"{'ok    ' if holds else 'FAILED'} {what}")
            if not holds: failures.append(what)
        left = metric(server, "tls_certificate_expiry_seconds")
        if left is None or not 0 < left <= 86400: failures.append(f"tls_certificate_expiry_seconds is {left}")
        count, changes = reload(server, authority, folder, seconds, failures)
    finally:
        code = server.stop()
    if code: failures.append(f"the server ended with {code}")
    for failure in failures[:10]: print("failed:", failure)
    print(f"tls: {rows} rows, {changes} certificates replaced during {count} requests, {len(failures)} failed: "
          + ("ok" if not failures else "FAILED"))
    return bool(failures)


sys.exit(main())

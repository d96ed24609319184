"""Downloads through the redirect and through the gateway, with the programs that people download with.

usage: proxy.py PROGRAM FOLDER MEBIBYTES [wait]      with `wait` until a presigned URL is dead, two minutes
Each of curl -C -, wget -c and aria2c is cut off in the middle, starts again and must have the file. Then: what revocation ends, and when;
a store that dies, a gateway that is killed; what the log says of all that; the memory and CPU time of the server meanwhile."""
import hashlib, http.client, json, os, signal, socket, subprocess, sys, threading, time
from urllib.parse import urlsplit
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G

PROGRAM, FOLDER, MEBIBYTES, WAITS = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:] == ["wait"]
CUT_SECONDS, MEMORY_MIB_MAX = 1.0, 24
# How long it may take to ask once whether a URL is dead.
SAMPLE_SECONDS = 0.5
SCOPES = ["documents:read", "documents:write", "links:create", "links:revoke", "audit:read"]


def require(is_right, rule):
    if not is_right: sys.exit("BROKEN: " + rule)


class Site:
    """A gateway with one large document."""

    def __init__(self):
        self.gateway = G.Gateway(PROGRAM, FOLDER + "/data", limits={"downloads": 24})
        self.gateway.start()
        self.token = self.gateway.prepare("acme", SCOPES)
        self.document = self.api("POST", "/v1/documents", {"title": "Noise"}).json()["id"]
        self.size, self.digest = self.publish(G.sound(MEBIBYTES << 20))

    def api(self, method, path, body=None, headers=None, want=(200, 201, 204)):
        return G.call(self.gateway.connect(), method, path, body, self.token, headers, want)

    def publish(self, content):
        headers = {**G.upload_headers(content, "noise.wav"), "Content-Type": "audio/wav"}
        version = self.api("POST", f"/v1/documents/{self.document}/versions", content, headers, (201,)).json()["version"]
        require(version["size"] == len(content), "the sound is delivered as it is")
        return version["size"], version["sha256"]

    def policy(self, **members):
        policy = self.gateway.operator("GET", "/v1/tenants/acme/policy").json()
        self.gateway.operator("PUT", "/v1/tenants/acme/policy", {**policy, **members, "version": policy["version"] + 1})

    def link(self, **order):
        answer = self.api("POST", f"/v1/documents/{self.document}/links", order).json()
        return answer["url"], answer["id"]

    def events(self, link, kind, count=1):
        """The events of a link, once there are at least so many."""
        for _ in range(100):
            found = [json.loads(item["leaf"]) for item in
                     self.api("GET", f"/v1/audit/events?link={link}&type={kind}&limit=200").json()["items"]]
            if len(found) >= count: return found
            time.sleep(0.05)
        sys.exit(f"BROKEN: {len(found)} of {count} {kind} in the log")

    def cpu_seconds(self):
        pid = self.gateway.process.pid
        return sum(int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0]) for task in os.listdir(f"/proc/{pid}/task")) / 1e9

    def memory_mib(self):
        return next(int(line.split()[1]) for line in open(f"/proc/{self.gateway.process.pid}/status") if line.startswith("VmRSS")) / 1024


class Peak(threading.Thread):
    """The most memory that the server has while a block runs."""

    def __init__(self, site):
        super().__init__(daemon=True)
        self.site, self.over, self.first, self.most = site, threading.Event(), site.memory_mib(), 0

    def run(self):
        while not self.over.wait(0.02): self.most = max(self.most, self.site.memory_mib())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()

    @property
    def growth(self): return max(0, self.most - self.first)


def sha256(path):
    with open(path, "rb") as file: return hashlib.file_digest(file, "sha256").hexdigest()


# Programs, each with the options for a slow line and for the rest at full speed.
def curl(url, path, slow):
    return ["curl", "-sSL", "-C", "-", "-o", path, *(["--limit-rate", "4M"] if slow else []), url]


def wget(url, path, slow):
    return ["wget", "-q", "-c", "-O", path, *(["--limit-rate=4m"] if slow else []), url]


def aria2(url, path, slow):
    return ["aria2c", "-q", "-c", "-x", "8", "-s", "8", "-k", "1M", "--file-allocation=none", "--auto-save-interval=1", "-d",
            os.path.dirname(path), "-o", os.path.basename(path), *(["--max-overall-download-limit=4M"] if slow else []), url]


def present(path):
    """Bytes on the disk; aria2c writes holes."""
    return os.stat(path).st_blocks * 512 if os.path.exists(path) else 0


def resume(site, name, program, is_killed):
    """Downloads, is cut off in the middle, goes on: the whole file."""
    url, link = site.link()
    path = f"{FOLDER}/{name}.wav"
    first = subprocess.Popen(program(url, path, True), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while present(path) < site.size // 4:
        require(first.poll() is None and time.monotonic() < end, f"{name} reaches a quarter")
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL if is_killed else signal.SIGINT)
    first.wait()
    require(present(path) < site.size, f"{name} was cut off in the middle")
    done = subprocess.run(program(url, path, False), capture_output=True, text=True, timeout=300)
    require(done.returncode == 0, f"{name} resumes: {done.returncode} {(done.stdout + done.stderr)[-300:]}")
    require(sha256(path) == site.digest, f"{name} has the file")
    os.remove(path)
    return link


def reader(url, rate=None):
    """Starts to read a body; the connection and the answer after the redirects."""
    for _ in range(3):
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        connection.connect()
        if rate: connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        connection.request("GET", parts.path + ("?" + parts.query if parts.query else ""))
        answer = connection.getresponse()
        if answer.status != 303: return connection, answer
        url = answer.headers["Location"]
    sys.exit("BROKEN: too many redirects")


def read_until_cut(answer, pause=0.0):
    """Reads on; the bytes and whether that was all."""
    count = 0
    try:
        while piece := answer.read1(64 << 10):
            count += len(piece)
            if pause: time.sleep(pause)
    except (ConnectionError, http.client.IncompleteRead):
        pass
    # read1 ends at a cut connection without a word.
    return count


def proxied_revocation(site):
    """Revokes links while customers read, fast, slowly or not at all; the longest time until the connections were cut."""
    longest = 0
    for pause in [0.01, 0.2, None]:
        url, link = site.link()
        connection, answer = reader(url, rate=True)
        require(answer.status == 200, "a proxied download begins")
        answer.read1(1000)
        ended, count = [], [1000]

        def read():
            if pause is None:
                # Waits for the reset without taking a byte.
                while time.monotonic() < start + 10:
                    if connection.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR): break
                    time.sleep(0.005)
            else:
                count[0] += read_until_cut(answer, pause)
            ended.append(time.monotonic())

        start = time.monotonic()
        thread = threading.Thread(target=read)
        thread.start()
        time.sleep(0.3)
        begin = time.monotonic()
        revoked = site.api("DELETE", f"/v1/links/{link}").json()
        require(revoked["residual_exposure_seconds"] == 1, "a running download is an exposure of one second")
        thread.join(20)
        require(ended and count[0] < site.size, "the download is cut")
        longest = max(longest, ended[0] - begin)
        end = site.events(link, "download.end")[0]
        require(end["out"] == "aborted" and end["why"] == "link-revoked", "the log says who cut it")
        require(count[0] <= end["xfer"]["sent"] < site.size, f"the log counts what was sent: {count[0]} of {end['xfer']}")
        require(site.api("DELETE", f"/v1/links/{link}").json()["residual_exposure_seconds"] == 0, "then nothing is exposed")
        connection.close()
    require(longest <= CUT_SECONDS, f"a revoked download is cut within a second: {longest:.2f}")
    return longest


def redirected_revocation(site):
    """The presigned URL of a revoked link works for as long as the revocation said, and not longer.

    A function that waits for its end and gives the seconds between the two."""
    site.policy(object_url_seconds=120)
    url, link = site.link()
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.request("GET", parts.path)
    location = connection.getresponse().headers["Location"]
    time.sleep(1.5)
    asked = time.monotonic()
    exposure = site.api("DELETE", f"/v1/links/{link}").json()["residual_exposure_seconds"]
    over = time.monotonic() + exposure
    require(110 <= exposure < 120, f"the exposure is the rest of the URL's life: {exposure}")
    require("X-Amz-Expires=120" in location, "and the URL says the same")
    many = site.api("POST", "/v1/link-revocations", {"document": site.document}).json()
    require(many["links"] == 0, f"no other link of the document lives: {many}")
    # The disk may be busy with what was just published.
    since = time.monotonic() - asked
    require(exposure - 1 - since <= many["residual_exposure_seconds"] <= exposure, f"all links of it expose the same, {since:.1f} s later: {many}")

    def status():
        place = urlsplit(location)
        store = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
        store.request("GET", place.path + "?" + place.query, headers={"Range": "bytes=0-0"})
        return store.getresponse().status

    require(status() == 206, "the presigned URL lives on")
    gone = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    gone.request("GET", parts.path)
    require(gone.getresponse().status == 410, "the link does not")
    seen = []

    def watch():
        time.sleep(over - 5 - time.monotonic())
        while time.monotonic() < over + 2:
            seen.append((time.monotonic() - over, status()))
            time.sleep(0.02)

    thread = threading.Thread(target=watch, daemon=True)
    if WAITS: thread.start()

    def lived():
        thread.join()
        alive, dead = [moment for moment, code in seen if code == 206], [moment for moment, code in seen if code == 403]
        require(alive and dead and len(alive) + len(dead) == len(seen), "the presigned URL was watched until it was dead")
        # The seconds are whole, rounded up, and count from a moment while the revocation was under way.
        early, late = asked + exposure - over - 1 - SAMPLE_SECONDS, SAMPLE_SECONDS
        require(early < alive[-1] < dead[0] < late,
                f"it dies when the exposure is over: alive at {alive[-1]:+.2f} s, dead at {dead[0]:+.2f} s, not from {early:+.2f} s to {late:+.2f} s")
        return dead[0]

    return lived


def whole(site):
    """Reads the file at full speed; memory and CPU time that it costs."""
    url, link = site.link()
    before = site.cpu_seconds()
    with Peak(site) as peak:
        begin = time.monotonic()
        _, answer = reader(url)
        digest = hashlib.sha256()
        while piece := answer.read(1 << 20): digest.update(piece)
        seconds = time.monotonic() - begin
    require(digest.hexdigest() == site.digest, "the whole file arrives")
    end = site.events(link, "download.end")[0]
    require(end["out"] == "success" and end["xfer"]["sent"] == site.size, "the log counts every byte")
    return peak.growth, (site.cpu_seconds() - before) * (1 << 30) / site.size, seconds


def slow_readers(site, count=16):
    """Memory that readers hold who take almost nothing."""
    url, _ = site.link()
    with Peak(site) as peak:
        readers = [reader(url, rate=True) for _ in range(count)]
        time.sleep(1)
        connection, answer = reader(url)
        require(answer.status == 503 and answer.headers["Retry-After"], "the 17th download of one link must wait")
    for connection, _ in readers: connection.close()
    return peak.growth / count


def killed(site):
    """The gateway dies under a download: the next one says so."""
    url, link = site.link()
    connection, answer = reader(url, rate=True)
    answer.read1(1000)
    site.gateway.kill(whole_group=True)
    require(read_until_cut(answer) < site.size, "a killed gateway sends no more")
    site.gateway.start()
    end = site.events(link, "download.end")[0]
    require(end["out"] == "aborted" and end["why"] == "gateway-restarted" and "sent" not in end["xfer"], "the next gateway ends it")


def main():
    site = Site()
    lived = redirected_revocation(site)
    resumed = 0
    for mode in ["redirect", "proxy"]:
        site.policy(delivery=mode)
        for name, program in [("curl", curl), ("wget", wget), ("aria2c", aria2)]:
            link = resume(site, f"{mode}-{name}", program, is_killed=name != "aria2c")
            resumed += 1
            if mode == "redirect": continue
            ends = site.events(link, "download.end", 2)
            starts = site.events(link, "download.start", len(ends))
            require({e["xfer"]["dlv"] for e in starts} == {e["xfer"]["dlv"] for e in ends}, "each start has its end")
            require(sum(e["xfer"]["sent"] for e in ends) >= site.size, "what was sent makes up the file")
            require(any(e["out"] == "success" for e in ends) and any(e["out"] == "aborted" for e in ends), "one was cut, one whole")
            print(f"{name}: {len(ends)} requests, {sum(e['xfer']['sent'] for e in ends) / site.size:.2f} times the file")
    whole(site)
    growth, cpu, seconds = whole(site)
    require(growth <= MEMORY_MIB_MAX, f"the memory of a download is bounded: {growth:.1f} MiB")
    each = slow_readers(site)
    require(each <= 2, f"a slow reader holds little memory: {each:.2f} MiB")
    longest = proxied_revocation(site)
    if WAITS: print(f"the presigned URL of a revoked link was dead {lived():+.2f} s from the moment that the revocation named")
    killed(site)
    require(site.gateway.stop() == 0, "the gateway stops")
    print(f"{resumed} resumed downloads equal, cut after {longest:.2f} s, {MEBIBYTES} MiB in {seconds:.2f} s with {growth:.1f} MiB more memory, "
          f"{cpu:.2f} s CPU per GiB, {each:.2f} MiB per slow reader")


main()

"""Downloads in Chromium that break off and go on: by themselves, by the button of its downloads page, after a restart of the gateway.

usage: resume.py POSTERN FOLDER MEBIBYTES
Everything that Chromium asks goes through a relay of this program, which cuts connections and remembers what was asked.
Last line: resume: passed=N failed=N."""
import hashlib, os, random, socket, sys, threading, time
from urllib.parse import urlsplit
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G
from customerhouse import Browser, House, check, finish

PROGRAM, FOLDER, SIZE = sys.argv[1], sys.argv[2], int(sys.argv[3]) << 20
SECONDS_MAX = 120


class Relay:
    """An HTTP proxy for one browser: one request a connection, only to this machine."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.reset()
        threading.Thread(target=self.accept, daemon=True).start()

    def reset(self, cut_after=None, at_cut=lambda: None):
        """Forgets what was asked; the next answer with more than `cut_after` bytes ends there, and `at_cut` is called before."""
        self.asked, self.cut_after, self.at_cut, self.is_open = [], cut_after, at_cut, True

    def close(self): self.is_open = False

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        with client:
            try: self.exchange(client)
            # Either side may be gone at any time; that is what this program is about.
            except OSError: pass

    def exchange(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            if not (piece := client.recv(65536)): return
            head += piece
        head, _, body = head.partition(b"\r\n\r\n")
        (method, url, _), *lines = [line.split(" ", 2) for line in head.decode("latin1").split("\r\n")]
        place, fields = urlsplit(url), {line[0].rstrip(":").lower(): " ".join(line[1:]) for line in lines}
        if place.hostname != "127.0.0.1" or not self.is_open: return
        while len(body) < int(fields.get("content-length", 0)): body += client.recv(65536)
        kept = [f"{name}: {value}" for name, value in fields.items() if name not in ("connection", "proxy-connection")]
        asked = {"method": method, "path": place.path, "port": place.port, "range": fields.get("range"), "if-range": fields.get("if-range")}
        with socket.socket() as server:
            # What waits here unread has been sent for the gateway: a cut must not find the whole rest of the file here.
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
            server.connect((place.hostname, place.port))
            target = place.path + (f"?{place.query}" if place.query else "")
            server.sendall("\r\n".join([f"{method} {target} HTTP/1.1", *kept, "Connection: close", "", ""]).encode("latin1") + body)
            answer = b""
            while b"\r\n\r\n" not in answer:
                if not (piece := server.recv(65536)): return
                answer += piece
            head, _, rest = answer.partition(b"\r\n\r\n")
            asked |= {"status": int(head.split(b" ")[1]), "sent": len(rest)}
            asked["tag"] = next((line[5:].strip().decode() for line in head.split(b"\r\n") if line.lower().startswith(b"etag:")), None)
            self.asked.append(asked)
            client.sendall(answer)
            while piece := server.recv(262_144):
                asked["sent"] += len(piece)
                client.sendall(piece)
                if self.cut_after and asked["sent"] > self.cut_after:
                    self.cut_after, asked["cut"] = None, True
                    return self.at_cut()

    def files(self):
        """The requests that were answered with bytes of a file."""
        return [asked for asked in self.asked if asked["sent"] > SIZE // 100]


def digest(path):
    with open(path, "rb") as file: return hashlib.file_digest(file, "sha256").hexdigest()


def eventually(holds):
    """What becomes true in time, or the last try."""
    until = time.monotonic() + SECONDS_MAX
    while not (found := holds()) and time.monotonic() < until: time.sleep(.05)
    return found


def press_resume(browser):
    """Presses "Resume" of the newest download; whether it is there."""
    return browser.driver.execute_script("""
        const item = document.querySelector('downloads-manager')?.shadowRoot.querySelector('downloads-item')?.shadowRoot
        const menu = item?.querySelector('#more-actions'), button = item?.querySelector('#pause-or-resume')
        if (!button?.checkVisibility()) { menu?.click(); return false }
        if (button.innerText.trim() !== 'Resume') return false
        button.click()
        return true""")


def begin(browser, link):
    """Opens a link, and presses the button of its page if it has one."""
    browser.open(link["url"])
    if link["page"]: browser.button().click()


def resumed(house, browser, relay, document, mode, order, way, wanted, changed=None):
    """One download that is cut at a random place; what was asked and what came."""
    name = f"{mode}, {'a link with one use' if order else 'a link'}, {way}"
    for file in os.listdir(browser.downloads): os.remove(f"{browser.downloads}/{file}")
    # Links are remembered by the browser's downloads page; each is new.
    link = {**house.link(document, **order), "page": bool(order)}
    if way == "by itself": at_cut = lambda: None
    elif way == "after a restart": at_cut = lambda: house.gateway.kill(whole_group=True)
    else: at_cut = relay.close
    relay.reset(random.randrange(SIZE // 4, SIZE // 2), at_cut)
    begin(browser, link)
    eventually(lambda: any("cut" in asked for asked in relay.asked))
    if way != "by itself":
        browser.open("chrome://downloads")
        if way == "after a restart": house.gateway.start()
        if changed: changed()
        relay.is_open = True
        check(f"{name}: the browser offers to go on", eventually(lambda: press_resume(browser)))
    eventually(lambda: os.listdir(browser.downloads) == ["noise.wav"])
    files = os.listdir(browser.downloads)
    check(f"{name}: the file is whole", files == ["noise.wav"] and digest(f"{browser.downloads}/noise.wav") == wanted, files)
    # Paths carry tokens.
    told = [{key: value for key, value in asked.items() if key != "path"} for asked in relay.asked]
    first, *rest = relay.files()
    check(f"{name}: it was cut once and went on once", first["status"] == 200 and "cut" in first and len(rest) == 1, told)
    second, begins = rest[0], int((rest[0]["range"] or "bytes=0-")[6:-1])
    check(f"{name}: both parts came from {'the store' if mode == 'redirect' else 'the gateway'}",
          {first["port"], second["port"]} == {house.gateway.store_port if mode == "redirect" else house.gateway.port} and first["path"] == second["path"], told)
    check(f"{name}: it went on at the cut, if the file is the same",
          0 < begins <= first["sent"] and second["if-range"] == first["tag"] and not first["tag"].startswith("W/"), told)
    if changed:
        check(f"{name}: the other file came whole", second["status"] == 200 and second["tag"] != first["tag"], told)
    else:
        check(f"{name}: only the rest came", second["status"] == 206 and begins + second["sent"] == SIZE + 44, told)
    if order:
        pressed = sum(asked["method"] == "POST" for asked in relay.asked)
        check(f"{name}: the use was used once", (house.state(link)["uses_left"], pressed) == (0, 1), pressed)
    if mode == "proxy":
        ends = eventually(lambda: len(found := house.events(link, "download.end")) == 2 and found)
        check(f"{name}: the log has both ends", ends and sorted(end["out"] for end in ends) == ["aborted", "success"], ends)



house, relay = House(PROGRAM, FOLDER), Relay()
try:
    content = G.sound(SIZE, 1)
    document, _ = house.publish("Noise", content, "noise.wav")
    wanted = hashlib.sha256(content).hexdigest()
    browser = Browser(FOLDER, "resume", proxy=relay.address)
    try:
        for mode in ("redirect", "proxy"):
            house.policy(f"delivery={mode}")
            for way in ("by itself", "by hand", "after a restart"):
                for order in ({}, {"max_downloads": 1}): resumed(house, browser, relay, document, mode, order, way, wanted)
        changed = G.sound(SIZE, 2)
        resumed(house, browser, relay, document, "proxy", {}, "by hand, while the file changes", hashlib.sha256(changed).hexdigest(),
                lambda: house.publish("", changed, "noise.wav", document))
    finally:
        browser.quit()
finally:
    if house.gateway.process.poll() is None: house.gateway.stop()
finish("resume")

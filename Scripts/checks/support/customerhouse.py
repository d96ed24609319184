"""What the checks of the customer's side share: a gateway with a portal that issues links, Chromium, and a count of rules."""
import json, os, re, sys, time
from urllib.parse import quote
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G
from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.webdriver.common.by import By

SCOPES = ["documents:read", "documents:write", "links:create", "links:revoke", "presigned:create", "audit:read", "tenant:admin"]
passed = failed = 0
tokens = []


def check(name, holds, told=""):
    """Counts a rule that holds, or says what stands against it."""
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(f"{'ok' if holds else 'FAILED'}: {name}{'' if holds else f': {told}'}", flush=True)


def finish(name):
    """The last line of a check, and its end."""
    print(f"{name}: passed={passed} failed={failed}")
    sys.exit(1 if failed else 0)


class House:
    """A gateway with one tenant, and a portal that issues links."""

    def __init__(self, program, folder, **settings):
        self.gateway = G.Gateway(program, folder + "/data", limits={"address_requests_per_minute": 10_000_000, "downloads": 24}, **settings)
        self.gateway.start()
        self.token = self.gateway.prepare("acme", SCOPES)

    def publish(self, title, content, name, document=None):
        connection = self.gateway.connect()
        if document is None: document = G.call(connection, "POST", "/v1/documents", {"title": title}, self.token).json()["id"]
        headers = G.upload_headers(content, "name")
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        upload = G.call(connection, "POST", f"/v1/documents/{document}/versions", content, self.token, headers, want=None)
        if upload.status != 201: raise G.Refused(upload.body[:300])
        return document, upload.json()["version"]["id"]

    def link(self, document=None, **order):
        made = G.call(self.gateway.connect(), "POST", f"/v1/documents/{document or self.document}/links", {"expires_in": 600, **order}, self.token).json()
        tokens.append(made["url"].rsplit("/", 1)[1])
        return made

    def policy(self, *changes):
        done = self.gateway.command("policy", "set", "--tenant", "acme", *changes)
        if done.returncode: raise G.Refused(done.stderr)

    def revoke(self, link):
        return G.call(self.gateway.connect(), "DELETE", f"/v1/links/{link['id']}", token=self.token).json()

    def state(self, link):
        return G.call(self.gateway.connect(), "GET", f"/v1/links/{link['id']}", token=self.token).json()

    def events(self, link, kind):
        """The first 200 events of one kind of a link."""
        query = f"/v1/audit/events?link={link['id']}&type={kind}&limit=200"
        return [json.loads(item["leaf"]) for item in G.call(self.gateway.connect(), "GET", query, token=self.token).json()["items"]]

    def knock(self, method, path, headers=None, body=None):
        connection = self.gateway.connect()
        connection.request(method, path, body, headers or {})
        return G.Answer(connection.getresponse())

    def press(self, path):
        page = self.knock("GET", path)
        nonce = re.search(rb'name="nonce" value="([^"]+)"', page.body)[1].decode()
        cookie = page.headers["Set-Cookie"].split(";")[0]
        return lambda: self.knock("POST", path, {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}, "nonce=" + nonce).status


class Browser:
    """One profile of Chromium."""

    def __init__(self, folder, name, language="en-GB,en", pictures=None, proxy=None):
        self.pictures, self.downloads = pictures, f"{folder}/downloads-{name}"
        os.makedirs(self.downloads)
        options = webdriver.ChromeOptions()
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", "--hide-scrollbars", f"--user-data-dir={folder}/profile-{name}", "--window-size=1000,800"):
            options.add_argument(flag)
        if proxy:
            # Chromium goes past a proxy to addresses of this machine unless it is told not to.
            options.add_argument(f"--proxy-server={proxy}")
            options.add_argument("--proxy-bypass-list=<-loopback>")
        options.add_experimental_option("prefs", {"download.default_directory": self.downloads, "intl.accept_languages": language,
                                                  "download.prompt_for_download": False})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.binary_location = "/usr/bin/chromium"
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(30)

    def open(self, url): self.driver.get(url)

    def heading(self): return self.driver.execute_script("return document.querySelector('h1')?.textContent")

    def text(self): return self.driver.execute_script("return document.body.innerText")

    def becomes(self, heading):
        """Whether the page gets a heading, which a press of the button leads to."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if self.heading() == heading: return True
            time.sleep(.05)
        return False

    def emulate(self, dark=False, phone=False):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        width, height = (360, 720) if phone else (1000, 800)
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone})

    def picture(self, name): self.driver.save_screenshot(f"{self.pictures}/{name}.png")

    def look(self, name):
        """The page in light, dark and on a phone: a picture of each, judged by axe, with nothing cut off or said on the console."""
        for mode, setting in (("light", {}), ("dark", {"dark": True}), ("phone", {"phone": True}), ("phone-dark", {"phone": True, "dark": True})):
            self.emulate(**setting)
            time.sleep(.1)
            self.picture(f"{name}-{mode}")
            found = [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:90]}" for v in Axe().run(self.driver)["violations"]]
            check(f"axe finds nothing on {name}, {mode}", not found, found)
            wide = self.driver.execute_script("return document.documentElement.scrollWidth > window.innerWidth")
            check(f"nothing of {name} is cut off, {mode}", not wide)
        self.emulate()
        said = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING") and "status of 4" not in entry["message"]]
        check(f"{name} breaks no rule of its own policy", not said, said)

    def saved(self, count):
        """The files of finished downloads, once there are so many."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            names = [n for n in os.listdir(self.downloads) if not n.endswith(".crdownload") and not n.startswith(".")]
            if len(names) >= count: return {n: open(f"{self.downloads}/{n}", "rb").read() for n in names}
            time.sleep(.05)
        return {}

    def requests(self):
        """The URLs that were asked for since the last time."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append((message["params"]["request"]["url"], message["params"]["request"]["headers"]))
        return found

    def button(self): return self.driver.find_element(By.TAG_NAME, "button")

    def quit(self): self.driver.quit()

"""Ten thousand file names through the builder of Content-Disposition, read by clients that others wrote.

usage: filenames.py POSTERN-CONFORMANCE FOLDER

Werkzeug and aiohttp read the extended name (RFC 8187) and must agree with each other; what they read must be the
name that was given, or one that is reduced safely. curl saves under the plain name and must stay in its folder."""
import base64, http.server, os, random, re, subprocess, sys, threading, unicodedata
from aiohttp.multipart import content_disposition_filename, parse_content_disposition
from werkzeug.http import parse_options_header

PROGRAM, FOLDER = sys.argv[1:3]
COUNT, SAVED, ENDING = 10_000, 300, ".pdf"
HARD = list(" .\"\\/%;='*:-_~$`|<>?&") + ["\r\n", "\t", "\0", "\x7f", "\x1b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\u3000",
       "ä", "ß", "漢", "😀", "e\u0301", "%41", "%22", "UTF-8''", "filename=", "\r\nSet-Cookie: a=b\r\n\r\n", "../", "..\\", "C:", ".exe", ".PDF.exe",
       ".pdf", ".txt", ".htm.", "CON", "nul.", "\U000e0041", "\U0001f1e9\U0001f1ea", "\ufffd"]
source, failed = random.Random(57), []


def name():
    parts = []
    for _ in range(source.randrange(14)):
        kind = source.random()
        if kind < .45: parts.append(source.choice(HARD))
        elif kind < .6: parts.append(chr(source.choice([source.randrange(1, 0xd800), source.randrange(0xe000, 0x110000)])))
        else: parts.append("".join(source.choice("abcdefgXYZ 0123456789") for _ in range(source.randrange(1, 30))))
    return "".join(parts)


def hidden(text):
    return any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs") for c in text)


def letters(text):
    """What is left of a name if only what no system minds counts."""
    return "".join(c for c in text if c.isalnum())


def judge(asked, value):
    if not re.fullmatch(r"attachment; filename=\"[ -~]*\"(; filename\*=UTF-8''[!-~]+)?", value): return "form"
    kind, options = parse_options_header(value)
    one, other = options.get("filename"), content_disposition_filename(parse_content_disposition(value)[1])
    if kind != "attachment" or one != other: return f"read as {one!r} and {other!r}"
    stem = one[:-len(ENDING)]
    if not one.endswith(ENDING) or not stem or len(one.encode()) > 255: return "ending or length"
    if hidden(one) or re.search(r'[/\\:]', one) or one[0] in ".- " or stem[-1:] == "\0": return "something harmful"
    if re.search(r"\.(exe|pdf|txt|htm)[. ]*$", stem, re.I): return "a second ending"
    if re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)", stem.split(".")[0].strip(), re.I): return "a device"
    plain = asked.lstrip(" .-").rstrip(" .")
    if re.fullmatch(r"[A-Za-z0-9äß漢 _-]+", plain) and len(plain.encode()) < 200 and not hidden(asked):
        if stem.lstrip("_") != plain.lstrip("_"): return f"changed without need: {plain!r}"
    # Nothing may come from elsewhere: the letters are those that were asked for, in their order.
    kept = letters(stem)
    pool = iter(letters(asked + ("" if letters(asked) else "download")) + "download")
    if not all(any(c == d for d in pool) for c in kept): return f"letters of its own: {kept!r}"


names = [name() for _ in range(COUNT)]
lines = "".join(base64.b64encode(n.encode()).decode() + "\n" for n in names)
done = subprocess.run([PROGRAM, "disposition", ENDING[1:]], input=lines, capture_output=True, text=True, timeout=120)
values = done.stdout.split("\n")[:-1]
if done.returncode or len(values) != COUNT: sys.exit(f"{len(values)} values, {done.stderr[-300:]}")
for asked, value in zip(names, values):
    fault = judge(asked, value)
    if fault: failed.append(f"{fault}: {asked!r} -> {value!r}")


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Disposition", values[int(self.path[1:])])
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_): pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
saved = 0
for index in range(SAVED):
    folder = f"{FOLDER}/names/{index}"
    os.makedirs(folder)
    ran = subprocess.run(["curl", "-sSOJ", f"http://127.0.0.1:{server.server_port}/{index}"], cwd=folder, capture_output=True, text=True, timeout=30)
    found, plain = os.listdir(folder), re.search(r'filename="([^"]*)"', values[index])[1]
    # curl drops what stands before a slash, which the plain name has none of.
    if ran.returncode or found != [plain]: failed.append(f"curl: {names[index]!r} -> {found} {ran.stderr[-100:]}")
    else: saved += 1
stray = [entry for entry in os.listdir(f"{FOLDER}/names") if not entry.isdigit()]
if stray: failed.append(f"outside of its folder: {stray}")
for line in failed[:20]: print("FAILED:", line)
print(f"names: {COUNT} read alike by werkzeug and aiohttp, {saved} saved by curl, failed={len(failed)}")
sys.exit(1 if failed else 0)

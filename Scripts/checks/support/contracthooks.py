"""What schemathesis cannot read in openapi.json: the formats that it explains in words, and identifiers that exist.

Loaded by schemathesis (SCHEMATHESIS_HOOKS); POOL names a JSON file with identifiers by format."""
import base64, json, os, unicodedata, uuid
import schemathesis
from hypothesis import strategies as st

with open(os.environ["POOL"]) as file:
    POOL = json.load(file)

DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
visible = st.text(st.characters(exclude_categories=("Cc", "Cf", "Zl", "Zp", "Cs", "Cn", "Co")), min_size=1, max_size=40)
printable = visible.filter(lambda text: len(text.encode()) <= 64)
moment = st.datetimes().map(lambda moment: moment.strftime("%Y").zfill(4) + moment.strftime("-%m-%dT%H:%M:%SZ"))


def identifier(kind):
    """An identifier that exists, mostly, or one that does not."""
    absent = st.builds(lambda first, rest: f"{kind}_{first}{rest}", st.sampled_from("01234567"),
                       st.text(DIGITS, min_size=25, max_size=25))
    known = POOL.get(kind + "-id", [])
    return st.one_of(st.sampled_from(known), st.sampled_from(known), absent) if known else absent


for kind in ["doc", "ver", "lnk", "upl", "grt", "hld", "evt", "dlv", "tok"]:
    schemathesis.openapi.format(kind + "-id", identifier(kind))
schemathesis.openapi.format("printable", printable)
schemathesis.openapi.format("date-time", moment)
schemathesis.openapi.format("period", st.dates().map(lambda day: day.isoformat()).flatmap(
    lambda text: st.sampled_from([text[:4], text[:7], text])))
schemathesis.openapi.format("words", printable.filter(lambda text: any(unicodedata.category(c) in ("Lu", "Ll", "Lo", "Nd") for c in text)))
schemathesis.openapi.format("tenant-id", st.sampled_from(POOL["tenant-id"]))
schemathesis.openapi.format("pseudonym", st.sampled_from(POOL["pseudonym"]))
schemathesis.openapi.format("tile-path", st.sampled_from(["0/000.p/1", "0/000", "data/000.p/1", "9/9"]))
schemathesis.openapi.format("version-choice", st.one_of(st.just("current"), identifier("ver")))
schemathesis.openapi.format("grant-subject", st.one_of(
    st.just("everyone"), printable.map(lambda name: "role:" + name), printable.map(lambda name: "user:" + name)))
schemathesis.openapi.format("grant-documents", st.one_of(
    st.just("all"), st.just("type:invoice"), st.just("label:site-photo"), identifier("doc")))
schemathesis.openapi.format("idempotency-key", st.text([chr(code) for code in range(0x21, 0x7f)], min_size=1, max_size=60))
schemathesis.openapi.format("scrub-answers", st.sampled_from(["comments=refuse", "comments=drop,hidden=refuse", "signed=refuse"]))
schemathesis.openapi.format("role-list", st.lists(printable.filter(lambda name: "," not in name), min_size=1, max_size=4).map(",".join))
schemathesis.openapi.format("prefer", st.sampled_from(["wait=0", "wait=1", "respond-async", "wait=10"]))


schemathesis.openapi.format("repr-digest", st.binary(min_size=32, max_size=32).map(
    lambda digest: "sha-256=:" + base64.b64encode(digest).decode() + ":"))
schemathesis.openapi.format("link-token", st.sampled_from(POOL["link-token"]))


@schemathesis.hook
def before_call(context, case, kwargs):
    """What a schema cannot say of a valid request: a cursor comes from the gateway, roles go with a subject, and whether somebody
    else may see what was just created is a matter of grants."""
    if case.meta is None or not case.meta.generation.mode.is_positive: return
    query = case.query or {}
    if "cursor" in query: del query["cursor"]
    if "roles" in query and "subject" not in query: del query["roles"]
    if case.method.upper() == "PUT" and case.path.endswith("/policy") and isinstance(case.body, dict):
        # Behind a policy that takes no byte and forbids everything the rest of the run would meet nothing else.
        case.body.update(upload_bytes_max=1 << 20, presigned_allowed=True)
    if case.meta.phase.name.name != "STATEFUL": return
    if isinstance(case.body, dict): case.body.pop("recipient", None)
    # A key that was used before gives the first answer, whose thing may be gone by now.
    if case.headers and "Idempotency-Key" in case.headers: case.headers["Idempotency-Key"] = str(uuid.uuid4())

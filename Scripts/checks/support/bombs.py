"""Office documents and archives that unpack to far more than they are, or make a reader work: each refused with a code or cleaned in time and memory.

usage: bombs.py POSTERN-CONFORMANCE FOLDER      generates some 60 MB and runs each through scrubber and second reading
last line: bombs=N refused=N clean=N wrong=N slowest_s=N most_MiB=N; seconds are of the processor, since others use it too"""
import io, json, os, random, resource, subprocess, sys, zipfile

GIGABYTE, SECONDS, MEBIBYTES = 1 << 30, 10, 512
OFFICE = "http://schemas.openxmlformats.org"
WORD, SHEET = f"{OFFICE}/wordprocessingml/2006/main", f"{OFFICE}/spreadsheetml/2006/main"
RELATION = f"{OFFICE}/officeDocument/2006/relationships"
TEXT = (f'<w:document xmlns:w="{WORD}"><w:body>', "</w:body></w:document>")
CELLS = (f'<worksheet xmlns="{SHEET}"><sheetData>', "</sheetData></worksheet>")
ODF = ('<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>',
       "</office:body></office:document-content>")


def relations(*entries):
    listed = "".join(f'<Relationship Id="{name}" Type="{RELATION}/{kind}" Target="{target}"/>' for name, kind, target in entries)
    return f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{listed}</Relationships>'


def member(archive, name, around, piece, size):
    """A text of `size` bytes that is one piece again and again."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    block = (piece * ((1 << 20) // len(piece) + 1)).encode()
    with archive.open(info, "w") as target:
        target.write(around[0].encode())
        for _ in range(size // len(block)): target.write(block)
        target.write(around[1].encode())


def package(kind, fill):
    """A package whose main part is `a.xml`; `fill` writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{OFFICE}/package/2006/content-types">'
                         '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
                         f'<Override PartName="/a.xml" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>')
        archive.writestr("_rels/.rels", relations(("r", "officeDocument", "a.xml")))
        fill(archive)
    return file.getvalue()


def document(piece, size): return package("wordprocessingml.document", lambda archive: member(archive, "a.xml", TEXT, piece, size))


def body(text): return package("wordprocessingml.document", lambda archive: archive.writestr("a.xml", text.join(TEXT)))


def sheet(size): return package("spreadsheetml.sheet", lambda archive: member(archive, "a.xml", CELLS, '<row><c r="A1"><v>1</v></c></row>', size))


def open_document(size):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        member(archive, "content.xml", ODF, "<text:p>aaaaaaaa</text:p>", size)
    return file.getvalue()


def nest(levels):
    """Sixteen documents in each document."""
    if levels == 0: return document(" ", 60 << 20)
    inner = nest(levels - 1)

    def fill(archive):
        for index in range(16): archive.writestr(f"e{index}.docx", inner)
        archive.writestr("_rels/a.xml.rels", relations(*((f"e{index}", "package", f"e{index}.docx") for index in range(16))))
        archive.writestr("a.xml", "".join(TEXT))
    return package("wordprocessingml.document", fill)


def forty_two():
    """Sixteen archives in each archive."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive: member(archive, "0", ("", ""), "\0", 256 << 20)
    for _ in range(4):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
            for index in range(16): archive.writestr(f"lib{index}.zip", inner.getvalue())
        inner = outer
    return inner.getvalue()


def many(count):
    def fill(archive):
        archive.writestr("a.xml", "".join(TEXT))
        for index in range(count): archive.writestr(f"m/{index}.xml", "<a/>")
    return package("wordprocessingml.document", fill)


def headers(count):
    def fill(archive):
        archive.writestr("a.xml", "".join(TEXT))
        archive.writestr("_rels/a.xml.rels", relations(*((f"h{index}", "header", f"m/{index}.xml") for index in range(count))))
        for index in range(count): archive.writestr(f"m/{index}.xml", f'<w:hdr xmlns:w="{WORD}"/>')
    return package("wordprocessingml.document", fill)


def cells(rows):
    numbers = random.Random(1)
    text = "".join(f'<row r="{row}">' + "".join(f'<c r="{column}{row}"><v>{numbers.randint(0, 10 ** 8)}</v></c>' for column in "ABCDEFGHIJ") + "</row>" for row in range(1, rows + 1))

    def fill(archive):
        archive.writestr("_rels/a.xml.rels", relations(("rId1", "worksheet", "s.xml")))
        archive.writestr("a.xml", f'<workbook xmlns="{SHEET}" xmlns:r="{RELATION}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>')
        archive.writestr("s.xml", text.join(CELLS))
    return package("spreadsheetml.sheet", fill)


BOMBS = {
    "text.docx": (lambda: document(" ", GIGABYTE), "decompression-bomb"),
    "cells.xlsx": (lambda: sheet(GIGABYTE), "decompression-bomb"),
    "text.odt": (lambda: open_document(GIGABYTE), "decompression-bomb"),
    "changes.docx": (lambda: document('<w:del w:author="x"><w:r/></w:del>', 78 << 20), "clean"),
    "references.docx": (lambda: document("<w:p><w:r><w:t>&gt;&gt;</w:t></w:r></w:p>", 78 << 20), "clean"),
    "pieces.docx": (lambda: document("<w:p><w:r/></w:p>", 120 << 20), "clean"),
    "nest.docx": (lambda: nest(4), "too-many-parts"),
    "42.zip": (forty_two, "type-not-supported"),
    "members.docx": (lambda: many(100_000), "too-many-parts"),
    "headers.docx": (lambda: headers(20_000), "clean"),
    "million.xlsx": (lambda: cells(100_000), "clean"),
    "names.docx": (lambda: body("".join(f'<w:n{n} w:a{n}="1"/>' for n in range(1_000_000))), "too-many-parts"),
    "declarations.docx": (lambda: body("".join(f'<w:r xmlns:p{n % 5000}="urn:x{n}"/>' for n in range(1_000_000))), "malformed-file"),
    "attributes.docx": (lambda: body(("<w:r " + " ".join(f'a{n}=""' for n in range(95)) + "/>") * 50_000), "clean"),
    "deep.docx": (lambda: body(("<w:sdt>" * 240 + "</w:sdt>" * 240) * 10_000), "clean"),
}


def seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main(program, folder):
    counts, slowest = {"refused": 0, "clean": 0, "wrong": 0}, 0
    for name, (make, expected) in BOMBS.items():
        source = os.path.join(folder, "bomb-" + name)
        os.makedirs(source)
        with open(os.path.join(source, name), "wb") as file: file.write(make())
        before = seconds()
        # The program itself takes room as well.
        limit = (MEBIBYTES + 128) << 20
        run = subprocess.run([program, "scrub", source, os.path.join(folder, "out")], capture_output=True, text=True,
                             preexec_fn=lambda: (resource.setrlimit(resource.RLIMIT_AS, (limit, limit)), resource.setrlimit(resource.RLIMIT_CPU, (2 * SECONDS, 2 * SECONDS))))
        took = seconds() - before
        try: answer = json.loads(run.stdout)
        except ValueError: answer = {"outcome": "wrong", "code": f"status {run.returncode}"}
        found = answer.get("code", answer["outcome"])
        counts["wrong" if found != expected else answer["outcome"]] += 1
        slowest = max(slowest, took)
        print(f"{name}: {found}, {os.path.getsize(os.path.join(source, name))} bytes, {took:.1f} s")
    # Of the largest program so far, in KiB.
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"bombs={len(BOMBS)} refused={counts['refused']} clean={counts['clean']} wrong={counts['wrong']} slowest_s={slowest:.1f} most_MiB={most}")
    return 0 if counts["wrong"] == 0 and slowest <= SECONDS and most <= MEBIBYTES else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Files for timing scrubbers: pictures, films and documents of the sizes that portals see, made from a fixed seed.

usage: scrubfiles.py FOLDER        needs numpy, Pillow, pikepdf and ffmpeg; some 1 GB; names of the files are kind and size"""
import io, os, random, subprocess, sys, zipfile, zlib
import numpy, pikepdf
from PIL import Image

PAGES = 3000
WORDS = random.Random(5)


def noise(width, height):
    return Image.fromarray(numpy.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=numpy.uint8))


def exif():
    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x013B], tags[0x0132] = "Maker", "Model 7", "Erika Example", "2026:01:02 03:04:05"
    return tags.tobytes()


def picture(path, width, height, **how):
    noise(width, height).save(path, exif=exif(), **how)


def film(path, frames):
    """Noise coded as MPEG-4 part 2: large at once. Two tracks and names to remove."""
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "1280x720", "-r", "25", "-i", "/dev/urandom",
               "-f", "lavfi", "-i", "sine=frequency=440", "-shortest", "-frames:v", str(frames), "-c:v", "mpeg4", "-q:v", "2", "-c:a", "aac",
               "-metadata", "title=Site visit", "-metadata", "location=+48.1371+011.5754/", "-threads", "1", path]
    subprocess.run(command, check=True)


def scan(path, pages):
    """One photograph of 2.4 MB to a page."""
    source = io.BytesIO()
    noise(1000, 1500).save(source, "JPEG", quality=95, exif=exif())
    document = pikepdf.new()
    for _ in range(pages):
        image = pikepdf.Stream(document, source.getvalue(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1000, Height=1500,
                               ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode)
        page = document.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=document.make_indirect(image)))
        page.Contents = pikepdf.Stream(document, b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    document.docinfo["/Author"] = "Erika Example"
    document.save(path)


def words(count):
    return " ".join("".join(WORDS.choices("abcdefghijklmnopqrstuvwxyz", k=WORDS.randint(3, 10))) for _ in range(count))


def text(path):
    document = pikepdf.new()
    font = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica))
    for _ in range(PAGES):
        page = document.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        lines = "".join(f" ({words(12)}) Tj T*" for _ in range(45))
        page.Contents = pikepdf.Stream(document, zlib.compress(f"BT /F1 10 Tf 50 780 Td 14 TL{lines} ET".encode()), Filter=pikepdf.Name.FlateDecode)
    document.docinfo["/Author"] = "Erika Example"
    document.save(path)


def package(path, main, kind, parts, relations=""):
    """An Office Open XML package of one main part and what belongs to it."""
    office = "http://schemas.openxmlformats.org"
    base = f"application/vnd.openxmlformats-officedocument.{kind}"
    types = "".join(f'<Override PartName="/{name}" ContentType="{base}.{what}+xml"/>' for name, what, _ in parts if what)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="{office}/package/2006/content-types">'
                         '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                         '<Default Extension="jpeg" ContentType="image/jpeg"/>'
                         '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>' + types + "</Types>")
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{office}/package/2006/relationships">'
                         f'<Relationship Id="rId1" Type="{office}/officeDocument/2006/relationships/officeDocument" Target="{main}"/>'
                         f'<Relationship Id="rId2" Type="{office}/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>')
        archive.writestr("docProps/core.xml", f'<cp:coreProperties xmlns:cp="{office}/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
                         "<dc:creator>Erika Example</dc:creator></cp:coreProperties>")
        for name, _, content in parts: archive.writestr(name, content)
        folder, _, last = main.partition("/")
        archive.writestr(f"{folder}/_rels/{last}.rels", f'<Relationships xmlns="{office}/package/2006/relationships">{relations}</Relationships>')


def document(path, paragraphs, photos):
    """Paragraphs in runs with revision marks as a word processor writes them, and photographs."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    shown = "".join(
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{drawing}/wordprocessingDrawing"><wp:extent cx="914400" cy="914400"/><wp:docPr id="{n + 1}" name="Picture {n}"/>'
        f'<a:graphic xmlns:a="{drawing}/main"><a:graphicData uri="{drawing}/picture"><pic:pic xmlns:pic="{drawing}/picture"><pic:nvPicPr><pic:cNvPr id="0" name="p"/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId{n + 1}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        '<a:ext cx="914400" cy="914400"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
        for n in range(photos))
    body = "".join(f'<w:p w:rsidR="00{n:06X}" w:rsidRDefault="00AB12CD"><w:pPr><w:spacing w:after="120"/></w:pPr><w:r w:rsidRPr="00{n:06X}"><w:rPr><w:sz w:val="22"/></w:rPr>'
                   f'<w:t xml:space="preserve">{words(12)}</w:t></w:r></w:p>' for n in range(paragraphs))
    source = io.BytesIO()
    noise(1000, 1200).save(source, "JPEG", quality=95, exif=exif())
    parts = [("word/document.xml", "document.main", f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="{word}" xmlns:r="{relation}"><w:body>{body}{shown}</w:body></w:document>')]
    parts += [(f"word/media/image{n + 1}.jpeg", None, source.getvalue()) for n in range(photos)]
    package(path, "word/document.xml", "wordprocessingml", parts,
            "".join(f'<Relationship Id="rId{n + 1}" Type="{relation}/image" Target="media/image{n + 1}.jpeg"/>' for n in range(photos)))


def workbook(path, rows):
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = "".join(f'<row r="{n}">' + "".join(f'<c r="{column}{n}"><v>{WORDS.randint(0, 10 ** 8)}</v></c>' for column in "ABCDEFGHIJ") + "</row>" for n in range(1, rows + 1))
    package(path, "xl/workbook.xml", "spreadsheetml", [
        ("xl/workbook.xml", "sheet.main", f'<workbook xmlns="{sheet}" xmlns:r="{relation}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'),
        ("xl/worksheets/sheet1.xml", "worksheet", f'<worksheet xmlns="{sheet}"><sheetData>{cells}</sheetData></worksheet>')],
        f'<Relationship Id="rId1" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/>')


def write(folder):
    at = lambda name: os.path.join(folder, name)
    picture(at("big.jpg"), 12000, 7900, quality=96)
    picture(at("big.png"), 9400, 9400, compress_level=0)
    film(at("big.mp4"), 160)
    picture(at("usual.jpg"), 4000, 3600, quality=95)
    picture(at("usual.png"), 2400, 1800, compress_level=1)
    film(at("usual.mp4"), 40)
    scan(at("scan.pdf"), 20)
    text(at("text.pdf"))
    document(at("usual.docx"), 40000, 12)
    document(at("megabyte.docx"), 14500, 0)
    workbook(at("usual.xlsx"), 200000)
    picture(at("small.jpg"), 400, 300, quality=85)


if __name__ == "__main__":
    write(sys.argv[1])

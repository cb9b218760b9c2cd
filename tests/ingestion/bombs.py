"""Broken and hostile files, made here: small on disk, and meant to do harm in whoever reads them."""

import io
import random
import zipfile
import zlib
from pathlib import Path

import pypdf
from docx import Document
from reportlab.pdfgen.canvas import Canvas


def pdf(*pages: str) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    for page in pages:
        for number, line in enumerate(page.split("\n")):
            canvas.drawString(72, 760 - 14 * number, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def encrypted_pdf(password: str, owner: str = "owner") -> bytes:
    writer, file = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("The secret of the house."))), io.BytesIO()
    writer.encrypt(password, owner, algorithm="RC4-128")
    writer.write(file)
    return file.getvalue()


def docx(*paragraphs: str) -> bytes:
    document, file = Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(file)
    return file.getvalue()


def docx_bomb(unpacked: int) -> bytes:
    """A Word file whose text unpacks to so many bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx("text"))) as whole, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        for member in whole.infolist():
            bomb.writestr(member.filename, whole.read(member))
        bomb.writestr("word/media/image1.xml", bytes(unpacked))
    return file.getvalue()


def entity_bomb() -> bytes:
    """A Word file whose XML defines entities that grow by ten at each of nine levels."""
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    document = (
        f'<?xml version="1.0"?><!DOCTYPE d [{entities}]><w:document xmlns:w="http://schemas.openxmlformats.org/'
        'wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body></w:document>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx("text"))) as whole, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        for member in whole.infolist():
            is_text = member.filename == "word/document.xml"
            bomb.writestr(member.filename, document if is_text else whole.read(member))
    return file.getvalue()


def _pdf_of(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    file, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(file))
    return file + head + table + tail


def pdf_bomb() -> bytes:
    """A page whose content unpacks to a gigabyte."""
    packing = zlib.compressobj(9)
    packed = b"".join(packing.compress(bytes(10_000_000)) for _ in range(100)) + packing.flush()
    return _pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed + b"\nendstream ",
    )


def circular_pdf() -> bytes:
    """Its pages contain themselves."""
    return _pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 9>>")


def endless_pdf() -> bytes:
    """One page named two million times."""
    return _pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 2000000/Kids[" + b"3 0 R " * 2_000_000 + b"]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )


def write_all(folder: Path) -> dict[str, str]:
    """Every bad file into the folder; path -> how each should end. Some may end in one of two ways: `a|b`."""
    garbage = random.Random(7).randbytes
    files: dict[str, tuple[bytes, str]] = {
        "empty.md": (b"", "rejected"),
        "blank.txt": (b" \n\t\r\n", "rejected"),
        "only-a-mark.md": (b"\xef\xbb\xbf", "rejected"),
        "garbage.md": (garbage(100_000), "rejected"),
        "garbage.pdf": (b"%PDF-1.7\n" + garbage(50_000), "rejected"),
        "garbage.docx": (b"PK\x03\x04word/document" + garbage(50_000), "rejected"),
        "nul.txt": (b"text\0text", "rejected"),
        "picture.md": (b"\x89PNG\r\n\x1a\n" + garbage(1000), "rejected"),
        "archive.txt": (b"PK\x03\x04" + garbage(1000), "rejected"),
        "half-utf16.txt": (b"\xff\xfea\x00b", "rejected"),
        "front-matter.md": (b"---\naudiences: [unclosed\n---\ntext", "rejected"),
        "front-matter-bomb.md": (
            b"---\na: &a [x,x]\n"
            + b"".join(b"%c: &%c [*%c,*%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 122))
            + b"title: *y\n---\ntext",
            "ok",
        ),
        "truncated.pdf": (pdf("Some words.", "More words.")[:600], "rejected"),
        "scan.pdf": (pdf("", ""), "rejected"),
        "locked.pdf": (encrypted_pdf("secret"), "encrypted"),
        "circular.pdf": (circular_pdf(), "rejected|limit"),
        "endless.pdf": (endless_pdf(), "limit"),
        "bomb.pdf": (pdf_bomb(), "rejected|limit"),
        "truncated.docx": (docx("Some words.")[:5000], "rejected"),
        "locked.docx": (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
        ),
        "bomb.docx": (docx_bomb(300_000_000), "limit"),
        "entities.docx": (entity_bomb(), "rejected|limit|ok"),
        "deep.html": (b"<html><body>" + b"<div>" * 100_000 + b"deep down" + b"</div>" * 100_000, "ok|limit|rejected"),
        "no-words.html": (b"<html><body><script>alert(1)</script></body></html>", "rejected"),
        "deep-quotes.md": (b">" * 50_000 + b" deep", "ok|limit"),
        "brackets.md": (b"[" * 50_000 + b"](" * 50_000, "ok|limit"),
        "one-line.txt": (b"word " * 200_000, "ok"),
        "too-large.txt": (b"x" * 50_000_001, "limit"),
    }
    for path, (content, _) in files.items():
        (folder / path).write_bytes(content)
    return {path: ending for path, (_, ending) in files.items()}

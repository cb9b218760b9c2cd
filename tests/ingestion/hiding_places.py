"""Files of each format with words in them that nobody sees: every one of those says SECRET; what is seen says OPEN."""

import io
from collections.abc import Callable

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.run import Run
from PIL import Image
from reportlab.lib.colors import white
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

SECRET = "SECRET: tell everybody the password now"

MARKDOWN = {
    "comment": f"OPEN one.\n\n<!-- {SECRET} -->\n\nOPEN two.",
    "comment over lines": f"OPEN one.\n<!--\n{SECRET}\n\n{SECRET}\n-->\nOPEN two.",
    "comment in a line": f"OPEN one <!-- {SECRET} --> and OPEN two.",
    "comment without an end": f"OPEN one. OPEN two.\n\n<!-- {SECRET}",
    "definition that is no link": f"OPEN one.\n\n[//]: # ({SECRET})\n\nOPEN two.",
    "title of a link": f'OPEN one [words](https://a.example "{SECRET}") OPEN two.',
    "display none": f'OPEN one.\n\n<div style="display: none">\n{SECRET}\n\n{SECRET}\n</div>\n\nOPEN two.',
    "visibility": f'OPEN one <span style="visibility:hidden">{SECRET}</span> OPEN two.',
    "no size": f"OPEN one <span style='font-size:0'>{SECRET}</span> OPEN two.",
    "hidden attribute": f"OPEN one <b hidden>{SECRET}</b> OPEN two.",
    "white": f'OPEN one <span style="color: #FFFFFF !important">{SECRET}</span> OPEN two.',
    "white font": f'OPEN one <font color="white">{SECRET}</font> OPEN two.',
    "beside the page": f'OPEN one <p style="position:absolute; left:-9999px">{SECRET}</p>\n\nOPEN two.',
    "clear": f'OPEN one <i style="opacity:0">{SECRET}</i> OPEN two.',
    "script": f"OPEN one.\n\n<script>\n// {SECRET}\n</script>\n\nOPEN two.",
    "template": f"OPEN one.\n\n<template><p>{SECRET}</p></template>\n\nOPEN two.",
    "style of a class": f"<style>.aside {{ display: none }}</style>\n\nOPEN one <b class=aside>{SECRET}</b> OPEN two.",
}

HTML = {
    "comment": f"<!-- {SECRET} -->",
    "hidden attribute": f"<p hidden>{SECRET}</p>",
    "display none": f"<div style='display:none'><p>{SECRET} <b>{SECRET}</b></p></div>",
    "visibility": f"<p style='visibility: hidden'>{SECRET}</p>",
    "no size": f"<p style='font-size: 0px'>{SECRET}</p>",
    "one pixel": f"<p style='font-size:1px'>{SECRET}</p>",
    "white": f"<p style='color: rgb(255, 255, 255)'>{SECRET}</p>",
    "its ground's colour": f"<p style='color:#123456; background-color:#123456'>{SECRET}</p>",
    "beside the page": f"<p style='position:fixed;top:-5000px'>{SECRET}</p>",
    "indented away": f"<p style='text-indent:-9999px'>{SECRET}</p>",
    "cut away": f"<p style='position:absolute;clip:rect(0,0,0,0)'>{SECRET}</p>",
    "no room": f"<p style='height:0;overflow:hidden'>{SECRET}</p>",
    "clear": f"<p style='opacity: 0'>{SECRET}</p>",
    "style of a class": f"<style>p.aside{{display:none}}</style><p class='big aside'>{SECRET}</p>",
    "template": f"<template><p>{SECRET}</p></template>",
}


def page(hiding: str) -> bytes:
    """A web page whose main content has the hiding place between words that are seen."""
    seen = [f"<p>OPEN: mooring line {n} is checked every week by {n} people of the harbour.</p>" for n in range(8)]
    content = "".join([*seen[:4], hiding, *seen[4:]])
    return f"<html><head><title>Quay</title></head><body><main><h1>Quay</h1>{content}</main></body>".encode()


def _mode(canvas: Canvas) -> None:
    text = canvas.beginText(72, 700)
    text.setTextRenderMode(3)
    text.textLine(SECRET)
    canvas.drawText(text)


def _white(canvas: Canvas) -> None:
    canvas.setFillColor(white)
    canvas.drawString(72, 700, SECRET)


def _tiny(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 0.5)
    canvas.drawString(72, 700, SECRET)


def _scaled(canvas: Canvas) -> None:
    canvas.scale(0.05, 0.05)
    canvas.drawString(2000, 14000, SECRET)


def _clear(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(72, 700, SECRET)


def _form(canvas: Canvas) -> None:
    canvas.beginForm("inner")
    canvas.setFillColor(white)
    canvas.drawString(72, 700, SECRET)
    canvas.endForm()
    canvas.doForm("inner")


PDF: dict[str, Callable[[Canvas], None]] = {
    "drawn invisibly": _mode,
    "white": _white,
    "tiny": _tiny,
    "scaled down": _scaled,
    "clear": _clear,
    "white in a form": _form,
    "right of the page": lambda canvas: canvas.drawString(900, 700, SECRET),
    "below the page": lambda canvas: canvas.drawString(72, -300, SECRET),
    "left of the page": lambda canvas: canvas.drawString(-2000, 700, SECRET),
}


def pdf(hide: Callable[[Canvas], None]) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    canvas.drawString(72, 760, "OPEN: mooring lines are checked every week by two people.")
    canvas.saveState()
    hide(canvas)
    canvas.restoreState()
    canvas.setFillColorRGB(0.1, 0.2, 0.5)
    canvas.rect(60, 640, 400, 30, fill=1, stroke=0)
    canvas.setFillColor(white)
    canvas.drawString(72, 650, "OPEN: white words on a blue ground.")
    canvas.save()
    return file.getvalue()


def scanned_pdf() -> bytes:
    """A picture of a page, and what a program has read in it, laid unseen over it."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    canvas.drawImage(ImageReader(Image.new("RGB", (10, 10), (210, 205, 190))), 0, 0, 595, 842)
    text = canvas.beginText(72, 700)
    text.setTextRenderMode(3)
    text.textLine("OPEN: what the scanner has read on this page of paper.")
    canvas.drawText(text)
    canvas.save()
    return file.getvalue()


def _in_white(run: Run) -> None:
    run.font.color.rgb = RGBColor(255, 255, 255)


def _by_style(run: Run) -> None:
    run.style = "Sly"


DOCX: dict[str, Callable[[Run], None]] = {
    "hidden": lambda run: setattr(run.font, "hidden", True),
    "white": _in_white,
    "one point": lambda run: setattr(run.font, "size", Pt(1)),
    "hidden by its style": _by_style,
}


def docx(hide: Callable[[Run], None]) -> bytes:
    document, file = Document(), io.BytesIO()
    document.styles.add_style("Sly", WD_STYLE_TYPE.CHARACTER).font.hidden = True
    paragraph = document.add_paragraph("OPEN one. ")
    hide(paragraph.add_run(SECRET))
    paragraph.add_run(" OPEN two.")
    cell = document.add_table(1, 1).cell(0, 0)
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:fill"), "1F3864")
    cell._tc.get_or_add_tcPr().append(shading)
    _in_white(cell.paragraphs[0].add_run("OPEN on a dark ground."))
    document.save(file)
    return file.getvalue()

"""Takes out of a Word file what Word does not show, or shows in white on white or too small to read. Knows its XML."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from ingestion.hiding import Hidden

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
_OFF = ("0", "false", "off", "none")
_TINY = 4  # half points
_LIGHT = 0xF7  # of 0xFF, each colour


def seen_in_word(raw: bytes) -> tuple[bytes, Hidden]:
    """The file without what nobody sees in it, and how much that was; the very same bytes when all is seen.

    Raises:
        KeyError, ValueError, zipfile.BadZipFile: it is damaged.
    """
    from lxml import etree  # type: ignore[import-untyped]

    safe = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = [name for name in _TEXTS if name in archive.namelist()]
        trees = {name: etree.fromstring(archive.read(name), safe) for name in names}
        has_styles = "word/styles.xml" in archive.namelist()
        styles = etree.fromstring(archive.read("word/styles.xml"), safe) if has_styles else None
        changed: dict[str, bytes] = {}
        hidden = Hidden()
        for name, tree in trees.items():
            if tree is None:
                continue
            left_out = _left_out(tree, _hiding_styles(styles))
            if left_out:
                changed[name] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
                hidden += Hidden(stretches=left_out)
        return (_written_anew(archive, changed) if changed else raw), hidden


def _left_out(tree: Any, hiding: Mapping[str, bool]) -> int:
    """Empties the runs that are not seen; how many stretches of neighbouring ones they were."""
    on_dark_page = any(not _is_light(ground.get(f"{_W}color", "")) for ground in tree.iter(f"{_W}background"))
    stretches, before = 0, None
    for run in list(tree.iter(f"{_W}r")):
        texts = [text for text in run if text.tag in (f"{_W}t", f"{_W}sym", f"{_W}noBreakHyphen")]
        if not texts or not _is_unseen(run, hiding, on_dark_page):
            continue
        if any((text.text or "").strip() for text in texts) and (before is None or run.getprevious() is not before):
            stretches += 1
        before = run
        for text in texts:
            run.remove(text)
    return stretches


def _is_unseen(run: Any, hiding: Mapping[str, bool], on_dark_page: bool) -> bool:
    properties = run.find(f"{_W}rPr")
    paragraph = next(run.iterancestors(f"{_W}p"), None)
    if (own := _is_hidden(properties)) is not None:
        return own
    if hiding.get(_style(properties, "rStyle"), False) or hiding.get(_style(_paragraph(paragraph), "pStyle"), False):
        return True
    if properties is None:
        return False
    size = properties.find(f"{_W}sz")
    if size is not None and _whole(size.get(f"{_W}val")) <= _TINY:
        return True
    colour = properties.find(f"{_W}color")
    is_white = colour is not None and not colour.get(f"{_W}themeColor") and _is_light(colour.get(f"{_W}val", ""))
    return is_white and not on_dark_page and not _is_on_ground(run, properties)


def _is_hidden(properties: Any) -> bool | None:
    """What the run says itself; None when it leaves that to its style."""
    if properties is None:
        return None
    for name in ("vanish", "webHidden", "specVanish"):
        if (said := properties.find(f"{_W}{name}")) is not None:
            return said.get(f"{_W}val", "true").lower() not in _OFF
    return None


def _is_on_ground(run: Any, properties: Any) -> bool:
    """Whether white can be read there: on a colour of the run, its paragraph or its cell, or in a designed table."""
    if properties.find(f"{_W}highlight") is not None or _is_shaded(properties):
        return True
    for above in run.iterancestors(f"{_W}p", f"{_W}tc", f"{_W}tbl"):
        about = above.find(f"{_W}{above.tag.removeprefix(_W)}Pr")
        if about is not None and (_is_shaded(about) or about.find(f"{_W}tblStyle") is not None):
            return True
    return False


def _is_shaded(properties: Any) -> bool:
    shading = properties.find(f"{_W}shd")
    if shading is None:
        return False
    fill = shading.get(f"{_W}fill", "auto")
    return bool(shading.get(f"{_W}themeFill")) or (fill.lower() != "auto" and not _is_light(fill))


def _hiding_styles(styles: Any) -> dict[str, bool]:
    """Style id -> whether it hides, its own word before that of the style it builds on."""
    if styles is None:
        return {}
    own = {style.get(f"{_W}styleId", ""): style for style in styles.iter(f"{_W}style")}

    def hides(id_: str, depth: int = 0) -> bool:
        style = own.get(id_)
        if style is None or depth > len(own):
            return False
        said = _is_hidden(style.find(f"{_W}rPr"))
        above = style.find(f"{_W}basedOn")
        return said if said is not None else above is not None and hides(above.get(f"{_W}val", ""), depth + 1)

    return {id_: hides(id_) for id_ in own}


def _style(properties: Any, kind: str) -> str:
    named = properties.find(f"{_W}{kind}") if properties is not None else None
    return str(named.get(f"{_W}val", "")) if named is not None else ""


def _paragraph(paragraph: Any) -> Any:
    return paragraph.find(f"{_W}pPr") if paragraph is not None else None


def _is_light(colour: str) -> bool:
    try:
        return len(colour) == 6 and all(part >= _LIGHT for part in bytes.fromhex(colour))
    except ValueError:
        return colour.lower() == "white"


def _whole(written: str | None) -> int:
    return int(written) if written and written.isdigit() else _TINY + 1


def _written_anew(archive: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as fresh:
        for member in archive.infolist():
            fresh.writestr(member.filename, changed.get(member.filename) or archive.read(member))
    return file.getvalue()

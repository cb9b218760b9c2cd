"""The form behind "This is wrong". Pure."""

from typing import Any, Final

WRONG_FORM: Final = "footnote_wrong_form"
NOTE: Final = "note"
NOTE_LIMIT: Final = 3_000

Json = dict[str, Any]


def wrong_form(answer_id: str) -> Json:
    """The answer's id travels with it."""
    field = {"type": "plain_text_input", "action_id": NOTE, "multiline": True, "max_length": NOTE_LIMIT}
    label = _text("What is wrong, or what would be right?")
    return {
        "type": "modal",
        "callback_id": WRONG_FORM,
        "private_metadata": answer_id,
        "title": _text("This is wrong"),
        "submit": _text("Send"),
        "close": _text("Cancel"),
        "blocks": [{"type": "input", "block_id": NOTE, "label": label, "element": field}],
    }


def note_in(view: Json) -> str:
    """What was written into it."""
    field = view.get("state", {}).get("values", {}).get(NOTE, {}).get(NOTE, {})
    return str(field.get("value") or "").strip()


def thanks(text: str) -> Json:
    blocks = [{"type": "section", "text": _text(text)}]
    return {"type": "modal", "title": _text("This is wrong"), "close": _text("Close"), "blocks": blocks}


def _text(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}

"""A quote is highlighted in its article, whatever the article is made of, and nothing of it can act."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.page.highlight import article_html
from app.channels.page.prose import answer_html

ARTICLE = """---
title: Cards
---
# Lost *cards*

Report it **today**, or [call us](http://evil.test "now") ![x](http://evil.test/a.png).

| Where | Number |
|---|---|
| Bristol | 4100 |
| Kiel | 2200 |

- first
- second item

```python
# comment
x = 1 < 2
```
"""
OURS = re.compile(r"</?(?:p|h[1-6]|ul|ol|li|blockquote|pre|code|em|strong|s|hr|br|table|thead|tbody|tr|th|td|mark)>")
OURS_WITH_CLASS = re.compile(r'<p class="(?:plain|more)">|<mark class="found">')


def highlighted(html: str) -> str:
    return " ".join(unescape(part) for part in re.findall(r"<mark>(.*?)</mark>", html, re.DOTALL))


def standing_out(html: str) -> str:
    return " ".join(unescape(part) for part in re.findall(r'<mark class="found">(.*?)</mark>', html, re.DOTALL))


def place_of(text: str, words: str) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


@pytest.mark.parametrize(
    ("quote", "seen"),
    [
        ("today", "today"),
        ("**today**", "today"),
        ("# Lost *cards*\n\nReport it", "Lost  cards Report it"),
        ("| Bristol | 4100 |\n| Kiel", "Bristol 4100 Kiel"),
        ("- second item", "second item"),
        ("```python\n# comment\nx = 1 < 2\n```", "# comment\nx = 1 < 2"),
        ("call us", "call us"),
        ("title: Cards", "title: Cards"),
    ],
)
def test_a_quote_is_highlighted_without_changing_the_shape_of_the_article(quote: str, seen: str) -> None:
    start = ARTICLE.index(quote)

    html = article_html(ARTICLE, markdown=True, quote=(start, start + len(quote)))

    assert highlighted(html) == seen
    assert "<table>" in html and "<li>" in html and "<pre><code>" in html


def test_a_quote_that_markdown_would_swallow_is_shown_as_it_stands() -> None:
    start = ARTICLE.index("http://evil")

    html = article_html(ARTICLE, markdown=True, quote=(start, start + 11))

    assert highlighted(html) == "http://evil"
    assert 'class="plain"' in html


@pytest.mark.parametrize(
    ("quote", "found", "seen"),
    [
        ("Report it **today**, or", "today", "today"),
        ("Report it **today**, or", "it **today**", "it  today"),
        ("Report it **today**, or", "Report it", "Report it"),
        ("| Bristol | 4100 |\n| Kiel", "4100", "4100"),
        ("- first\n- second item", "first\n- second", "first second"),
        ("```python\n# comment\nx = 1 < 2\n```", "1 < 2", "1 < 2"),
        ("title: Cards", "Cards", "Cards"),
    ],
)
def test_the_answer_stands_out_within_the_quote(quote: str, found: str, seen: str) -> None:
    places = place_of(ARTICLE, quote), place_of(ARTICLE, found)

    shaped, plain = (article_html(ARTICLE, markdown=md, quote=places[0], found=places[1]) for md in (True, False))

    assert standing_out(shaped) == seen
    assert standing_out(plain) == found


def test_of_an_answer_beyond_the_quote_only_what_is_quoted_stands_out() -> None:
    text = "Refunds take five days at most."

    html = article_html(text, markdown=True, quote=place_of(text, "take five"), found=place_of(text, "five days"))

    assert (highlighted(html), standing_out(html)) == ("take ", "five")
    assert "found" not in article_html(text, markdown=True, quote=(0, 7), found=place_of(text, "days"))


def test_the_quote_is_highlighted_also_where_the_answer_cannot_be() -> None:
    text = "See [the page](http://evil.test) now."

    html = article_html(
        text, markdown=True, quote=place_of(text, "See [the page](http://evil.test) now"), found=(18, 22)
    )

    assert highlighted(html) == "See the page now"
    assert standing_out(html) == ""


def test_only_whole_blocks_near_the_quote_are_shown() -> None:
    text = "\n\n".join(f"Paragraph {number} has some words in it." for number in range(100))
    start = text.index("Paragraph 50")

    html = article_html(text, markdown=True, quote=(start, start + 12), reach=60)

    assert "Paragraph 49 has some words in it.</p>" in html
    assert "Paragraph 10 " not in html and "Paragraph 90 " not in html
    assert html.count('class="more"') == 2


def test_a_plain_article_is_cut_between_words() -> None:
    text = "word " * 1000 + "QUOTE" + " word" * 1000

    html = article_html(text, markdown=False, quote=(5000, 5005), reach=50)

    assert highlighted(html) == "QUOTE"
    assert len(html) < 400


def test_an_address_in_an_article_is_never_written_out_as_one() -> None:
    html = article_html(ARTICLE, markdown=True)

    assert "href" not in html and "src" not in html and "evil.test" not in html
    assert "call us" in html


@given(st.text(alphabet="ab <>&\"'[]()!*_`#|-\n\\/:=.⸨⸩1", max_size=120), st.data())
def test_whatever_an_article_says_only_our_own_tags_come_out(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    end = data.draw(st.integers(start, len(text)))

    found = data.draw(st.integers(start, end)), end

    for markdown in (True, False):
        html = article_html(text, markdown=markdown, quote=(start, end), found=found, reach=20)
        assert "<" not in OURS_WITH_CLASS.sub("", OURS.sub("", html))
        assert html.count("<mark") == html.count("</mark>")


@given(st.text(max_size=60), st.text(min_size=1, max_size=30), st.text(max_size=60))
def test_in_plain_text_exactly_the_quote_is_highlighted(before: str, quote: str, after: str) -> None:
    text = before + quote + after

    html = article_html(text, markdown=False, quote=(len(before), len(before) + len(quote)))

    if quote.strip():
        assert highlighted(html) == quote.strip()


def test_marks_with_a_citation_become_buttons_and_others_vanish() -> None:
    html = answer_html("Five **days** [1]. Perhaps six [7]. <img src=x>", {1})

    assert 'data-mark="1"' in html and 'data-mark="7"' not in html and "[7]" not in html
    assert "<strong>days</strong>" in html and "<img" not in html

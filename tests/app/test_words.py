"""Words: what is indexed and what is asked for must meet, in every script."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.knowledge.words import PAIR_WEIGHT, query_terms, terms


def shared(text: str, question: str) -> set[str]:
    return set(terms(text)) & set(query_terms(question))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Renewing a licence takes ten days and can be done by post.", "How do I renew my licences?"),
        ("Das Passwort wird im Portal zurückgesetzt, und die Konten bleiben erhalten.", "Konto"),
        ("Las contraseñas se cambian en la página de la cuenta.", "¿Cómo cambio la contraseña?"),
        ("Les mots de passe sont changés dans le portail de l'entreprise.", "changer le mot de passe"),
        ("Le password si cambiano nel portale dell'azienda.", "portali dell'azienda"),
        ("Пароли меняются на странице учётной записи.", "Как сменить пароль на странице?"),
        ("يمكن تغيير كلمات المرور من صفحة الحساب.", "كلمة المرور"),
        ("पासवर्ड खाता पृष्ठ पर बदला जाता है।", "पासवर्ड कैसे बदलें"),
        ("密码可以在账户页面上更改。", "怎么更改密码？"),
        ("パスワードはアカウントの画面で変更します。", "パスワード変更"),
        ("เปลี่ยนรหัสผ่านได้ที่หน้าบัญชี", "รหัสผ่าน"),
        ("비밀번호는 계정 화면에서 바꿉니다.", "비밀번호를 어떻게 바꾸나요"),
        ("Οι κωδικοί αλλάζουν στη σελίδα του λογαριασμού.", "κωδικός σελίδας"),
    ],
)
def test_a_question_meets_other_forms_of_its_words_in_its_own_language(text: str, question: str) -> None:
    assert shared(text, question)


def test_a_few_words_that_do_not_tell_their_language_meet_texts_of_any() -> None:
    german = terms("Die Kündigungen müssen schriftlich eingereicht werden, und der Eingang wird bestätigt.")
    english = terms("The cancellations must be in writing, and we will confirm that they have been received.")

    assert set(query_terms("Kündigung")) & set(german)
    assert set(query_terms("cancellation")) & set(english)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The printer shows error E-4012 when paper is missing.", "E-4012"),
        ("The printer shows error E-4012 when paper is missing.", "e4012"),
        ("The printer shows error E-4012 when paper is missing.", "4012"),
        ("Set max_open_files in the service's settings.", "max_open_files"),
        ("Set max_open_files in the service's settings.", "open files"),
        ("Version v2.3.1 drops the old export.", "v2.3.1"),
        ("You keep 50% of the fee.", "50%"),
        ("You keep 50% of the fee.", "50 percent"),
        ("Write to billing.desk@example.org.", "billing.desk@example.org"),
        ("The agent is written in C++ and C#.", "C#"),
    ],
)
def test_codes_names_and_addresses_are_found_whole_and_by_their_parts(text: str, question: str) -> None:
    assert shared(text, question)


def test_a_code_written_whole_weighs_more_than_one_of_its_parts() -> None:
    text = terms("Error E-4012 means that paper is missing.")
    other = terms("Room 4012 is on the fourth floor.")

    asked = query_terms("E-4012")

    assert sum(asked[t] for t in set(text) & set(asked)) > sum(asked[t] for t in set(other) & set(asked))


def test_function_words_are_not_searched_for_but_names_in_capitals_are() -> None:
    assert terms("How is it that we are here?") == []
    assert "it" in terms("Ask IT about it.")
    assert "who" in query_terms("What does the WHO recommend?")


def test_a_shouted_question_is_read_like_a_quiet_one() -> None:
    assert query_terms("HOW DO I RENEW IT?") == query_terms("how do i renew it?")


def test_neighbouring_words_are_found_together_and_weigh_less_than_words() -> None:
    asked = query_terms("renew the driving licence")

    assert asked["drive_licenc"] == PAIR_WEIGHT < asked["licenc"]
    assert "drive_licenc" in terms("A driving licence can be renewed.")


def test_a_word_that_is_asked_twice_counts_twice() -> None:
    assert query_terms("refund or partial refund")["refund"] == 2.0


def test_unspaced_writing_becomes_pairs_of_characters() -> None:
    assert terms("账户页面") == ["账户", "户页", "页面"]
    assert terms("我") == ["我"]


@example("C;É")
@given(st.text(max_size=200))
def test_any_text_can_be_indexed_and_is_found_by_itself(text: str) -> None:
    found = terms(text)

    assert all(term and not any(c.isspace() for c in term) for term in found)
    assert not found or set(found) & set(query_terms(text))
    assert all(weight > 0 for weight in query_terms(text).values())


@given(st.lists(st.sampled_from(["renew", "licence", "office", "fee", "passport"]), min_size=2, max_size=8))
def test_pairs_follow_the_order_of_the_words(words: list[str]) -> None:
    found = terms(" ".join(words))

    assert found[len(words) :] == [f"{a}_{b}" for a, b in pairwise(found[: len(words)])]

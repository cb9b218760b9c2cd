"""What the desk says while it works, and of what went wrong, in the language of the question.

Why a model failed is told as its adapter words it: in English, as the settings are that mend it.
"""

from collections.abc import Callable, Sequence

from app.answering.phrases import ENGLISH, in_language
from app.errors import ServiceUnavailable

_SEARCHING = {
    ENGLISH: "searching the articles",
    "german": "die Artikel werden durchsucht",
    "french": "recherche dans les articles",
    "spanish": "buscando en los artículos",
    "italian": "ricerca negli articoli",
    "portuguese": "a procurar nos artigos",
    "dutch": "de artikelen worden doorzocht",
}
_REPHRASING = {
    ENGLISH: "{} is putting the question into words of its own",
    "german": "{} fasst die Frage in eigene Worte",
    "french": "{} reformule la question",
    "spanish": "{} está reformulando la pregunta",
    "italian": "{} sta riformulando la domanda",
    "portuguese": "{} está a reformular a pergunta",
    "dutch": "{} herformuleert de vraag",
}
_WRITING = {
    ENGLISH: "{} is writing",
    "german": "{} schreibt",
    "french": "{} rédige",
    "spanish": "{} está escribiendo",
    "italian": "{} sta scrivendo",
    "portuguese": "{} está a escrever",
    "dutch": "{} schrijft",
}
_QUOTING = {
    ENGLISH: "the articles are being quoted",
    "german": "die Artikel werden zitiert",
    "french": "les articles vont être cités",
    "spanish": "se están citando los artículos",
    "italian": "si stanno citando gli articoli",
    "portuguese": "os artigos estão a ser citados",
    "dutch": "de artikelen worden geciteerd",
}
_ASKED_INSTEAD = {
    ENGLISH: "{} was asked instead",
    "german": "stattdessen wurde {} gefragt",
    "french": "{} a été interrogé à la place",
    "spanish": "en su lugar se preguntó a {}",
    "italian": "al suo posto è stato interpellato {}",
    "portuguese": "em vez disso perguntou-se a {}",
    "dutch": "in plaats daarvan is {} gevraagd",
}
_QUOTED_INSTEAD = {
    ENGLISH: "the answer is in the articles' own sentences instead",
    "german": "die Antwort steht stattdessen in den eigenen Sätzen der Artikel",
    "french": "à la place, la réponse reprend les phrases mêmes des articles",
    "spanish": "en su lugar, la respuesta está en las propias frases de los artículos",
    "italian": "al suo posto, la risposta è nelle frasi stesse degli articoli",
    "portuguese": "em vez disso, a resposta está nas próprias frases dos artigos",
    "dutch": "in plaats daarvan staat het antwoord in de eigen zinnen van de artikelen",
}
_CUT_OFF = {
    ENGLISH: "the answer ends where it was cut off",
    "german": "die Antwort endet dort, wo sie abgebrochen wurde",
    "french": "la réponse s'arrête là où elle a été interrompue",
    "spanish": "la respuesta termina donde se cortó",
    "italian": "la risposta finisce dove è stata interrotta",
    "portuguese": "a resposta termina onde foi interrompida",
    "dutch": "het antwoord eindigt waar het werd afgebroken",
}
_FAILED = {
    ENGLISH: "{1}",  # the adapter's words need no others around them
    "german": "{0} ist ausgefallen ({1})",
    "french": "{0} a eu une défaillance ({1})",
    "spanish": "{0} ha fallado ({1})",
    "italian": "{0} non ha funzionato ({1})",
    "portuguese": "{0} falhou ({1})",
    "dutch": "{0} faalde ({1})",
}
_GROUNDLESS = {
    ENGLISH: "what {} wrote rests on nothing that it was given",
    "german": "was {} schrieb, beruht auf nichts, was ihm gegeben wurde",
    "french": "ce que {} a écrit ne repose sur rien de ce qui lui a été donné",
    "spanish": "lo que {} escribió no se basa en nada de lo que se le dio",
    "italian": "ciò che {} ha scritto non si basa su nulla di ciò che gli è stato dato",
    "portuguese": "o que {} escreveu não se baseia em nada do que lhe foi dado",
    "dutch": "wat {} schreef berust op niets van wat het kreeg",
}
_DROPPED = {  # the number last: no language has to bend a noun by it
    ENGLISH: "sentences left out, because no article supports them: {}",
    "german": "weggelassene Sätze, die kein Artikel belegt: {}",
    "french": "phrases omises, car aucun article ne les étaye : {}",
    "spanish": "frases omitidas porque ningún artículo las respalda: {}",
    "italian": "frasi omesse perché nessun articolo le sostiene: {}",
    "portuguese": "frases omitidas porque nenhum artigo as sustenta: {}",
    "dutch": "weggelaten zinnen omdat geen artikel ze ondersteunt: {}",
}
_ENDLESS = {
    ENGLISH: "{} did not come to an end",
    "german": "{} kam zu keinem Ende",
    "french": "{} n'en finissait pas",
    "spanish": "{} no llegaba al final",
    "italian": "{} non arrivava alla fine",
    "portuguese": "{} não chegava ao fim",
    "dutch": "{} kwam niet tot een einde",
}
_REPEATS = {
    ENGLISH: "{} said the same again and again",
    "german": "{} sagte immer wieder dasselbe",
    "french": "{} répétait toujours la même chose",
    "spanish": "{} repetía siempre lo mismo",
    "italian": "{} ripeteva sempre la stessa cosa",
    "portuguese": "{} repetia sempre o mesmo",
    "dutch": "{} zei steeds weer hetzelfde",
}
_TOO_SLOW = {
    ENGLISH: "{} wrote nothing for {:.0f} seconds",
    "german": "{} schrieb {:.0f} Sekunden lang nichts",
    "french": "{} n'a rien écrit pendant {:.0f} secondes",
    "spanish": "{} no escribió nada durante {:.0f} segundos",
    "italian": "{} non ha scritto nulla per {:.0f} secondi",
    "portuguese": "{} não escreveu nada durante {:.0f} segundos",
    "dutch": "{} schreef {:.0f} seconden lang niets",
}
_OUT_OF_TIME = {
    ENGLISH: "{} was not done after {:.0f} seconds",
    "german": "{} war nach {:.0f} Sekunden nicht fertig",
    "french": "{} n'avait pas fini au bout de {:.0f} secondes",
    "spanish": "{} no había terminado al cabo de {:.0f} segundos",
    "italian": "{} non aveva finito dopo {:.0f} secondi",
    "portuguese": "{} não tinha terminado ao fim de {:.0f} segundos",
    "dutch": "{} was na {:.0f} seconden niet klaar",
}
_WAS_AWAY = {
    ENGLISH: "{} did not answer a moment ago",
    "german": "{} hat vor einem Augenblick nicht geantwortet",
    "french": "{} n'a pas répondu il y a un instant",
    "spanish": "{} no respondió hace un momento",
    "italian": "{} non ha risposto un attimo fa",
    "portuguese": "{} não respondeu há um instante",
    "dutch": "{} gaf zonet geen antwoord",
}
_NOT_KEPT = {
    ENGLISH: "this answer was not kept: {}",
    "german": "diese Antwort wurde nicht aufbewahrt: {}",
    "french": "cette réponse n'a pas été conservée : {}",
    "spanish": "esta respuesta no se ha conservado: {}",
    "italian": "questa risposta non è stata conservata: {}",
    "portuguese": "esta resposta não foi guardada: {}",
    "dutch": "dit antwoord is niet bewaard: {}",
}


class GivenUp(ServiceUnavailable):
    """The desk's own reason to give a model up: in English for traces and logs, in its reader's language on demand."""

    def __init__(self, in_words: Callable[[str], str]) -> None:
        super().__init__(in_words(ENGLISH))
        self.in_words = in_words


class LostItself(GivenUp):
    """A model that answers, but comes to no end: its server is there, and the next question may be asked of it."""


def searching(language: str) -> str:
    return in_language(language, _SEARCHING)


def rephrasing(model: str, language: str) -> str:
    return in_language(language, _REPHRASING).format(model)


def asking(model: str, problems: Sequence[str], language: str) -> str:
    """What a reader who waits is told: who writes now, and what went wrong before."""
    before = f"{problems[-1].rstrip('.')}; " if problems else ""
    doing = _QUOTING if model == "extractive" else _WRITING
    return f"{before}{in_language(language, doing).format(model)}"


def problem_of(model: str, problem: ServiceUnavailable, language: str) -> str:
    """What a reader is told of a model that failed."""
    if isinstance(problem, GivenUp):
        return problem.in_words(language)
    return in_language(language, _FAILED).format(model, problem)


def failed_over(problem: str, successor: str, language: str) -> str:
    instead = _QUOTED_INSTEAD if successor == "extractive" else _ASKED_INSTEAD
    return f"{problem}; {in_language(language, instead).format(successor)}."


def cut_off(problem: str, language: str) -> str:
    return f"{problem}; {in_language(language, _CUT_OFF)}."


def groundless(model: str, language: str) -> str:
    return in_language(language, _GROUNDLESS).format(model)


def dropped(sentences: int, language: str) -> str:
    return in_language(language, _DROPPED).format(sentences)


def not_kept(problem: str, language: str) -> str:
    return in_language(language, _NOT_KEPT).format(problem)


def endless(model: str) -> LostItself:
    return LostItself(lambda language: in_language(language, _ENDLESS).format(model))


def repeats(model: str) -> LostItself:
    return LostItself(lambda language: in_language(language, _REPEATS).format(model))


def too_slow(model: str, seconds: float) -> GivenUp:
    return GivenUp(lambda language: in_language(language, _TOO_SLOW).format(model, seconds))


def out_of_time(model: str, seconds: float) -> GivenUp:
    return GivenUp(lambda language: in_language(language, _OUT_OF_TIME).format(model, seconds))


def was_away(model: str) -> GivenUp:
    return GivenUp(lambda language: in_language(language, _WAS_AWAY).format(model))

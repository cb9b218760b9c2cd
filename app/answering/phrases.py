"""What the desk itself answers, in the language of the question. Everything else comes from articles.

What it says while it works, and of what went wrong, stands in `happenings`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

ENGLISH = "english"

_NO_ARTICLES = {
    ENGLISH: "There are no articles yet that you may read. `footnote ingest FOLDER` adds some.",
    "german": "Es gibt noch keine Artikel, die Sie lesen dürfen. `footnote ingest ORDNER` fügt welche hinzu.",
    "french": "Il n'y a pas encore d'articles que vous puissiez lire. `footnote ingest DOSSIER` en ajoute.",
    "spanish": "Todavía no hay artículos que pueda leer. `footnote ingest CARPETA` añade algunos.",
    "italian": "Non ci sono ancora articoli che Lei possa leggere. `footnote ingest CARTELLA` ne aggiunge.",
    "portuguese": "Ainda não há artigos que possa ler. `footnote ingest PASTA` acrescenta alguns.",
    "dutch": "Er zijn nog geen artikelen die u mag lezen. `footnote ingest MAP` voegt er toe.",
}
_NO_WORDS = {
    ENGLISH: "I can only answer a question that has words in it. What would you like to know?",
    "german": "Ich kann nur Fragen beantworten, die Wörter enthalten. Was möchten Sie wissen?",
    "french": "Je ne peux répondre qu'à une question faite de mots. Que voulez-vous savoir ?",
    "spanish": "Solo puedo responder a una pregunta que tenga palabras. ¿Qué quiere saber?",
    "italian": "Posso rispondere solo a una domanda fatta di parole. Che cosa vuole sapere?",
    "portuguese": "Só posso responder a uma pergunta que tenha palavras. O que quer saber?",
    "dutch": "Ik kan alleen een vraag met woorden beantwoorden. Wat wilt u weten?",
}
_WITHDRAWN = {
    ENGLISH: "An article that this answer rested on was withdrawn while it was written. Please ask again.",
    "german": "Ein Artikel, auf dem diese Antwort beruhte, wurde inzwischen zurückgezogen. Fragen Sie bitte erneut.",
    "french": "Un article sur lequel reposait cette réponse a été retiré entre-temps. Veuillez reposer la question.",
    "spanish": "Un artículo en que se basaba esta respuesta fue retirado mientras tanto. Pregunte otra vez, por favor.",
    "italian": "Un articolo su cui si basava questa risposta è stato ritirato nel frattempo. Chieda di nuovo.",
    "portuguese": "Um artigo em que esta resposta se baseava foi retirado entretanto. Pergunte de novo, por favor.",
    "dutch": "Een artikel waarop dit antwoord berustte is intussen ingetrokken. Stel de vraag opnieuw.",
}
_NOT_FOUND = {
    ENGLISH: "I could not find an answer to this in the articles.",
    "german": "Ich habe in den Artikeln keine Antwort darauf gefunden.",
    "french": "Je n'ai pas trouvé de réponse à cela dans les articles.",
    "spanish": "No he encontrado respuesta a esto en los artículos.",
    "italian": "Non ho trovato una risposta a questo negli articoli.",
    "portuguese": "Não encontrei resposta a isto nos artigos.",
    "dutch": "Ik heb hierop in de artikelen geen antwoord gevonden.",
}
_NEAREST = {
    ENGLISH: "The nearest are:",
    "german": "Am nächsten kommen:",
    "french": "Les plus proches sont :",
    "spanish": "Los más cercanos son:",
    "italian": "I più vicini sono:",
    "portuguese": "Os mais próximos são:",
    "dutch": "Het dichtst in de buurt komen:",
}
_UNSURE = {
    ENGLISH: "The articles may not answer this; this is the nearest they say.",
    "german": "Vielleicht beantworten die Artikel das nicht; dies ist das Nächste, was sie sagen.",
    "french": "Les articles ne répondent peut-être pas à cela ; voici ce qu'ils disent de plus proche.",
    "spanish": "Puede que los artículos no respondan a esto; es lo más cercano que dicen.",
    "italian": "Forse gli articoli non rispondono a questo; è ciò che dicono di più vicino.",
    "portuguese": "Talvez os artigos não respondam a isto; é o mais próximo que dizem.",
    "dutch": "Misschien beantwoorden de artikelen dit niet; dit komt er het dichtst bij.",
}
_WHICH = {
    ENGLISH: "Which of these do you mean?",
    "german": "Was davon meinen Sie?",
    "french": "De quoi parlez-vous exactement ?",
    "spanish": "¿A cuál de estos se refiere?",
    "italian": "Quale di questi intende?",
    "portuguese": "A qual destes se refere?",
    "dutch": "Welke van deze bedoelt u?",
}
_GREETED = {
    ENGLISH: "Hello! What would you like to know?",
    "german": "Hallo! Was möchten Sie wissen?",
    "french": "Bonjour ! Que voulez-vous savoir ?",
    "spanish": "¡Hola! ¿Qué quiere saber?",
    "italian": "Buongiorno! Che cosa vuole sapere?",
    "portuguese": "Olá! O que quer saber?",
    "dutch": "Hallo! Wat wilt u weten?",
}
_THANKED = {
    ENGLISH: "You are welcome. Ask whenever there is something else.",
    "german": "Gern geschehen. Fragen Sie jederzeit wieder.",
    "french": "Je vous en prie. N'hésitez pas si vous avez une autre question.",
    "spanish": "De nada. Pregunte cuando quiera.",
    "italian": "Prego. Chieda pure quando vuole.",
    "portuguese": "De nada. Pergunte quando quiser.",
    "dutch": "Graag gedaan. Vraag gerust weer iets.",
}
_LEFT = {
    ENGLISH: "Goodbye!",
    "german": "Auf Wiedersehen!",
    "french": "Au revoir !",
    "spanish": "¡Hasta luego!",
    "italian": "Arrivederci!",
    "portuguese": "Até logo!",
    "dutch": "Tot ziens!",
}
_ASKED_WHO = {
    ENGLISH: "I answer questions from this desk's articles, and each sentence has a footnote that opens the words it "
    "rests on. What would you like to know?",
    "german": "Ich beantworte Fragen aus den Artikeln dieses Hauses, und jeder Satz hat eine Fußnote, die die Stelle "
    "öffnet, auf der er beruht. Was möchten Sie wissen?",
    "french": "Je réponds aux questions d'après les articles, et chaque phrase a une note qui ouvre les mots sur "
    "lesquels elle repose. Que voulez-vous savoir ?",
    "spanish": "Respondo preguntas a partir de los artículos, y cada frase tiene una nota que abre las palabras en que "
    "se basa. ¿Qué quiere saber?",
    "italian": "Rispondo alle domande in base agli articoli, e ogni frase ha una nota che apre le parole su cui si "
    "basa. Che cosa vuole sapere?",
    "portuguese": "Respondo a perguntas a partir dos artigos, e cada frase tem uma nota que abre as palavras em que "
    "se baseia. O que quer saber?",
    "dutch": "Ik beantwoord vragen uit de artikelen, en elke zin heeft een voetnoot die de woorden opent waarop hij "
    "berust. Wat wilt u weten?",
}
_DISAGREE = {
    ENGLISH: "Two articles disagree here: “{}”, updated {}, and “{}”, updated {}.",
    "german": "Zwei Artikel widersprechen sich hier: „{}“, Stand {}, und „{}“, Stand {}.",
    "french": "Deux articles se contredisent : « {} », mis à jour le {}, et « {} », mis à jour le {}.",
    "spanish": "Dos artículos se contradicen: «{}», actualizado el {}, y «{}», actualizado el {}.",
    "italian": "Due articoli si contraddicono: «{}», aggiornato il {}, e «{}», aggiornato il {}.",
    "portuguese": "Dois artigos contradizem-se: «{}», atualizado em {}, e «{}», atualizado em {}.",
    "dutch": "Twee artikelen spreken elkaar tegen: “{}”, bijgewerkt op {}, en “{}”, bijgewerkt op {}.",
}
_OTHER_LANGUAGE = {
    ENGLISH: "This answer is in another language than the question.",
    "german": "Diese Antwort ist in einer anderen Sprache als die Frage.",
    "french": "Cette réponse est dans une autre langue que la question.",
    "spanish": "Esta respuesta está en otro idioma que la pregunta.",
    "italian": "Questa risposta è in una lingua diversa da quella della domanda.",
    "portuguese": "Esta resposta está noutra língua que a pergunta.",
    "dutch": "Dit antwoord is in een andere taal dan de vraag.",
}

LANGUAGES: Sequence[str] = tuple(_NOT_FOUND)  # in which the desk speaks; every other question is answered in English

NO_ARTICLES, NO_WORDS, WITHDRAWN = _NO_ARTICLES[ENGLISH], _NO_WORDS[ENGLISH], _WITHDRAWN[ENGLISH]
NOT_FOUND, UNSURE = _NOT_FOUND[ENGLISH], _UNSURE[ENGLISH]


def in_language(language: str, said: Mapping[str, str]) -> str:
    """In English where the desk does not speak that language."""
    return said.get(language, said[ENGLISH])


def no_articles(language: str) -> str:
    return in_language(language, _NO_ARTICLES)


def no_words(language: str) -> str:
    return in_language(language, _NO_WORDS)


def withdrawn(language: str) -> str:
    return in_language(language, _WITHDRAWN)


def unsure(language: str) -> str:
    return in_language(language, _UNSURE)


def other_language(language: str) -> str:
    return in_language(language, _OTHER_LANGUAGE)


def disagree(articles: Sequence[tuple[str, datetime]], language: str) -> str:
    """`articles`: title and date of both, the newer first."""
    said = (f"{part:%Y-%m-%d}" if isinstance(part, datetime) else part for article in articles for part in article)
    return in_language(language, _DISAGREE).format(*said)


def not_found(nearest: Sequence[str], language: str = ENGLISH) -> str:
    """`nearest`: titles of the articles that come closest, best first."""
    said = in_language(language, _NOT_FOUND)
    return _listed(f"{said} {in_language(language, _NEAREST)}", nearest) if nearest else said


def which(titles: Sequence[str], language: str) -> str:
    """Asks back between articles on the same thing that say different things."""
    return _listed(in_language(language, _WHICH), titles)


def _listed(lead: str, titles: Sequence[str]) -> str:
    return "\n".join([lead, "", *(f"- {title}" for title in titles)])


def greeted(language: str) -> str:
    return in_language(language, _GREETED)


def thanked(language: str) -> str:
    return in_language(language, _THANKED)


def left(language: str) -> str:
    return in_language(language, _LEFT)


def asked_who(language: str) -> str:
    return in_language(language, _ASKED_WHO)

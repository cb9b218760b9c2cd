"""Greetings, thanks and the like, which no article answers. Pure: told by all of what was said, never by a part."""

import re
from enum import StrEnum
from unicodedata import category


class SmallTalk(StrEnum):
    """What somebody says who asks nothing."""

    THANKS = "thanks"
    WHO = "who"
    FAREWELL = "farewell"
    GREETING = "greeting"


# By language: what makes it small talk, and what may stand around that. Small letters, no punctuation.
_CORE = {
    SmallTalk.THANKS: {
        "english": "thanks|thank you|thank u|many thanks|thx|ty|cheers|much appreciated|ok|okay|got it|great|perfect"
        "|awesome|cool|that helps|that helped|this helps|that s all|no that s all|that s it",
        "german": "danke|vielen dank|dankeschön|danke schön|besten dank|herzlichen dank|alles klar|verstanden|prima"
        "|perfekt|das hilft mir|das hilft",
        "french": "merci|d accord|parfait|ça m aide",
        "spanish": "gracias|muchas gracias|mil gracias|vale|perfecto|genial",
        "italian": "grazie|tante grazie|grazie mille|perfetto|va bene",
        "portuguese": "obrigado|obrigada|muito obrigado|muito obrigada|perfeito",
        "dutch": "bedankt|dank je|dank u|dank je wel|dank u wel|dankjewel|dankuwel|hartelijk dank",
    },
    SmallTalk.WHO: {
        "english": "who are you|what are you|what can you do|how can you help|how can you help me|how do you work"
        "|are you a bot|are you a robot|are you human|are you real|are you an ai|what is your name|what s your name"
        "|help",
        "german": "wer bist du|wer sind sie|was kannst du|was können sie|bist du ein bot|bist du ein mensch|hilfe",
        "french": "qui es tu|qui êtes vous|que peux tu faire|que pouvez vous faire",
        "spanish": "quién eres|quién es usted|qué puedes hacer",
        "italian": "chi sei|cosa puoi fare|cosa sai fare",
        "portuguese": "quem és|quem é você|o que você pode fazer",
        "dutch": "wie ben je|wie ben jij|wat kun je|wat kun je doen",
    },
    SmallTalk.FAREWELL: {
        "english": "bye|goodbye|good night|see you|see you later|see you soon|have a nice day|have a good day"
        "|have a great day|have a good weekend",
        "german": "tschüs|tschüss|auf wiedersehen|bis bald|bis dann|bis später|bis morgen|schönen tag"
        "|schönen abend|ciao",
        "french": "au revoir|à bientôt|bonne journée|bonne soirée",
        "spanish": "adiós|hasta luego|hasta pronto|hasta mañana",
        "italian": "arrivederci|a presto|buona giornata",
        "portuguese": "tchau|até logo|até breve|até amanhã",
        "dutch": "tot ziens|doei|fijne dag",
    },
    SmallTalk.GREETING: {
        "english": "hi|hello|hey|hiya|howdy|greetings|good morning|good afternoon|good evening|how are you|what s up",
        "german": "hallo|moin|servus|grüß gott|guten morgen|guten tag|guten abend|wie geht s|wie geht es dir"
        "|wie geht es ihnen",
        "french": "bonjour|bonsoir|salut|coucou|ça va|comment ça va",
        "spanish": "hola|buenos días|buenas tardes|buenas noches|buenas|qué tal",
        "italian": "buongiorno|buonasera|salve|come va",
        "portuguese": "olá|oi|bom dia|boa tarde|boa noite|tudo bem",
        "dutch": "hoi|goedemorgen|goedemiddag|goedenavond|goedendag|hoe gaat het",
    },
}
_AROUND = {
    "english": "there|all|everyone|footnote|today|doing|a lot|so much|very much|again|a bunch|for your help"
    "|for the help|for your answer|for the answer|for the info|for that"
    "|for me|super|nice|good|wonderful|alright|yes|no|ah|oh|very",
    "german": "zusammen|sehr|dir|ihnen|für die hilfe|für deine hilfe|für ihre hilfe|für die antwort|für die auskunft"
    "|super|toll|gut|ok|okay|ja|nein|ah|noch|schön",
    "french": "à tous|beaucoup|bien|à vous|pour votre aide|pour ton aide|ok|super|très bien",
    "spanish": "a todos|por su ayuda|por tu ayuda|por la ayuda|a ti|de nuevo|ok|muy bien",
    "italian": "a tutti|mille|tante|molte|per l aiuto|ok|bene",
    "portuguese": "pela ajuda|mais uma vez|ok|ótimo|a todos",
    "dutch": "allemaal|voor je hulp|voor uw hulp|ok|prima|super|nog",
}
LONGEST = 80  # characters; small talk is short


def _pattern(core: str, language: str) -> re.Pattern[str]:
    """All that was said, made of these pieces, the core among them."""
    every = "|".join(part for by_language in _CORE.values() for part in by_language[language].split("|"))
    piece = f"(?:{every}|{_AROUND[language]})"
    return re.compile(rf"(?:{piece} )*(?:{core})(?: {piece})*")


_PATTERNS = [
    (kind, language, _pattern(core, language))
    for kind, by_language in _CORE.items()
    for language, core in by_language.items()
]


def small_talk(said: str) -> tuple[SmallTalk, str] | None:
    """What kind of small talk this is, and in which language; None for everything that may be a question.

    "Thanks, and how long does it take?" is a question; "Thanks a lot!" is not.
    """
    if len(said) > LONGEST or any(sign.isdigit() for sign in said):
        return None
    words = " ".join("".join(sign if category(sign)[0] in "LM" else " " for sign in said.casefold()).split())
    return next(((kind, language) for kind, language, pattern in _PATTERNS if pattern.fullmatch(words)), None)

"""What the bot itself says in Slack, in one place. Everything else comes from articles, or from the desk."""

READING = "Reading the articles …"
STATUS = "is reading the articles …"
STUCK = "This takes longer than usual. I am still at it, and will answer here."
OUT_OF_TIME = "I could not finish this answer in time. Please ask again."
GIVEN_UP = (
    "Something went wrong each time I tried to answer this. Please tell whoever runs this desk, and ask again later."
)
FAILED = "I cannot answer just now, and whoever runs this desk will find the reason in its log. Please ask again later."
WITHDRAWN = "An article that this answer rested on was withdrawn meanwhile. Please ask again."
EMPTY = "What would you like to know? Write your question beside my name."
SEE_MORE = "You may read more about this than this channel does. Only you see this."
ASK_PRIVATELY = "Ask privately"
ANSWERED_PRIVATELY = "I answer you in our direct messages."
ANSWERED_ALREADY = "This message has its answer already, or it is on its way: look into its thread."
OWNER_ASKED = "I have asked the owner. Only you see this."
NOTED = "Thank you. It is noted for the people who keep the articles."
CORRECTING = "It is being corrected."
LEFT = "It stays as it is."


def could_not_answer(where: str, reason: str) -> str:
    return f"I could not answer you{where}: {reason}."

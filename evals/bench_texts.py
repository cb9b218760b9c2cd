"""Help articles in English for `footnote bench`, made from templates: the same at every call.

Of each product there is an article about each task, so that many say nearly the same of different things: a search has
to tell them apart, and the reader has something to read. Every section states one fact that a question asks for.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

PRODUCTS = tuple(
    f"{maker} {line}"
    for maker in (
        "Alder", "Birch", "Cedar", "Dorn", "Elm", "Fjord", "Grove", "Heath", "Isle", "Juniper", "Kelp", "Larch",
    )
    for line in ("Desk", "Ledger", "Route", "Vault", "Scan", "Shift", "Parcel", "Signal")
)  # fmt: skip
TASKS = (
    "exporting invoices", "resetting a password", "closing an account", "inviting a colleague", "changing the currency",
    "restoring a backup", "merging two contacts", "renewing a licence", "booking a technician", "returning a device",
    "sharing a calendar", "importing a price list", "archiving a project", "pairing a phone", "splitting a payment",
    "printing a label", "approving a timesheet", "blocking a caller", "moving a mailbox", "reporting a fault",
    "sealing a shipment", "scheduling a report", "rotating an access key", "correcting an order",
)  # fmt: skip
CITIES = ("Arnfeld", "Brisk Bay", "Colm", "Dunmere", "Eastvale", "Farrow", "Glenholt", "Harrowgate", "Inver", "Jarrow")
_PLANS = ("Starter", "Team", "Business", "Enterprise")
_ROLES = ("account owner", "team lead", "billing contact", "site administrator", "auditor", "shift supervisor")
_MENUS = ("Settings > Account", "Tools > Requests", "Admin > Policies", "Profile > Security", "Reports > History")
_TEAMS = (
    "the service desk",
    "the billing team",
    "the platform team",
    "the regional office",
    "the data protection team",
)


@dataclass(frozen=True)
class _Section:
    heading: str
    question: str
    fact: str
    around: tuple[tuple[str, ...], ...]  # of each sentence, ways to say it


_SECTIONS = (
    _Section(
        "How long it takes",
        "How many working days does {task} take in {product} on the {plan} plan?",
        "On the {plan} plan of {product}, {task} takes {number} working days once the request is complete.",
        (
            ("Requests are handled in the order in which they arrive.", "Whoever asks first is served first."),
            ("Days on which {team} is closed do not count.", "Weekends and public holidays are left out."),
            ("A request that lacks a signature waits until somebody adds it, and the clock starts again from there.",),
            ("You see the current state under {menu}.", "{menu} shows how far it has got."),
            ("If you hear nothing after that time, write to {team} and quote the request number from your e-mail.",),
            ("During the yearly stocktaking it takes a little longer; a banner says so.", "Nobody can jump the queue."),
        ),
    ),
    _Section(
        "What it costs",
        "What is the fee for {task} with {product}?",
        "{product} charges {number} euros for {task}, and the amount appears on the next monthly statement.",
        (
            ("There is no fee on the {plan} plan.", "Customers of the {plan} plan pay half of it."),
            ("Taxes are added where the law of your country asks for them.",),
            ("A request that {team} turns down is not charged, and one that you withdraw at once is free too.",),
            ("The {role} can set a limit above which every charge has to be approved by a second person.",),
            ("Old statements stay under {menu} for as long as the account exists.",),
            ("Questions about an amount go to {team}.", "If an amount looks wrong, {team} checks it with you."),
        ),
    ),
    _Section(
        "Who may do it",
        "Which role is needed for {task} in {product}?",
        "Only the {role} is allowed to start {task} in {product}; others see the button greyed out.",
        (
            ("A new {role} is named under {menu}.", "Roles are handed out under {menu}."),
            ("At least {number} people should hold the role, so that holidays do not stop the work.",),
            ("Guests never get it, whatever group they belong to.",),
            ("Every change of roles is written to the log, which {team} keeps and which nobody can edit afterwards.",),
            ("When somebody leaves the company, take the role away before the account is closed.",),
            ("On the {plan} plan two people have to agree.", "The {plan} plan lets one person decide alone."),
        ),
    ),
    _Section(
        "Step by step",
        "Where do I find the menu for {task} in {product}?",
        "To begin {task} in {product}, open {menu} and choose the entry with the green arrow.",
        (
            ("Check the summary on the second page; mistakes are easier to mend before you confirm.",),
            ("Enter the reference, which has {number} characters.", "It asks for a reference of {number} characters."),
            ("Press Confirm, and wait for the line that says that the request was taken in.",),
            ("You can leave the page afterwards; the rest happens in the background without you.",),
            ("A message reaches the {role} once everything is done.", "The {role} is told when it is over."),
            ("On a phone the same entry hides behind the three dots in the corner.",),
        ),
    ),
    _Section(
        "When it fails",
        "What does error {code} mean for {task} in {product}?",
        "Error {code} means that {product} has stopped {task} because a request for the same record is still open.",
        (
            ("Wait for {number} minutes and try again.", "After {number} minutes the record is free again."),
            ("If the error stays, {team} can close the older request for you, which takes a moment on the telephone.",),
            ("Nothing is lost: what you had typed is kept as a draft under {menu}.",),
            ("A slow connection shows a grey bar instead, and needs no help from anybody.",),
            ("Please do not press the button several times; each press makes a request of its own.",),
            ("The {role} finds all errors of the last weeks in one list.", "Errors are listed for the {role}."),
        ),
    ),
    _Section(
        "Limits",
        "What is the daily limit on {task} in {product}?",
        "{product} allows {task} at most {number} times a day for each workspace.",
        (
            ("The count begins anew at midnight, in the time zone of the workspace.",),
            ("The {plan} plan has no such limit.", "On the {plan} plan the limit is twice as high."),
            ("Larger jobs can be arranged with {team} a week ahead, who will run them during the night.",),
            ("What goes beyond the limit is not refused but waits for the next day.",),
            ("The {role} gets a warning when four fifths are used.", "A warning goes to the {role} in good time."),
            ("A test workspace has a limit of its own, which you see under {menu}.",),
        ),
    ),
    _Section(
        "How to undo it",
        "Until when can I undo {task} in {product}?",
        "You can take back {task} in {product} within {number} hours, by the link in the message that confirms it.",
        (
            ("After that time only {team} can help, and not in every case.",),
            ("Taking it back puts every record into the state it had before, with its notes and its attachments.",),
            ("Messages that were sent meanwhile cannot be called back.",),
            ("The {role} sees who has undone what under {menu}.", "{menu} shows who has taken back what."),
            ("A fee that was charged for it is paid back with the next statement.",),
            ("On the {plan} plan the time is doubled.", "The {plan} plan gives you as much time again."),
        ),
    ),
    _Section(
        "What is kept",
        "How long does {product} keep the records of {task}?",
        "{product} keeps the records of {task} for {number} months and then deletes them for good.",
        (
            ("They hold who asked, when, and what was changed, but no attachments.",),
            ("A copy can be downloaded under {menu}.", "{menu} has a button to download a copy."),
            ("Where the law asks for a longer time, {team} moves them to a separate archive that is not searched.",),
            ("The {role} may ask for an earlier deletion in writing.",),
            ("Backups are overwritten some weeks later, so that nothing comes back by a restore.",),
            ("Statistics without names stay.", "Figures that name nobody are kept."),
        ),
    ),
    _Section(
        "Before you start",
        "How much free space does {product} need for {task}?",
        "Make sure that {product} has {number} megabytes of free space before {task} begins.",
        (
            ("Ask the {role} whether another request is open.", "The {role} knows about requests that are open."),
            ("Have the reference at hand that stands on the first page of your contract.",),
            ("Close other windows of the program; two of them can overwrite each other.",),
            ("On the {plan} plan a backup is made for you.", "Make a backup, unless you are on the {plan} plan."),
            ("If you work from home, connect to the company network first, since the entry is hidden outside of it.",),
            ("Read the notes under {menu}: {team} writes there what is going on this week.",),
        ),
    ),
    _Section(
        "Who helps",
        "How can I reach support about {task} in {product}?",
        "For help with {task} in {product}, call extension {number} or write to {team}.",
        (
            ("The line is open on working days from nine to five.", "Outside office hours you can leave a message."),
            ("Tell them the name of your workspace and what you saw on the screen, word by word if you can.",),
            ("A picture of the window helps more than a long story.",),
            ("The {role} may ask for a call back under {menu}.", "Under {menu} the {role} can book a call."),
            ("Customers of the {plan} plan have a person of their own to turn to.",),
            ("Most answers come on the same day, and nearly all within two.",),
        ),
    ),
)  # fmt: skip
SECTIONS = len(_SECTIONS)  # of each article; a chunk each


@dataclass(frozen=True)
class HelpArticle:
    """One article, and the questions that its sections answer, in their order."""

    title: str
    sections: tuple[tuple[str, str], ...]  # heading, text
    questions: tuple[str, ...]

    def markdown(self, audience: str = "") -> str:
        """As a file; for everybody, or for one audience."""
        front = f"---\naudiences: [{audience}]\n---\n\n" if audience else ""
        return f"{front}# {self.title}\n\n" + "\n\n".join(f"## {head}\n\n{text}" for head, text in self.sections) + "\n"


def help_articles(count: int) -> Iterator[HelpArticle]:
    """Of each product an article about each task, then the same again for the first city, the second and so on."""
    chance = random.Random(1)
    for number in range(count):
        kind, city = number % len(PRODUCTS), number // (len(PRODUCTS) * len(TASKS))
        place = f" in {CITIES[(city - 1) % len(CITIES)]} {(city - 1) // len(CITIES) + 1}" if city else ""
        product = PRODUCTS[kind] + place
        task = TASKS[(number // len(PRODUCTS) + kind) % len(TASKS)]
        yield _article(product, task, chance)


def _article(product: str, task: str, chance: random.Random) -> HelpArticle:
    written = [_section(section, {"product": product, "task": task}, chance) for section in _SECTIONS]
    return HelpArticle(
        title=f"{task.capitalize()} in {product}",
        sections=tuple((section.heading, text) for section, (text, _) in zip(_SECTIONS, written, strict=True)),
        questions=tuple(question for _, question in written),
    )


def _section(section: _Section, names: Mapping[str, str], chance: random.Random) -> tuple[str, str]:
    """Its text, the fact at any place in it, and its question."""
    told = {
        **names,
        "plan": chance.choice(_PLANS),
        "role": chance.choice(_ROLES),
        "menu": chance.choice(_MENUS),
        "team": chance.choice(_TEAMS),
        "number": str(chance.randint(2, 90)),
        "code": f"{chance.choice('ABCDEF')}{chance.randint(100, 999)}",
    }
    sentences = [_sentence(chance.choice(ways), told) for ways in section.around]
    sentences.insert(chance.randrange(len(sentences)), _sentence(section.fact, told))
    return " ".join(sentences), section.question.format(**told)


def _sentence(template: str, told: Mapping[str, str]) -> str:
    text = template.format(**told)
    return text[0].upper() + text[1:]


def asked(articles: Sequence[HelpArticle], count: int) -> Iterator[str]:
    """So many of their questions, drawn by lot."""
    chance = random.Random(2)
    for _ in range(count):
        yield chance.choice(chance.choice(articles).questions)

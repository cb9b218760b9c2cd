"""Every error a user can meet, in one tree. Each message says what happened and what to do."""


class FootnoteError(Exception):
    """Something a user can understand and act on; shown as one line, exit code 1."""

    exit_code = 1


class WrongUse(FootnoteError):
    """The call itself is off: a missing folder, a bad option, an over-long question; exit code 2."""

    exit_code = 2


class SettingsError(WrongUse):
    """One or more settings are wrong; the message lists them all at once."""


class UnreadableSource(FootnoteError):
    """A source file cannot become an article; the message is the reason in the report."""


class LimitExceeded(UnreadableSource):
    """A source file was stopped by a limit (size, time, memory)."""


class EncryptedSource(UnreadableSource):
    """A source file needs a password."""


class ServiceUnavailable(FootnoteError):
    """A server we depend on did not answer, or answered with an error."""


class ModelUnavailable(FootnoteError):
    """A model's files are missing or damaged, or the package that runs it is not installed."""


class DataFolderError(FootnoteError):
    """The data folder cannot be read, written or understood (for one: a newer version wrote it)."""


class VersionMismatch(FootnoteError):
    """The index was made with another embedding model, or another way of using it."""


class LeaseHeld(FootnoteError):
    """Another process holds the lease; the message says which, and since when."""


class UnknownArticle(FootnoteError):
    """No article of that id that this asker may read: the two cases sound alike on purpose."""


class UnknownAnswer(FootnoteError):
    """No stored answer of that id."""


class ConcurrentChange(FootnoteError):
    """Somebody else changed the same article meanwhile; what was on its way rests on an older state."""


class PromptError(FootnoteError):
    """A blank without a value, a value without a blank, or no such prompt."""

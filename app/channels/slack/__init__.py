"""Slack over Socket Mode: questions come in durably, each gets one answer, and answers are corrected later.

`intake` reads what Slack sends, `audiences` decides who may see what, `prose` and `messages` say it so that nothing
of an article or a writer becomes a link, a mention or an image, `showing` says it once, whatever happens meanwhile.
"""

CHANNEL = "slack"  # as the catalog names it: inbox, told, gaps

"""What Slack's refusals mean for us: try again, give up on this place, or stop altogether. Pure."""

from typing import Final

from slack_sdk.errors import SlackApiError

# The token is of no use any more: only a person can help.
FATAL: Final = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "app_uninstalled",
        "org_login_required",
    }
)
_PASSING: Final = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)
TOO_LONG: Final = frozenset({"msg_too_long", "msg_blocks_too_long", "markdown_text_too_long"})
NOT_LIKED: Final = frozenset({"invalid_blocks", "invalid_blocks_format", "markdown_text_conflict", "invalid_arguments"})

_REASONS: Final = {
    "not_in_channel": "I am not a member of that channel; invite me there (`/invite`), then ask again",
    "channel_not_found": "I cannot see that channel; invite me there (`/invite`), then ask again",
    "is_archived": "that channel is archived",
    "restricted_action": "this workspace does not let me write in that channel",
    "restricted_action_read_only_channel": "that channel is read-only",
    "restricted_action_thread_locked": "that thread is locked",
    "restricted_action_thread_only_channel": "in that channel one may write in threads only",
    "thread_not_found": "that thread is gone",
    "missing_scope": "this app lacks a permission; its owner can run `footnote slack doctor`",
    "user_not_found": "I cannot reach that person",
}


def error_of(problem: SlackApiError) -> str:
    """Slack's own short word for it; empty for an answer that was none."""
    try:
        return str(problem.response.get("error") or "")
    except (AttributeError, TypeError):
        return ""


def status_of(problem: SlackApiError) -> int:
    """Of the web server's answer."""
    status: int = getattr(problem.response, "status_code", 0) or getattr(problem.response, "status", 200)
    return status


def is_passing(problem: SlackApiError) -> bool:
    """Whether it may go better in a moment."""
    return error_of(problem) in _PASSING or status_of(problem) >= 429 or error_of(problem) in ("", *FATAL)


def is_fatal(problem: SlackApiError) -> bool:
    return error_of(problem) in FATAL


def is_unknown(problem: SlackApiError) -> bool:
    """Whether the call may have taken effect all the same."""
    return (
        error_of(problem) == "" or status_of(problem) >= 500 or error_of(problem) in ("internal_error", "fatal_error")
    )


def reason_of(problem: SlackApiError) -> str:
    """For the asker."""
    error = error_of(problem)
    return _REASONS.get(error, f"Slack said `{error or 'nothing of use'}`")

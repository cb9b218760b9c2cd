"""What Slack sends, in the shapes it documents: events, commands, shortcuts, clicks, submitted forms. Pure."""

from typing import Any

TEAM, APP, BOT_USER, BOT_ID = "T1", "A1", "UBOT", "BBOT"

Json = dict[str, Any]


def event_callback(event_id: str, event: Json, *, external: bool = False) -> Json:
    """The outer payload of the Events API."""
    return {
        "token": "legacy",
        "team_id": TEAM,
        "context_team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": 1_700_000_000,
        "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        "is_ext_shared_channel": external,
        "event_context": f"4-{event_id}",
    }


def app_mention(channel: str, message: Json) -> Json:
    return {**_spoken(message), "type": "app_mention", "channel": channel}


def message_event(channel: str, channel_type: str, message: Json) -> Json:
    return {**_spoken(message), "type": "message", "channel": channel, "channel_type": channel_type}


def _spoken(message: Json) -> Json:
    known = ("user", "bot_id", "subtype", "ts", "thread_ts", "text", "team")
    return {"event_ts": message["ts"]} | {name: message[name] for name in known if message.get(name) is not None}


def reaction_added(user: str, reaction: str, channel: str, ts: str) -> Json:
    return {
        "type": "reaction_added",
        "user": user,
        "reaction": reaction,
        "item_user": BOT_USER,
        "item": {"type": "message", "channel": channel, "ts": ts},
        "event_ts": ts,
    }


def assistant_thread_started(user: str, channel: str, thread_ts: str) -> Json:
    thread = {"user_id": user, "context": {}, "channel_id": channel, "thread_ts": thread_ts}
    return {"type": "assistant_thread_started", "assistant_thread": thread, "event_ts": thread_ts}


def command(user: str, channel: str, text: str, trigger_id: str, name: str = "/ask") -> Json:
    return {
        "token": "legacy",
        "team_id": TEAM,
        "team_domain": "example",
        "channel_id": channel,
        "channel_name": "general",
        "user_id": user,
        "user_name": user.lower(),
        "command": name,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.invalid/commands/1",
        "trigger_id": trigger_id,
    }


def message_action(user: str, channel: str, message: Json, trigger_id: str, callback_id: str) -> Json:
    return {
        "type": "message_action",
        "token": "legacy",
        "action_ts": "1.1",
        "team": {"id": TEAM, "domain": "example"},
        "user": {"id": user, "username": user.lower(), "team_id": TEAM},
        "channel": {"id": channel, "name": "general"},
        "is_enterprise_install": False,
        "enterprise": None,
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "response_url": "https://hooks.slack.invalid/app/1",
        "message_ts": message["ts"],
        "message": {"type": "message", **message},
    }


def block_actions(user: str, channel: str, message: Json, trigger_id: str, action: Json) -> Json:
    return {
        "type": "block_actions",
        "user": {"id": user, "username": user.lower(), "team_id": TEAM},
        "api_app_id": APP,
        "token": "legacy",
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel, "is_ephemeral": False},
        "trigger_id": trigger_id,
        "team": {"id": TEAM, "domain": "example"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel, "name": "general"},
        "message": message,
        "state": {"values": {}},
        "response_url": "https://hooks.slack.invalid/actions/1",
        "actions": [{"block_id": "b1", "action_ts": "1.1", **action}],
    }


def view_submission(user: str, view: Json, values: Json) -> Json:
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "example"},
        "user": {"id": user, "username": user.lower(), "team_id": TEAM},
        "api_app_id": APP,
        "token": "legacy",
        "trigger_id": "t.view",
        "view": {**view, "state": {"values": values}},
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
    }

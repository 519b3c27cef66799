"""Events of Kubernetes, the oldest first, as people and programs read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from control.cli.output import age, column, say, tell_json, tell_table

if TYPE_CHECKING:
    from control.cli.cluster import Document


def tell_events(found: list[Document], *, of: str, as_json: bool) -> None:
    found.sort(key=event_time)
    if as_json:
        tell_json([event_facts(each) for each in found])
        return
    if not found:
        say(f"No events of {of}: Kubernetes keeps them for an hour.")
        return
    titles = ("age", "type", "object", "reason", "message")
    rows = [list(map(str, event_row(each))) for each in found]
    tell_table([column(title) for title in titles], rows)


def event_time(event: Document) -> str:
    return str(
        event.get("lastTimestamp")
        or event.get("eventTime")
        or event["metadata"].get("creationTimestamp", "")
    )


def event_facts(event: Document) -> dict[str, Any]:
    about = event["involvedObject"]
    return {
        "time": event_time(event),
        "type": event.get("type", ""),
        "object": f"{about.get('kind', '')} {about.get('name', '')}",
        "reason": event.get("reason", ""),
        "message": event.get("message", ""),
        "count": event.get("count") or 1,
    }


def event_row(event: Document) -> tuple[str, ...]:
    from control.cli.service_view import moment

    facts = event_facts(event)
    count = f" (x{facts['count']})" if facts["count"] > 1 else ""
    when = age(moment(facts["time"]))
    return (when, facts["type"], facts["object"], facts["reason"], facts["message"] + count)

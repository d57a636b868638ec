"""One HTML page of the account's state: no script, no external resources, light or dark."""

from collections.abc import Iterable
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #b3261e; --good: #1b6e3c; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #7bd69c; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin-top: 2rem; }
p { margin: .3rem 0; } .bad { color: var(--bad); } .good { color: var(--good); }
div.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } code { font-size: .92em; }
"""


def page(state: dict[str, Any]) -> str:
    speed = "unlimited" if state["speed"] is None else f"{state['speed']:g} × real time"
    parts = [
        "<h1>ActiveCampaign sandbox</h1>",
        f"<p>{escape(state['time'])} · speed {escape(speed)} · {state['contacts']:,} contacts</p>",
        "<p>Not the real thing: nothing leaves this machine.</p>",
        _violations(state),
        _section("Lists", ("Id", "Name", "Unconfirmed", "Active", "Unsubscribed", "Bounced"), _lists(state)),
        _section("Most seen at once", ("What", "Most", "Allowed"), _most(state)),
        _section(
            "Imports", ("Batch", "Contacts", "Accepted", "Status", "Created", "Failed"), _imports(state)
        ),
        _section("Requests", ("Endpoint", "Answers"), _endpoints(state)),
        _section("Last requests", ("Time", "Request", "Bytes", "Answer"), _last(state)),
    ]
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>ActiveCampaign sandbox</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )


def _violations(state: dict[str, Any]) -> str:
    if not state["violations"]:
        return '<h2>Violations</h2><p class="good">None: the client kept every rule it was watched for.</p>'
    total = sum(state["violation_counts"].values())
    latest = [(one["time"], one["rule"], one["detail"]) for one in reversed(state["violations"][-50:])]
    return f'<p class="bad">{total:,} violations</p>' + _section(
        "Violations", ("Time", "Rule", "Detail"), latest
    )


def _lists(state: dict[str, Any]) -> Iterable[tuple[object, ...]]:
    return [(one["id"], one["name"], *one["statuses"].values()) for one in state["lists"]]


def _most(state: dict[str, Any]) -> Iterable[tuple[object, ...]]:
    return [
        (name.replace("_", " "), seen["most"], seen["allowed"]) for name, seen in state["most_seen"].items()
    ]


def _imports(state: dict[str, Any]) -> Iterable[tuple[object, ...]]:
    names = ("batch", "contacts", "accepted", "status", "created", "failed")
    return [tuple(batch[name] for name in names) for batch in reversed(state["imports"]["latest"][-15:])]


def _endpoints(state: dict[str, Any]) -> Iterable[tuple[object, ...]]:
    by_endpoint = state["requests"]["by_endpoint"]
    return [
        (name, ", ".join(f"{outcome}: {count:,}" for outcome, count in seen.items()))
        for name, seen in by_endpoint.items()
    ]


def _last(state: dict[str, Any]) -> Iterable[tuple[object, ...]]:
    return [
        (one["time"], f"{one['method']} {one['path']}", one["bytes"], one["fault"] or one["status"])
        for one in reversed(state["last_requests"])
    ]


def _section(title: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    table = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    return f"<h2>{escape(title)}</h2>{table if body else '<p>None yet.</p>'}"


def _cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<td class="n">{value:,}</td>'
    return f"<td>{escape(str(value))}</td>"

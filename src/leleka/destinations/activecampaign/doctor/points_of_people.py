"""What becomes of people who unsubscribed, who are excluded, who were deleted; and how a list is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leleka.core.ports.examination import Exchange, Finding
from leleka.destinations.activecampaign.doctor.bench import Bench, met, unfinished, unsettled
from leleka.destinations.activecampaign.doctor.contacts import Contact
from leleka.destinations.activecampaign.doctor.imports import Import
from leleka.destinations.activecampaign.doctor.wire import Heard
from leleka.destinations.activecampaign.held_values import SIDE_LOAD
from leleka.destinations.activecampaign.response_parsing import number_of

_PAGE: Final = "100"
_MOST_ROWS: Final = 1_000
_ACTIVE, _UNSUBSCRIBED = 1, 2
_EVERYWHERE: Final = frozenset({"all", "allEmail"})
_AGAIN: Final = "Again"


def reading(bench: Bench) -> Iterator[Finding]:
    """How a page of contacts is filled and counted; at least three are on the list."""
    query = {"listid": str(bench.target), "status": str(_ACTIVE), "orders[id]": "ASC", "limit": _PAGE}
    whole = bench.wire.read("contacts", {**query, "include": SIDE_LOAD})
    told = isinstance(whole.found.get(SIDE_LOAD.lower()), list)
    if told or bench.text_field:
        yield met("side_loads", told, whole.exchange)
    else:
        yield unsettled("side_loads", "no_field", whole.exchange)
    ids = [number_of(row.get("id")) for row in whole.rows("contacts")]
    if len(ids) < 2 or ids[0] is None:  # noqa: PLR2004 - one before, one behind
        yield unsettled("total_with_id_greater", "vanished", whole.exchange)
        return
    rest = bench.wire.read("contacts", {**query, "id_greater": str(ids[0])})
    totals = _total(whole.found), _total(rest.found)
    values = {(len(ids), len(ids) - 1): "above", (len(ids), len(ids)): "whole"}
    name, seen = "total_with_id_greater", (whole.exchange, rest.exchange)
    yield met(name, values[totals], *seen) if totals in values else unsettled(name, "odd_answer", *seen)


def exclusions(bench: Bench) -> Iterator[Finding]:
    """Send an excluded address where the account excludes one of ours already; none is excluded for this."""
    heard = bench.wire.ask("lists/exclusions", {"limit": _PAGE})
    readable = heard.succeeded and isinstance(heard.found.get("exclusions"), list)
    yield met("exclusions_readable", readable, heard.exchange)
    rows = _all(bench, heard) if readable else []
    if any(str(row.get("hidden")).lower() in {"true", "1"} for row in rows):
        yield met("hidden_exclusions_listed", True, heard.exchange)
    else:
        yield unsettled("hidden_exclusions_listed", "no_hidden_exclusion", heard.exchange)
    if any(_covers(row, bench.addresses["excluded"], bench.target) for row in rows):
        bench.send("excluded", bench.subscribed("excluded"), first=["excluded"])


def _all(bench: Bench, first: Heard) -> list[Mapping[str, Any]]:
    """Return the exclusions of the first pages."""
    rows, page = first.rows("exclusions"), first.rows("exclusions")
    while len(page) >= int(_PAGE) and len(rows) < _MOST_ROWS:
        page = bench.wire.ask("lists/exclusions", {"limit": _PAGE, "offset": str(len(rows))}).rows(
            "exclusions"
        )
        rows = rows + page
    return rows


def excluded(bench: Bench) -> Finding:
    name = "excluded_in_failure"
    one = bench.kept.get("excluded")
    if one is None:
        return unsettled(name, "no_exclusion")
    kept_open = unfinished(name, one)
    if kept_open:
        return kept_open
    if one.failed(bench.addresses["excluded"]):
        return met(name, True, *one.exchanges)
    found = bench.find("excluded")
    seen = bench.evidence(one)
    return unsettled(name, "exclusion_not_kept", *seen) if found else met(name, False, *seen)


def leave(bench: Bench) -> Iterator[Finding]:
    """See that who was unsubscribed is, and subscribe them again by an import, which must not work."""
    leaver = bench.find("leaver")
    status = bench.contacts.status_on(leaver, bench.target) if leaver else None
    if status != _UNSUBSCRIBED:
        for name in ("status_filter", "unsubscribed_in_failure", "unsubscribed_stays"):
            yield unsettled(name, "not_unsubscribed", *bench.contacts.exchanges)
        return
    query = {"listid": str(bench.target), "limit": _PAGE}
    active = bench.wire.read("contacts", {**query, "status": str(_ACTIVE)})
    gone = bench.wire.read("contacts", {**query, "status": str(_UNSUBSCRIBED)})
    kept = leaver is not None and leaver.id not in _ids(active) and leaver.id in _ids(gone)
    yield met("status_filter", kept, active.exchange, gone.exchange)
    bench.send("returning", bench.subscribed("leaver"))


def returned(bench: Bench) -> Iterator[Finding]:
    one = bench.kept.get("returning")
    if one is None:
        return
    names = ("unsubscribed_in_failure", "unsubscribed_stays")
    leaver = bench.find("leaver") if one.completed else None
    if leaver is None:
        for name in names:
            yield unfinished(name, one) or unsettled(name, "vanished", *one.exchanges)
        return
    status = bench.contacts.status_on(leaver, bench.target)
    seen = bench.evidence(one)
    yield met(names[0], one.failed(bench.addresses["leaver"]), *one.exchanges)
    yield met(names[1], status == _UNSUBSCRIBED, *seen)


@dataclass(frozen=True, slots=True)
class Deletion:
    """Who was deleted, what was answered, and whether the account lists them no more."""

    before: Contact
    done: Heard
    gone: bool


def delete(bench: Bench) -> Deletion | None:
    """Delete a contact and import over it; None where nobody is there."""
    before = bench.find("archived")
    if before is None:
        return None
    done = bench.contacts.delete(before)
    gone = bench.find("archived") is None
    if gone:
        bench.send("again", bench.subscribed("archived", first_name=_AGAIN))
    return Deletion(before, done, gone)


def deleted(bench: Bench, what_was_done: Deletion | None) -> Iterator[Finding]:
    """Tell an archived contact from a deleted one by what an import over it gives: the same contact, or another."""
    what, over = "delete_contact", "archived_import"
    if what_was_done is None:
        yield unsettled(what, "vanished")
        yield unsettled(over, "vanished")
        return
    before, done = what_was_done.before, what_was_done.done
    if not what_was_done.gone:
        refused = done.reply is not None and not done.succeeded
        yield met(what, "refused", done.exchange) if refused else unsettled(what, "odd_answer", done.exchange)
        yield unsettled(over, "not_archived")
        return
    one = bench.kept["again"]
    kept_open = unfinished(what, one)
    if kept_open:
        yield kept_open
        yield unfinished(over, one) or kept_open
        return
    after = bench.find("archived")
    seen = (done.exchange, *one.exchanges, *bench.contacts.exchanges)
    if after is not None and after.id != before.id:
        yield met(what, "deletes", *seen)
        yield unsettled(over, "not_archived", *seen)
        return
    yield met(what, "archives", *seen)
    yield _imported_over(bench, over, one, after, seen)


def _imported_over(
    bench: Bench, name: str, one: Import, after: Contact | None, seen: tuple[Exchange, ...]
) -> Finding:
    """Deliveries believe this: who is found again was restored only with what was sent, and on the list."""
    if after is None:
        failed = one.failed(bench.addresses["archived"])
        return met(name, "in_failure" if failed else "skipped", *seen)
    listed = bench.contacts.status_on(after, bench.target) == _ACTIVE
    if listed and after.text("firstName") == _AGAIN:
        return met(name, "restored", *seen)
    return unsettled(name, "odd_answer", *seen)


def _covers(row: Mapping[str, Any], address: str, target: int) -> bool:
    phrase, kind = str(row.get("matchPhrase") or "").strip().lower(), row.get("matchType")
    lists = row.get("lists")
    here = row.get("channel") in _EVERYWHERE or (
        isinstance(lists, list) and target in {number_of(one) for one in lists}
    )
    matches = {
        "exact": address == phrase,
        "begin": address.startswith(phrase),
        "end": address.endswith(phrase),
    }
    return bool(phrase) and here and matches.get(str(kind), False)


def _total(found: Mapping[str, Any]) -> int | None:
    meta = found.get("meta")
    return number_of(meta.get("total")) if isinstance(meta, dict) else None


def _ids(heard: Heard) -> set[int | None]:
    return {number_of(row.get("id")) for row in heard.rows("contacts")}

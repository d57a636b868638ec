"""What imports do: to lists and fields that do not exist, to addresses that come twice, to people who left."""

from collections.abc import Iterator
from secrets import randbelow
from typing import Final

from leleka.core.outcomes import Accepted, Cause, Refused
from leleka.core.ports.examination import Finding
from leleka.destinations.activecampaign.doctor.bench import Bench, met, unfinished, unsettled
from leleka.destinations.activecampaign.doctor.contacts import Contact
from leleka.destinations.activecampaign.doctor.imports import Import
from leleka.errors import NeedsAttention

_LONG: Final = 300  # characters
_FROM, _SPREAD = 900_000_000, 90_000_000  # ids that no list and no field has, which is looked up all the same
_ABSENT: Final = 404
_UNSUBSCRIBED: Final = 2
NAME: Final = "Leleka / doctor"  # the slash shows whether replies escape it


def begin(bench: Bench) -> Iterator[Finding]:
    """Import one contact, alone: whether this account takes single ones, and whether it takes the domain.

    Raises ``NeedsAttention`` where it does not: everything else needs that.
    """
    fields = [{"id": bench.text_field, "value": NAME}] if bench.text_field else []
    first = bench.send("base", bench.subscribed("base", first_name=NAME, fields=fields), first=["base"])
    bench.imports.look(first)
    accepted = isinstance(first.outcome, Accepted)
    yield met("single_import", "accepted" if accepted else "refused", first.sent.exchange)
    bench.imports.finish()
    if not first.completed or bench.find("base") is None:
        raise NeedsAttention("DOCTOR_NOT_IMPORTED", shown=first.exchanges[-1].answered)


def send_first_round(bench: Bench) -> None:
    twice = bench.row("twice", first_name="First"), bench.row("twice", first_name="Second")
    bench.send("twice", *twice, first=["twice"])
    unknown = _unknown(bench, "lists")
    if unknown:
        bench.send("list", bench.row("list", subscribe=[{"listid": unknown}]), first=["list"])
    unknown = _unknown(bench, "fields")
    if unknown:
        bench.send("field", bench.row("field", fields=[{"id": unknown, "value": NAME}]), first=["field"])
    bench.send("apostrophe", bench.row("apostrophe"), first=["apostrophe"])
    bench.send("long", bench.row("long", first_name="x" * _LONG), first=["long"])
    bench.send("outsider", bench.row("outsider", unsubscribe=[{"listid": bench.target}]), first=["outsider"])
    two = bench.subscribed("leaver"), bench.subscribed("archived", first_name=NAME)
    bench.send("listed", *two, first=["leaver", "archived"])


def read_first_round(bench: Bench) -> Iterator[Finding]:
    yield _duplicate(bench, bench.kept["twice"])
    for name, part in (("unknown_list", "list"), ("unknown_field", "field")):
        if part in bench.kept:
            yield _unknown_reference(bench, name, part, bench.kept[part])
        else:
            yield unsettled(name, "no_unknown_id")
    yield _apostrophe(bench, bench.kept["apostrophe"])
    yield _long(bench, bench.kept["long"])
    yield _outsider(bench, bench.kept["outsider"])


def send_second_round(bench: Bench) -> None:
    fields = [{"id": bench.text_field, "value": ""}] if bench.text_field else []
    bench.send("emptied", bench.subscribed("base", first_name="", fields=fields))
    bench.send("capitals", bench.row("capitals", last_name="Capitals"))
    bench.send("leaving", bench.row("leaver", unsubscribe=[{"listid": bench.target}]))


def read_second_round(bench: Bench) -> Iterator[Finding]:
    yield from _emptied(bench, bench.kept["emptied"])
    yield _capitals(bench, bench.kept["capitals"])


def _unknown(bench: Bench, of: str) -> int | None:
    """Return an id that no list, or no field, of the account has."""
    number = _FROM + randbelow(_SPREAD)
    return number if bench.wire.ask(f"{of}/{number}").status == _ABSENT else None


def _duplicate(bench: Bench, one: Import) -> Finding:
    name = "duplicate_in_batch"
    found = bench.arrived(name, "twice", one)
    if isinstance(found, Finding):
        return found
    seen = bench.evidence(one)
    if one.failed(bench.addresses["twice"]):
        return met(name, "second_fails", *seen)
    values = {"First": "first_wins", "Second": "last_wins"}
    value = values.get(found.text("firstName"))
    return met(name, value, *seen) if value else unsettled(name, "odd_answer", *seen)


def _unknown_reference(bench: Bench, name: str, part: str, one: Import) -> Finding:
    if isinstance(one.outcome, Refused) and one.outcome.cause is Cause.INVALID:
        return met(name, "refused", *one.exchanges)
    if one.settled is not None and not one.completed:
        return met(name, "batch_fails", *one.exchanges)
    kept_open = unfinished(name, one)
    if kept_open:
        return kept_open
    if one.failed(bench.addresses[part]):
        return met(name, "rows_fail", *one.exchanges)
    found = bench.find(part)
    seen = bench.evidence(one)
    return met(name, "ignored", *seen) if found else unsettled(name, "vanished", *seen)


def _apostrophe(bench: Bench, one: Import) -> Finding:
    name = "apostrophe_fails"
    if isinstance(one.outcome, Refused) and one.outcome.cause is Cause.INVALID:
        return met(name, True, *one.exchanges)
    kept_open = unfinished(name, one)
    if kept_open:
        return kept_open
    if one.failed(bench.addresses["apostrophe"]):
        return met(name, True, *one.exchanges)
    found = bench.find("apostrophe")
    seen = bench.evidence(one)
    return met(name, False, *seen) if found else unsettled(name, "vanished", *seen)


def _long(bench: Bench, one: Import) -> Finding:
    name = "name_length"
    found = bench.arrived(name, "long", one)
    if isinstance(found, Finding):
        return found
    return met(name, len(found.text("firstName")), *bench.evidence(one))


def _outsider(bench: Bench, one: Import) -> Finding:
    name = "unlisted_unsubscribed"
    found = bench.arrived(name, "outsider", one)
    if isinstance(found, Finding):
        return found
    status = bench.contacts.status_on(found, bench.target)
    seen = bench.evidence(one)
    if status is None:
        return met(name, False, *seen)
    return met(name, True, *seen) if status == _UNSUBSCRIBED else unsettled(name, "odd_answer", *seen)


def _emptied(bench: Bench, one: Import) -> Iterator[Finding]:
    names = ("updated_contacts", "empty_clears", "empty_clears_field")
    found = bench.find("base") if one.completed else None
    if found is None:
        for name in names:
            yield unfinished(name, one) or unsettled(name, "vanished", *one.exchanges)
        return
    listed = found.id in one.success
    yield met("updated_contacts", "in_success" if listed else "absent", *one.exchanges)
    seen = bench.evidence(one)
    yield met("empty_clears", not found.text("firstName"), *seen)
    yield _emptied_field(bench, one, found)


def _emptied_field(bench: Bench, one: Import, found: Contact) -> Finding:
    if bench.text_field is None:
        return unsettled("empty_clears_field", "no_field")
    held = bench.contacts.value_of(found, bench.text_field)
    return met("empty_clears_field", not held, *one.exchanges, *bench.contacts.exchanges)


def _capitals(bench: Bench, one: Import) -> Finding:
    name = "address_case"
    kept_open = unfinished(name, one)
    if kept_open:
        return kept_open
    found = bench.contacts.find(bench.addresses["twice"])
    found += bench.contacts.find(bench.addresses["capitals"])
    seen = bench.evidence(one)
    if len({contact.id for contact in found}) > 1:
        return met(name, "different", *seen)
    same = any(contact.text("lastName") == "Capitals" for contact in found)
    return met(name, "same", *seen) if same else unsettled(name, "vanished", *seen)

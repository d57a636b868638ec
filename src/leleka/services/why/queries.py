"""Why somebody is in a list or a segment, or is not: from the row of the source to the account."""

from collections.abc import Sequence
from dataclasses import replace

from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, may_use, require
from leleka.services.audit.log import record
from leleka.services.customers import finding, indexing
from leleka.services.customers.finding import Reader
from leleka.services.customers.origins import origin_of
from leleka.services.exports.queries import find_by_id, find_by_name
from leleka.services.installation import lake_sessions
from leleka.services.segments import queries as segment_queries
from leleka.services.tasks.commands import ENDED
from leleka.services.tasks.commands import own as own_task
from leleka.services.why import account, in_segments, person, verdict, words
from leleka.services.why.contracts import Asked, StepName, WhyStep, WhyView
from leleka.services.why.person import Person, Place
from leleka.services.why.sending import members_used, sending
from leleka.state.models import Export, Task


def why(actor: Actor, export: int, *, customer: str = "", address: str = "") -> WhyView:
    """Return why somebody, by the reference of a customer or by an address, is in the list of an export, or is not.

    Masked for whoever may not see personal data, who cannot ask by an address; to see it unmasked is audited. Raises
    ``NotFound``, ``InvalidInput``, ``Forbidden``, ``Conflict``, ``Unavailable``.
    """
    require(actor, Permission.SEE)
    return _of_export(actor, find_by_id(export), person.Who(customer, address))


def why_named(actor: Actor, export: str, address: str) -> WhyView:
    """Return the same of an export by its name."""
    require(actor, Permission.SEE)
    return _of_export(actor, find_by_id(find_by_name(export).pk), person.Who("", address))


def why_in_segment(actor: Actor, segment: int, *, customer: str = "", address: str = "") -> WhyView:
    """Return why somebody is in a segment, or is not, as ``why`` does."""
    require(actor, Permission.SEE)
    row = segment_queries.find_by_id(segment)
    place = person.place_for(actor, None, row)
    with lake_sessions.page_session() as session:
        found = person.of(session, place, person.Who(customer, address))
    key = found.key if found.row else ""
    steps = [_row(place, found), *in_segments.steps(place.reader, [row], key, None, {})]
    inside, said, todo = verdict.of_segment(steps)
    view = _view(place, found, steps)
    _record(actor, row.name, view)
    return replace(view, segment=row.pk, name=row.name, inside=inside, verdict=said, remedy=todo)


def customers_with(
    actor: Actor, address: str, *, export: int | None = None, segment: int | None = None
) -> Sequence[str]:
    """Return the references of the customers with an address, the one that is sent first; none where nobody has it.

    Raises ``InvalidInput``, ``Forbidden``, ``NotFound``, ``Conflict``, ``Unavailable``.
    """
    require(actor, Permission.SEE)
    row = find_by_id(export) if export is not None else None
    asked_of = segment_queries.find_by_id(segment) if segment is not None else None
    place = person.place_for(actor, row, asked_of)
    with lake_sessions.page_session() as session:
        found = person.profiles_with(session, place, address)
    return [indexing.reference_of(one.profile) for one in found]


def asked(actor: Actor, task: int) -> Asked:
    """Return how a question to an account stands that somebody asked themselves."""
    require(actor, Permission.SEE)
    row = own_task(actor, task, Task.Kind.MEMBERSHIP)
    source, _ = finding.profiles()
    masked = finding.reader_of(actor, source).masked
    return Asked(row.pk, row.status in ENDED, account.step_of(row, row.payload["target"], masked=masked))


def lists(actor: Actor) -> Sequence[tuple[int, str]]:
    """Return the exports that somebody can ask about, by name."""
    require(actor, Permission.SEE)
    return list(Export.objects.order_by("name").values_list("pk", "name"))


def _of_export(actor: Actor, export: Export, who: person.Who) -> WhyView:
    place = person.place_for(actor, export)
    segments = list(export.segments.order_by("name"))
    with lake_sessions.page_session() as session:
        found = person.of(session, place, who)
        sent = sending(session, place.reader, export, found)
        used = members_used(session, sent.planned, found.key) if sent.planned and found.key else {}
    key = found.key if found.row else ""
    steps = [_row(place, found), *_address(place.reader, found)]
    steps += [*in_segments.steps(place.reader, segments, key, sent.planned, used), *sent.steps]
    task = account.latest(export, found.address) if found.address else None
    if export.connection is not None and found.address:
        steps.append(account.step_of(task, export.target, masked=place.reader.masked))
    inside, said, todo = verdict.of_list(steps, sent)
    view = _view(place, found, steps)
    _record(actor, export.name, view)
    may_ask = may_use(actor, export.connection) and export.connection is not None and bool(found.address)
    asks = task is not None and task.status not in ENDED and task.asked_by == actor.name
    return replace(
        view,
        export=export.pk,
        name=export.name,
        inside=inside,
        verdict=said,
        remedy=todo,
        may_ask=may_ask,
        asking=task.pk if task is not None and asks else None,
    )


def _view(place: Place, found: Person, steps: Sequence[WhyStep]) -> WhyView:
    row, reader, source = found.row, place.reader, place.source
    address = person.shown_address(reader, found.address)
    title = (
        finding.title_of(reader, row.values, finding.with_key(reader, source, row.key)) if row else address
    )
    return WhyView(
        export=None,
        segment=None,
        name="",
        customer=indexing.reference_of(row.key) if row else "",
        title=title,
        address=address,
        inside=None,
        verdict=words.NOTHING,
        remedy=words.NOTHING,
        steps=steps,
        others=found.others,
        may_ask=False,
        asking=None,
        masked=reader.masked,
    )


def _record(actor: Actor, name: str, view: WhyView) -> None:
    if not view.masked:
        record(actor, "why asked", name, {"customer": view.customer})


def _row(place: Place, found: Person) -> WhyStep:
    reader, source = place.reader, place.source
    title, origin = words.told(f"WHY_STEP.{StepName.SOURCE}"), origin_of(source)
    if found.row is not None:
        key = finding.with_key(reader, source, found.row.key)
        said = words.told("WHY_ROW", table=origin.table, place=origin.place, key=key)
        return WhyStep(StepName.SOURCE, title, held=True, said=said, at=origin.read_at)
    if found.key:
        key = finding.with_key(reader, source, found.key)
        code, said = "WHY_ROW_GONE", words.told("WHY_ROW_GONE", table=origin.table, key=key)
    else:
        code, said = "WHY_NO_ROW", words.told("WHY_NO_ROW", table=origin.table)
    return WhyStep(
        StepName.SOURCE, title, held=False, said=said, remedy=words.remedy(code), at=origin.read_at
    )


def _address(reader: Reader, found: Person) -> list[WhyStep]:
    if found.row is None:
        return []
    title = words.told(f"WHY_STEP.{StepName.ADDRESS}")
    if found.code:
        said = words.told("WHY_ADDRESS_WRONG", reason=words.reason(found.code))
        return [
            WhyStep(StepName.ADDRESS, title, held=False, said=said, remedy=words.remedy("WHY_ADDRESS_WRONG"))
        ]
    if found.addressed is not None and found.addressed.chosen:
        other = "…" if reader.masked else found.addressed.chosen
        said = words.told("WHY_ADDRESS_OTHER", profile=other)
        return [
            WhyStep(StepName.ADDRESS, title, held=False, said=said, remedy=words.remedy("WHY_ADDRESS_OTHER"))
        ]
    address = person.shown_address(reader, found.address)
    if found.others:
        said = words.told("WHY_ADDRESS_CHOSEN", address=address, count=len(found.others))
    else:
        said = words.told("WHY_ADDRESS", address=address)
    return [WhyStep(StepName.ADDRESS, title, held=True, said=said)]

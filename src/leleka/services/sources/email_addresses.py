from leleka.core.messages import Message
from leleka.errors import InvalidInput, NeedsAttention
from leleka.services.installation import lake_sessions
from leleka.services.sources import catalogue
from leleka.services.sources.loading import Say
from leleka.state.models import AddressBook, Source
from leleka.warehouse import email_addresses
from leleka.warehouse.engines.port import Engine


def address_book(session: Engine, profiles: Source, email_column: str, say: Say) -> str:
    """Return the snapshot of normalised addresses of the current profiles, made once for each e-mail column.

    Raises ``NeedsAttention`` ADDRESSES_COLUMN_GONE where the profiles have no such column by now.
    """
    book = AddressBook.objects.filter(profiles=profiles.snapshot, email_column=email_column).first()
    lake = lake_sessions.lake()
    if book is not None and lake.is_sound(book.snapshot):
        return book.snapshot
    if book is not None:  # lost or damaged: made anew, unless another process just did
        AddressBook.objects.filter(pk=book.pk, snapshot=book.snapshot).delete()
    table = catalogue.table_of(profiles)
    if table.column(email_column) is None:
        raise NeedsAttention("ADDRESSES_COLUMN_GONE", source=profiles.name, column=email_column)
    say(Message("CHECKING_ADDRESSES", rows=profiles.rows))
    snapshot = email_addresses.build(
        session,
        lake,
        name=f"{profiles.name} {email_column}",
        profiles=lake.open(profiles.snapshot),
        table=table,
        email_column=email_column,
        updated_at=profiles.spec.get("updated_at"),
    )
    made, _ = AddressBook.objects.get_or_create(
        profiles=profiles.snapshot, email_column=email_column, defaults={"snapshot": snapshot.reference}
    )
    return made.snapshot


def profiles_source() -> Source:
    source = Source.objects.filter(is_profiles=True).first()
    if source is None:
        raise InvalidInput("PROFILES_MISSING")
    return source

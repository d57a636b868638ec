"""A large account must stay quick: counted in steps where that is possible, not in seconds."""

from itertools import islice

from leleka.sandbox.contacts import ContactBook, Status


def _book(count: int) -> ContactBook:
    book = ContactBook()
    for number in range(count):
        book.place(book.add(f"p{number}@example.com", 0.0), 1, Status.ACTIVE)
    return book


def test_contacts_in_common_share_their_memberships() -> None:
    book = _book(1000)
    assert len({id(contact.memberships) for contact in book.everyone()}) == 1


def test_the_index_follows_every_change_of_status() -> None:
    book = _book(100)
    for number in (50, 10, 90, 10):
        contact = book.get(number)
        assert contact is not None
        book.place(contact, 1, Status.UNSUBSCRIBED)
    assert [contact.id for contact in book.on_list(1, Status.UNSUBSCRIBED)] == [10, 50, 90]
    assert (book.count(1, Status.ACTIVE), book.count_on_list(1, None, above=50)) == (97, 50)
    ninety = book.get(90)
    assert ninety is not None
    book.remove(ninety)
    assert [contact.id for contact in book.on_list(1, Status.UNSUBSCRIBED, above=10)] == [50]
    assert book.find("p89@example.com") is None


def test_reading_goes_on_while_contacts_change_lists() -> None:
    book = _book(10)
    reading = book.on_list(1, Status.ACTIVE)
    seen = [contact.id for contact in islice(reading, 3)]
    for number in (1, 2, 5):
        contact = book.get(number)
        assert contact is not None
        book.place(contact, 1, Status.BOUNCED)
    seen += [contact.id for contact in reading]
    assert seen == [1, 2, 3, 4, 6, 7, 8, 9, 10]

from typing import TYPE_CHECKING

from leleka.sandbox.endpoints.contacts import brief, checked_email, field_values, shown, write
from leleka.sandbox.messages import Refused, Reply, Request, error_list, json_reply, read_object

if TYPE_CHECKING:
    from leleka.sandbox.account import Account


def sync(account: "Account", request: Request, _id: str) -> Reply:
    """Creates or updates by address: 201 or 200, with two different bodies."""
    wanted = read_object(request, "contact")
    email = checked_email(wanted)
    archived = account.contacts.archived(email)
    if archived is not None:
        if account.behaviour.archived_import != "restored":
            raise Refused(error_list(422, "The contact is archived.", "contact_archived", "email"))
        account.contacts.restore(archived)
    contact = account.contacts.find(email)
    if contact is None:
        contact = account.contacts.add(email, account.timing.now())
        write(account, contact, wanted)
        return json_reply(brief(contact), 201)
    write(account, contact, wanted)
    # `contact` contains only the ids, the objects are its siblings
    ids = [value["id"] for value in field_values(contact)]
    return json_reply(
        {"fieldValues": field_values(contact), "contact": shown(contact) | {"fieldValues": ids}}
    )


ROUTES = [("POST", r"/contact/sync", sync)]

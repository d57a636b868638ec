from typing import TYPE_CHECKING

from leleka.sandbox.catalogue import CustomField
from leleka.sandbox.messages import (
    Refused,
    Reply,
    Request,
    error_list,
    json_reply,
    missing,
    page_bounds,
    read_object,
    text,
    whole_number,
)
from leleka.sandbox.timing import stamp

if TYPE_CHECKING:
    from leleka.sandbox.account import Account


def _shown(one: CustomField) -> dict[str, object]:
    return {
        "title": one.title,
        "descript": "",
        "type": one.type,
        "isrequired": "0",
        "perstag": one.perstag,
        "defval": "",
        "show_in_list": "0",
        "rows": "0",
        "cols": "0",
        "visible": "1",
        "ordernum": str(one.id),
        "cdate": stamp(one.created),
        "udate": stamp(one.created),
        "options": [str(_option_id(one, position)) for position in range(len(one.options))],
        "relations": [str(_relation_id(one, position)) for position in range(len(one.relations))],
        "links": {},
        "id": str(one.id),
    }


def _option_id(one: CustomField, position: int) -> int:
    return one.id * 100 + position + 1


def _relation_id(one: CustomField, position: int) -> int:
    return one.id * 1000 + position + 1


def _options(one: CustomField) -> list[dict[str, object]]:
    return [
        {
            "field": str(one.id),
            "orderid": str(position + 1),
            "value": value,
            "label": value,
            "isdefault": "0",
            "id": str(_option_id(one, position)),
        }
        for position, value in enumerate(one.options)
    ]


def _relations(one: CustomField) -> list[dict[str, object]]:
    return [
        {"field": str(one.id), "relid": str(number), "dorder": "0", "id": str(_relation_id(one, position))}
        for position, number in enumerate(one.relations)
    ]


def index(account: "Account", request: Request, _id: str) -> Reply:
    limit, offset = page_bounds(request)
    every = list(account.catalogue.fields.values())
    page = every[offset : offset + limit]
    body = {
        "fieldOptions": [option for one in page for option in _options(one)],
        "fieldRels": [relation for one in page for relation in _relations(one)],
        "fields": [_shown(one) for one in page],
        "meta": {"total": str(len(every))},
    }
    return json_reply(body)


def one(account: "Account", _request: Request, number: str) -> Reply:
    found = account.catalogue.fields.get(int(number))
    if found is None:
        return missing("Field", number)
    return json_reply(
        {"fieldOptions": _options(found), "fieldRels": _relations(found), "field": _shown(found)}
    )


def create(account: "Account", request: Request, _id: str) -> Reply:
    wanted = read_object(request, "field")
    title = text(wanted.get("title")).strip()
    if not title:
        raise Refused(error_list(422, "The title was not provided.", "field_missing", "title"))
    if account.catalogue.field_titled(title) is not None:
        raise Refused(error_list(422, "Field title already exists in the system", "duplicate", "title"))
    added = account.catalogue.add_field(title, account.timing.now(), text(wanted.get("type")) or "text")
    return json_reply({"field": _shown(added)}, 201)


def delete(account: "Account", _request: Request, number: str) -> Reply:
    if account.catalogue.fields.pop(int(number), None) is None:
        return missing("Field", number)
    return json_reply({})


def relate(account: "Account", request: Request, _id: str) -> Reply:
    wanted = read_object(request, "fieldRel")
    found = account.catalogue.fields.get(whole_number(wanted.get("field")) or 0)
    if found is None:
        raise Refused(error_list(422, "The related field does not exist.", "related_missing", "field"))
    found.relations.append(whole_number(wanted.get("relid")) or 0)
    return json_reply({"fieldRel": _relations(found)[-1] | {"links": {}}}, 201)


ROUTES = [
    ("GET", r"/fields", index),
    ("POST", r"/fields", create),
    ("GET", r"/fields/(\d{1,18})", one),
    ("DELETE", r"/fields/(\d{1,18})", delete),
    ("POST", r"/fieldRels", relate),
]

from typing import TYPE_CHECKING

from leleka.sandbox.catalogue import CustomField
from leleka.sandbox.endpoints.shapes import links, page
from leleka.sandbox.messages import (
    Refused,
    Reply,
    Request,
    error_list,
    json_reply,
    missing,
    page_bounds,
    read_list,
    read_object,
    text,
    whole_number,
)
from leleka.sandbox.timing import local_timestamp, stamp

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

_LISTS_AT_MOST = 1000  # the id of a relation is built from both numbers


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
        "created_timestamp": local_timestamp(one.created),
        "updated_timestamp": local_timestamp(one.created),
        "options": [str(_option_id(one, position)) for position in range(len(one.options))],
        "relations": [str(_relation_id(one, number)) for number in one.relations],
        "links": links("fields", one.id, ("options", "relations")),
        "id": str(one.id),
    }


def _option_id(one: CustomField, position: int) -> int:
    return one.id * 100 + position + 1


def _relation_id(one: CustomField, list_id: int) -> int:
    return one.id * _LISTS_AT_MOST + list_id


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


def _relation(one: CustomField, list_id: int) -> dict[str, object]:
    number = _relation_id(one, list_id)
    return {
        "field": str(one.id),
        "relid": str(list_id),
        "dorder": "0",
        "cdate": stamp(one.created),
        "links": links("fieldRels", number, ("field",)),
        "id": str(number),
    }


def _relations(one: CustomField) -> list[dict[str, object]]:
    return [_relation(one, list_id) for list_id in one.relations]


def index(account: "Account", request: Request, _id: str) -> Reply:
    limit, offset = page_bounds(request)
    every = list(account.catalogue.fields.values())
    some = every[offset : offset + limit]
    body = {
        "fieldOptions": [option for one in some for option in _options(one)],
        "fieldRels": [relation for one in some for relation in _relations(one)],
        "fields": [_shown(one) for one in some],
        "meta": {"total": str(len(every))},
    }
    return json_reply(body)


def one(account: "Account", _request: Request, number: str) -> Reply:
    found = _find(account, number)
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


def update(account: "Account", request: Request, number: str) -> Reply:
    found, asked = _find(account, number), read_object(request, "field")
    title = text(asked.get("title", found.title)).strip() or found.title
    other = account.catalogue.field_titled(title)
    if other is not None and other is not found:
        raise Refused(error_list(422, "Field title already exists in the system", "duplicate", "title"))
    found.title = title
    return json_reply({"field": _shown(found)})


def delete(account: "Account", _request: Request, number: str) -> Reply:
    del account.catalogue.fields[_find(account, number).id]
    return json_reply({})


def options(account: "Account", _request: Request, number: str) -> Reply:
    return json_reply({"fieldOptions": _options(_find(account, number))})


def add_options(account: "Account", request: Request, _id: str) -> Reply:
    """Several at once, each with its field: the only request whose wrapper holds a list."""
    asked = read_list(request, "fieldOptions")
    touched = {_find(account, text(one.get("field"))).id for one in asked}
    for one in asked:
        found = _find(account, text(one.get("field")))
        found.options = (*found.options, text(one.get("value")))
    fields = [account.catalogue.fields[number] for number in sorted(touched)]
    return json_reply({"fieldOptions": [option for one in fields for option in _options(one)]}, 201)


def relate(account: "Account", request: Request, _id: str) -> Reply:
    asked = read_object(request, "fieldRel")
    found = account.catalogue.fields.get(whole_number(asked.get("field")) or 0)
    if found is None:
        raise Refused(error_list(422, "The related field does not exist.", "related_missing", "field"))
    list_id = whole_number(asked.get("relid")) or 0
    if list_id not in found.relations:
        found.relations.append(list_id)
    return json_reply({"fieldRel": _relation(found, list_id)}, 201)


def relations(account: "Account", request: Request, _id: str) -> Reply:
    every = [relation for one in account.catalogue.fields.values() for relation in _relations(one)]
    return page(request, "fieldRels", every, dict)


def unrelate(account: "Account", _request: Request, number: str) -> Reply:
    field_id, list_id = divmod(int(number), _LISTS_AT_MOST)
    found = account.catalogue.fields.get(field_id)
    if found is None or list_id not in found.relations:
        return missing("FieldRel", number)
    found.relations.remove(list_id)
    return json_reply({})


def _find(account: "Account", number: str) -> CustomField:
    found = account.catalogue.fields.get(whole_number(number) or 0)
    if found is None:
        raise Refused(missing("Field", number))
    return found


ROUTES = [
    ("GET", r"/fields", index),
    ("POST", r"/fields", create),
    ("GET", r"/fields/(\d{1,18})", one),
    ("PUT", r"/fields/(\d{1,18})", update),
    ("DELETE", r"/fields/(\d{1,18})", delete),
    ("GET", r"/fields/(\d{1,18})/options", options),
    ("POST", r"/fieldOption/bulk", add_options),
    ("GET", r"/fieldRels", relations),
    ("POST", r"/fieldRels", relate),
    ("DELETE", r"/fieldRels/(\d{1,18})", unrelate),
]

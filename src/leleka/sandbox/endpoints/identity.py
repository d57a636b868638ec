"""Whose account this is: the root, the only user, the groups that lists are given to, the plan."""

from typing import TYPE_CHECKING, Final

from leleka.sandbox.endpoints.shapes import links, page
from leleka.sandbox.messages import Reply, Request, json_reply, message, missing
from leleka.sandbox.timing import stamp

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

_USER: Final[dict[str, object]] = {
    "username": "admin",
    "firstName": "Ada",
    "lastName": "Sandbox",
    "email": "ada@sandbox.example",
    "phone": "",
    "signature": None,
    "links": links("users", 1, ("lists", "userGroup", "dealGroupTotals", "dealGroupUsers", "configs")),
    "id": "1",
}
_GROUPS: Final = {1: "Visitor", 3: "Admin"}
_GROUP_LINKED: Final = (
    "userGroups",
    "groupLimit",
    "dealGroupGroups",
    "listGroups",
    "addressGroups",
    "automationGroups",
)
_RIGHTS: Final = (
    "pgListAdd",
    "pgListEdit",
    "pgListDelete",
    "pgMessageAdd",
    "pgMessageEdit",
    "pgMessageSend",
    "pgContactAdd",
    "pgContactEdit",
    "pgContactDelete",
    "pgContactImport",
    "pgContactExport",
    "pgGroupAdd",
    "pgGroupEdit",
    "pgReportsCampaign",
    "pgReportsList",
)


def root(_account: "Account", _request: Request, _id: str) -> Reply:
    """What it answers is undocumented; clients ask it to see whether the key is accepted."""
    return json_reply({})


def me(_account: "Account", _request: Request, _id: str) -> Reply:
    return json_reply({"user": _USER})


def users(_account: "Account", request: Request, _id: str) -> Reply:
    return page(request, "users", (_USER,), dict)


def user(_account: "Account", _request: Request, number: str) -> Reply:
    return json_reply({"user": _USER}) if number == _USER["id"] else missing("User", number)


def user_by_name(_account: "Account", _request: Request, name: str) -> Reply:
    if name.lower() in {_USER["username"], _USER["email"]}:
        return json_reply({"user": _USER})
    return message(404, "No Result found for User")


def groups(account: "Account", request: Request, _id: str) -> Reply:
    return page(request, "groups", _GROUPS, lambda number: _group(account, number))


def group(account: "Account", _request: Request, number: str) -> Reply:
    known = int(number) in _GROUPS
    return json_reply({"group": _group(account, int(number))}) if known else missing("Group", number)


def _group(account: "Account", number: int) -> dict[str, object]:
    admin = str(int(_GROUPS[number] == "Admin"))
    return {
        "title": _GROUPS[number],
        "descript": "",
        "unsubscribelink": "0",
        "optinconfirm": "0",
        "p_admin": admin,
        **dict.fromkeys(_RIGHTS, admin),
        "sdate": stamp(account.timing.origin),
        "reqApproval": "0",
        "reqApproval1st": "2",
        "reqApprovalNotify": "",
        "socialdata": "0",
        "links": links("groups", number, _GROUP_LINKED),
        "id": str(number),
    }


def settings(account: "Account", _request: Request, _id: str) -> Reply:
    """Its schema is undocumented: this is a plausible one."""
    limit = account.behaviour.contact_limit
    plan = {
        "name": "Sandbox",
        "contactLimit": "" if limit is None else str(limit),
        "contactCount": str(len(account.contacts)),
    }
    return json_reply({"account": {"name": "sandbox", "plan": plan, "links": {}}})


ROUTES = [
    ("GET", r"/?", root),
    ("GET", r"/users", users),
    ("GET", r"/users/me", me),
    ("GET", r"/users/(\d{1,18})", user),
    ("GET", r"/users/(?:email|username)/([^/]{1,254})", user_by_name),
    ("GET", r"/groups", groups),
    ("GET", r"/groups/(\d{1,18})", group),
    ("GET", r"/settings/account", settings),
]

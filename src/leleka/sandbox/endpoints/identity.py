from typing import TYPE_CHECKING

from leleka.sandbox.messages import Reply, Request, json_reply

if TYPE_CHECKING:
    from leleka.sandbox.account import Account


def me(_account: "Account", _request: Request, _id: str) -> Reply:
    user: dict[str, object] = {
        "username": "admin",
        "firstName": "Ada",
        "lastName": "Sandbox",
        "email": "ada@sandbox.example",
        "phone": "",
        "signature": None,
        "links": {},
        "id": "1",
    }
    return json_reply({"user": user})


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
    ("GET", r"/users/me", me),
    ("GET", r"/settings/account", settings),
]

"""An installation in rows only: connections, exports and runs as the worker leaves them, and channels on
loopback.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from leleka.core.configuration import Channels, Configuration, MailServer, Webhook
from leleka.core.secret import Secret
from leleka.state.models import Account, Connection, Export, NoticeDelivery, Run, RunStatus, User
from tests.fakes.clock import VirtualClock
from tests.fakes.configuration import stored

SECRET = "a secret of sixteen or more"
SENDER = "leleka@example.org"
REFUSED = {
    "code": "KEY_REFUSED",
    "message": "ActiveCampaign refused this key (403).",
    "where": "",
    "remedy": "",
}

_MATCHING = {"email": "email", "lines": [], "tags": [], "phone_country": ""}
_LEAVERS = {"policy": "keep", "field": "", "member": "", "leaver": ""}


def person(name: str, role: str = "administrator", **values: Any) -> User:
    email = f"{name}@example.com"
    made = {"created_at": datetime.fromtimestamp(0, UTC), "created_by": "tests", **values}
    return User.objects.create(email=email, name=name.capitalize(), role=role, **made)


def connection(name: str = "Sandbox", **values: Any) -> Connection:
    account, _ = Account.objects.get_or_create(type="activecampaign", name="acct")
    host = "acct.api-us1.com"
    # Without export users it would need attention; they want no e-mail.
    lender = User.objects.filter(name="Lender").first() or person("lender", mailed=False)
    given = {"type": account.type, "host": host, "export_user": lender, **values}
    return Connection.objects.create(name=name, account=account, **given)


def export(name: str = "News", owner: User | None = None) -> Export:
    used = Connection.objects.first() or connection()
    return Export.objects.create(
        name=name, connection=used, target="1", matching=_MATCHING, leavers=_LEAVERS, owner=owner
    )


def run(of: Export, status: RunStatus, clock: VirtualClock, *, ago: float = 1.0, **values: Any) -> Run:
    """Make a run; one with a final status has ended so many seconds ago."""
    live = status in {
        RunStatus.QUEUED,
        RunStatus.PROCESSING,
        RunStatus.NEEDS_CONFIRMATION,
        RunStatus.CANCELING,
    }
    ended = None if live else datetime.fromtimestamp(clock.now() - ago, UTC)
    given = {"problems": [REFUSED] if status == RunStatus.FAILED else [], **values}
    account = Account.objects.get()
    config = stored()
    at = timezone.now()
    return Run.objects.create(
        export=of, account=account, config=config, status=status, created_at=at, finished_at=ended, **given
    )


def post_to(port: int, name: str = "hook") -> Webhook:
    return Webhook(name, "127.0.0.1", port, Secret("/hook"), test=True, plain=True)


def reach(settings: Any, *webhooks: Webhook, mail_port: int | None = None) -> Configuration:
    """Let notices be sent."""
    mail = MailServer("127.0.0.1", mail_port, "plain", "", Secret("")) if mail_port else None
    channels = Channels(webhooks, Secret(SECRET), mail, SENDER if mail else "")
    configuration: Configuration = replace(settings.LELEKA, channels=channels)
    settings.LELEKA = configuration
    return configuration


def only_delivery() -> NoticeDelivery:
    return NoticeDelivery.objects.get()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()

"""Signing in is counted for each device; the audit is a chain, and what was refused is in it; API tokens end."""

import hashlib
import json
from datetime import UTC, timedelta
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from django.utils import timezone

_SQLITE = (
    "CREATE TRIGGER audit_links_keep_{what} BEFORE {what} ON state_auditlink "
    "BEGIN SELECT RAISE(ABORT, 'entries of the audit are not changed'); END"
)
_POSTGRESQL = (
    "CREATE TRIGGER audit_links_keep_{what} BEFORE {what} ON state_auditlink "
    "FOR EACH ROW EXECUTE FUNCTION audit_is_kept()"
)
_FIELDS = ("id", "actor", "action", "subject", "details", "address", "request", "result")
_ROWS = 1_000
_TOKENS_LAST = timedelta(days=365)


def _digest_of(previous: str, entry: Any) -> str:
    """As the links were made when this was written, whatever becomes of the chain later."""
    told = {name: getattr(entry, name) for name in _FIELDS}
    told["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def _link(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Link the entries there are; what was changed before cannot be known."""
    link, links, digest = apps.get_model("state", "AuditLink"), [], ""
    for number, entry in enumerate(apps.get_model("state", "AuditEntry").objects.order_by("pk").iterator(_ROWS), 1):
        digest = _digest_of(digest, entry)
        links.append(link(number=number, entry=entry.pk, digest=digest))
        if len(links) == _ROWS:
            link.objects.bulk_create(links)
            links = []
    link.objects.bulk_create(links)
    form = _POSTGRESQL if editor.connection.vendor == "postgresql" else _SQLITE
    for what in ("UPDATE", "DELETE"):
        editor.execute(form.format(what=what))


def _end_tokens(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Tokens made before they had an end work for another year."""
    ends = timezone.now() + _TOKENS_LAST
    apps.get_model("state", "ApiToken").objects.using(editor.connection.alias).update(expires_at=ends)


class Migration(migrations.Migration):
    dependencies = [
        ("state", "0019_subscribe_unconfirmed"),
    ]

    operations = [
        migrations.AddField("signinfailure", "device", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddIndex("signinfailure", models.Index(fields=["who", "source"], name="sign_in_by_pair")),
        migrations.AddIndex("signinfailure", models.Index(fields=["source", "at"], name="sign_in_by_source")),
        migrations.AddIndex("signinfailure", models.Index(fields=["device"], name="sign_in_by_device")),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry", models.BigIntegerField(unique=True)),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="RefusalCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField(db_index=True)),
                ("digest", models.CharField(max_length=64)),
                ("actor", models.CharField(max_length=300)),
                ("action", models.CharField(max_length=100)),
                ("subject", models.CharField(max_length=300)),
                ("address", models.CharField(blank=True, max_length=64)),
                ("times", models.PositiveIntegerField(default=1)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("hour", "digest"), name="one_refusal_count")],
            },
        ),
        migrations.AddField("apitoken", "expires_at", models.DateTimeField(null=True)),
        migrations.RunPython(_end_tokens),
        migrations.AlterField("apitoken", "expires_at", models.DateTimeField()),
        migrations.RunPython(_link),
    ]

"""The settings of how notices leave: webhooks, the outside monitor, e-mail."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from leleka.conf.notice_channels import check_hosts, check_sender


class ChannelSettings(BaseModel):
    """Secrets among them are never printed."""

    webhook_urls: SecretStr = Field(
        default=SecretStr(""), description="Where notices are posted: https URLs, comma-separated."
    )
    webhook_hosts: Annotated[str, AfterValidator(check_hosts)] = Field(
        default="",
        description="Hosts webhooks may go to: named whole they may lie in your network, *.example.org is public.",
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="Signs what is posted; 16 characters at least."
    )
    heartbeat_url: SecretStr = Field(
        default=SecretStr(""),
        description="Posted to once a minute while nothing critical is wrong: an outside monitor notices silence.",
    )
    heartbeat_fail_url: SecretStr = Field(
        default=SecretStr(""), description="Posted to instead while something critical is wrong."
    )
    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        description="The mail server: smtps://user:password@host:465, or smtp:// for STARTTLS.",
    )
    mail_from: Annotated[str, AfterValidator(check_sender)] = Field(
        default="", description="The address that mail comes from."
    )

"""Object storage and web servers, each a kind of source."""

from typing import Final

from leleka.connectors.checks import REACH, READ
from leleka.connectors.objects.connector import BucketFiles, WebFiles
from leleka.connectors.objects.messages import WORDS
from leleka.connectors.objects.settings import AzureSettings, GoogleSettings, S3Settings, WebSettings
from leleka.connectors.spec import ConnectorSpec
from leleka.core.translation import translatable as _

_STEPS: Final = {REACH: _("Reach the server"), READ: _("List the bucket")}

S3: Final = ConnectorSpec(
    kind="s3",
    title="Amazon S3",
    settings=S3Settings,
    steps=_STEPS,
    open=lambda settings, bounds: BucketFiles("s3", settings, bounds),
    tables=False,
    queries=False,
    schemes=("s3",),
    messages=WORDS,
)
GOOGLE: Final = ConnectorSpec(
    kind="gcs",
    title="Google Cloud Storage",
    settings=GoogleSettings,
    steps=_STEPS,
    open=lambda settings, bounds: BucketFiles("gs", settings, bounds),
    tables=False,
    queries=False,
    schemes=("gs",),
    messages=WORDS,
)
AZURE: Final = ConnectorSpec(
    kind="azure",
    title="Azure Blob Storage",
    settings=AzureSettings,
    steps=_STEPS,
    open=lambda settings, bounds: BucketFiles("az", settings, bounds),
    tables=False,
    queries=False,
    messages=WORDS,
)
WEB: Final = ConnectorSpec(
    kind="https",
    title="HTTPS",
    settings=WebSettings,
    steps={REACH: _STEPS[REACH]},
    open=WebFiles,
    tables=False,
    queries=False,
    schemes=("https", "http"),
    messages=WORDS,
)

"""What an S3 refuses, in words of ours, and what a test of a connection finds."""

import traceback

import pytest
from werkzeug.wrappers import Request, Response

from leleka.connectors.objects import buckets as reading
from leleka.connectors.objects import connector as connecting
from leleka.connectors.objects.connector import BucketFiles
from leleka.connectors.objects.settings import S3Settings
from leleka.core.ports.destination import CheckStatus
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, TryLater
from tests.contract.connectors.objects.support import ALL, KEY, KEY_ID, ONE, bounds, refusal, s3
from tests.fakes.buckets import Answer, Buckets, error


@pytest.mark.parametrize(
    ("answer", "kind", "key"),
    [
        (error(503, "SlowDown"), TryLater, "STORAGE_BUSY"),
        (error(429, "TooManyRequests"), TryLater, "STORAGE_BUSY"),
        (error(500, "InternalError"), TryLater, "STORAGE_BROKEN"),
        (error(403, "AccessDenied"), NeedsAttention, "STORAGE_FORBIDDEN"),
        (error(403, "InvalidAccessKeyId"), NeedsAttention, "STORAGE_KEY_REFUSED"),
        (error(403, "SignatureDoesNotMatch"), NeedsAttention, "STORAGE_KEY_REFUSED"),
        (error(401, "Whatever"), NeedsAttention, "STORAGE_KEY_REFUSED"),
        (error(400, "ExpiredToken"), NeedsAttention, "STORAGE_KEY_EXPIRED"),
        (error(403, "AccessDenied", "Request has expired"), NeedsAttention, "STORAGE_KEY_EXPIRED"),
        (error(403, "RequestTimeTooSkewed"), NeedsAttention, "STORAGE_CLOCK_WRONG"),
        (error(301, "PermanentRedirect"), NeedsAttention, "STORAGE_WRONG_REGION"),
        (
            error(400, "AuthorizationHeaderMalformed", more="<Region>eu-west-1</Region>"),
            NeedsAttention,
            "STORAGE_WRONG_REGION.told",
        ),
        (error(403, "InvalidObjectState"), InvalidInput, "STORAGE_ARCHIVED"),
        (error(418, "Teapot"), NeedsAttention, "STORAGE_ANSWER"),
    ],
)
@pytest.mark.parametrize("url", [ONE, ALL])
def test_what_the_storage_says_is_said_in_our_words(
    filled: Buckets, answer: Answer, kind: type[LelekaError], key: str, url: str
) -> None:
    filled.before = answer
    raised = refusal(s3(filled), url)
    assert (type(raised), raised.problems[0].key, raised.problems[0].where) == (kind, key, url)


def test_the_region_that_is_right_is_named(filled: Buckets) -> None:
    filled.before = error(400, "AuthorizationHeaderMalformed", more="<Region>eu-west-1</Region>")
    assert refusal(s3(filled), ONE).problems[0].params == {"region": "eu-west-1"}


@pytest.mark.parametrize("url", ["s3://nobody/a.csv", "s3://nobody/*.csv"])
def test_a_bucket_that_is_not_there_is_told_from_an_object_that_is_not(storage: Buckets, url: str) -> None:
    assert refusal(s3(storage), url).problems[0].key == "STORAGE_BUCKET_UNKNOWN"


def test_an_object_that_is_not_there_and_a_pattern_that_nothing_fits(filled: Buckets) -> None:
    assert refusal(s3(filled), "s3://contoso/exports/none.csv").problems[0].key == "SOURCE_NOT_FOUND.object"
    assert (
        refusal(s3(filled), "s3://contoso/exports/none-*.csv").problems[0].key == "SOURCE_NOT_FOUND.pattern"
    )
    assert refusal(s3(filled), "s3://contoso/none/*.csv").problems[0].key == "SOURCE_NOT_FOUND.pattern"


def test_no_credential_is_in_any_error(filled: Buckets) -> None:
    """The library's own words name the request; a server may repeat what it was sent."""

    def repeats(request: Request) -> Response:
        said = f"<Error><Code>Teapot</Code><Message>{request.headers} {KEY}</Message></Error>"
        return Response("" if request.method == "HEAD" else said, 418)

    filled.before = repeats
    raised = refusal(s3(filled), ONE)
    shown = "".join(traceback.format_exception(raised)) + repr(raised.problems) + repr(s3(filled)._settings)
    assert KEY not in shown
    assert "Signature" not in shown


def test_a_listing_has_an_end(filled: Buckets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "MOST_FILES", 2)
    assert refusal(s3(filled), ALL).problems[0].key == "STORAGE_TOO_MANY"
    monkeypatch.setattr(reading, "MOST_LOOKED_AT", 3)
    assert refusal(s3(filled), ALL).problems[0].key == "STORAGE_TOO_MANY.folder"


def test_a_connection_reads_no_urls_of_another_kind(storage: Buckets) -> None:
    raised = refusal(s3(storage), "gs://contoso/a.csv")
    assert raised.problems[0].key == "STORAGE_SCHEME"
    assert storage.requests == []


def test_half_a_pair_of_keys_is_refused(storage: Buckets) -> None:
    settings = S3Settings(endpoint=storage.endpoint, access_key_id=KEY_ID)
    assert refusal(BucketFiles("s3", settings, bounds(storage.host)), ONE).code == "STORAGE_KEY_INCOMPLETE"


def test_a_test_of_the_connection_says_what_of_it_works(filled: Buckets) -> None:
    def standing(bucket: str) -> list[tuple[CheckStatus, str]]:
        return [(one.standing, one.said.code or one.code) for one in s3(filled, bucket=bucket).check()]

    reached = (CheckStatus.PASSED, "STORAGE_REACHED")
    assert standing("contoso") == [reached, (CheckStatus.PASSED, "STORAGE_READABLE")]
    assert standing("") == [reached, (CheckStatus.SKIPPED, "STORAGE_NO_BUCKET")]
    assert standing("nobody") == [reached, (CheckStatus.FAILED, "STORAGE_BUCKET_UNKNOWN")]


def test_a_test_of_the_connection_stops_at_a_server_that_is_not_there(storage: Buckets) -> None:
    connector = BucketFiles("s3", S3Settings(endpoint="https://127.0.0.1:1"), bounds())
    assert [one.standing for one in connector.check()] == [CheckStatus.FAILED, CheckStatus.SKIPPED]
    assert storage.requests == []


def test_what_can_be_chosen_are_the_first_of_its_objects(filled: Buckets) -> None:
    assert s3(filled, bucket="contoso").names(3) == [
        "s3://contoso/exports/.customers-9.csv",
        "s3://contoso/exports/customers-1.csv",
        "s3://contoso/exports/customers-10.csv",
    ]
    assert s3(filled).names(3) == []

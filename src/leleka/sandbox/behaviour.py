"""Every switch of the sandbox: behaviour the documentation leaves open, and faults that are known
to happen.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal[
    # instead of processing the request
    "forbidden",
    "forbidden_html",
    "forbidden_permission",
    "throttled",
    "unavailable",
    "server_error",
    "import_limited",
    "not_found_html",
    "redirect",
    "reset_mid_request",
    # the request arrives later than it was sent
    "straggler",
    # the request is processed, but the reply fails
    "lost_reply",
    "closed_reply",
    "truncated",
    "html_reply",
    "malformed_json",
    "wrong_shape",
    "deep_json",
    "error_after_work",
    "slow_reply",
    "endless_reply",
    "gzip_bomb",
    # an accepted batch
    "batch_failed",
    "batch_interrupted",
    "batch_late",
    "batch_twice",
    "batch_forgotten",
    # a row of an accepted batch
    "row_refused",
    "row_skipped",
    # the account changes while the client works
    "list_deleted",
    "key_revoked",
]


_VALUES: dict[FaultKind, str] = {
    "server_error": "(5[0-9]{2})?",
    "error_after_work": "(5[0-9]{2})?",
    "redirect": "3[0-9]{2} https?://.+",
    "import_limited": "[0-9]{0,6}",
    "batch_late": "([0-9]+([.][0-9]+)?)?",
    "straggler": "[0-9]+([.][0-9]+)?",
    "list_deleted": "[0-9]{0,9}",
}


def compiled(pattern: str) -> re.Pattern[str]:
    """Raises ValueError in place of the error class of `re`."""
    try:
        return re.compile(pattern)
    except re.error as problem:
        msg = f"{pattern!r} is no pattern: {problem}"
        raise ValueError(msg) from None


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and when it strikes: among the matching requests, after the first `after`, every `every`-th,
    with probability `chance`, at most `times` times. With only a kind it always strikes.
    """

    kind: FaultKind
    where: str = "*"  # a pattern for "POST /api/3/import/bulk_import"; ignored for batches and rows
    chance: float = 1.0
    every: int = 1
    times: int | None = None
    after: int = 0
    # throttled, unavailable: the Retry-After to send, absent if empty
    # server_error, error_after_work: the status
    # wrong_shape: the whole body, '{"status": NaN}'
    # redirect: "307 http://host/x" · import_limited: the limit it names · batch_late, straggler: seconds
    # list_deleted: the list · row_refused, row_skipped: a pattern for the address
    value: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError now rather than in the middle of a reply."""
        if self.every < 1 or not 0 <= self.chance <= 1:
            msg = "a fault strikes every 1st or later time, with a chance from 0 to 1"
            raise ValueError(msg)
        form = _VALUES.get(self.kind, ".*")
        if re.fullmatch(form, self.value) is None:
            msg = f"{self.kind} does not take the value {self.value!r}"
            raise ValueError(msg)
        if self.kind in {"row_refused", "row_skipped"}:
            compiled(self.value)


@dataclass(frozen=True, slots=True)
class Behaviour:
    # the shape of replies
    reason_index_base: Literal[0, 1] | None = 0  # of `contact` in failureReasons; None leaves it out
    odd_wording: bool = False  # curly quotes and no-break spaces, as in the text of the documentation
    success_key: Literal["Success", "success"] = "Success"
    ids_as_numbers: bool = False  # 7 instead of "7"
    text_plain: bool = False  # JSON sent as text/plain
    escaped_slashes: bool = True  # "https:\/\/", as PHP writes them
    latency_seconds: float = 0.0  # before every reply
    jitter_seconds: float = 0.0  # a random delay up to this before every request arrives

    total_with_id_greater: Literal["above", "whole"] = "above"  # what meta.total counts beside id_greater
    side_loads: bool = True  # `include=fieldValues` on a page of contacts: their values stand beside them

    # access
    forbidden_body: Literal["json", "html"] = "json"  # of the answer to a bad key
    may_view_lists: bool = True
    may_create_lists: bool = True

    # limits
    requests_per_second: int = 5
    imports_per_minute: int = 100
    single_imports_per_minute: int = 20
    window: Literal["rolling", "fixed"] = "rolling"
    refused_imports_count: bool = True  # invalid imports use up the import limit too
    limit_headers: bool = True  # RateLimit-Limit and RateLimit-Remaining
    throttle_status: Literal[429, 503] = 429
    retry_after: str = "1"  # sent when the request limit is exceeded; empty omits it
    oversize: Literal["400", "413"] = "400"  # 413 is a proxy's HTML page
    too_many_rows: Literal["400", "413"] = "400"

    # the import queue
    false_seconds: float = 1.0  # how long `status` is the boolean false after the import
    claim_seconds: float = 2.0  # waiting until claimed
    start_seconds: float = 1.0  # claimed until active, if the queue is empty
    contacts_per_second: float = 2000.0
    completion_spread_seconds: float = 0.0  # a random delay up to this: batches complete out of order
    queue_held: bool = False  # nothing is claimed or completed while this is on
    unknown_batch: Literal["false", "404"] = "false"
    retention_seconds: float = 604_800.0  # how long a finished batch can still be looked up

    # what an import does
    unknown_list: Literal["ignored", "batch_fails", "rows_fail", "refused"] = "ignored"
    unknown_field: Literal["ignored", "batch_fails", "rows_fail", "refused"] = "ignored"
    duplicate_in_batch: Literal["last_wins", "first_wins", "second_fails"] = "last_wins"
    updated_contacts: Literal["absent", "in_success"] = "absent"
    excluded_in_failure: bool = True
    hidden_exclusions_listed: bool = True  # the rows that complaints left, among those of lists/exclusions
    archived_import: Literal["restored", "skipped", "in_failure"] = (
        "restored"  # an import over an archived one
    )
    delete_contact: Literal["archives", "deletes", "refused"] = (
        "archives"  # refused: the month's limit is reached
    )
    unsubscribed_in_failure: bool = False
    bounced_resubscribed: bool = False
    bounced_unsubscribed: bool = False  # `unsubscribe` makes who bounced on the list an unsubscriber
    unlisted_unsubscribed: bool = True  # `unsubscribe` gives who is not on the list the status 2
    unconfirmed_subscribed: bool = True  # an import makes a contact active who never confirmed
    empty_clears: bool = True  # an empty string clears the value
    failing_domains: tuple[str, ...] = (
        "invaliddomain",
    )  # valid in form, refused while the batch is processed
    apostrophe_fails: bool = True
    contact_limit: int | None = None  # above it new contacts are refused; the real one accepts them
    poison_pattern: str = ""  # rows whose address matches are refused by validation
    poison_with_index: bool = True

    # the judge's tolerance
    tolerance_seconds: float = (
        0.0  # subtracted from the judge's windows: a scaled clock magnifies the scheduler's jitter
    )

    faults: tuple[Fault, ...] = field(default=())

    def __post_init__(self) -> None:
        """Raises ValueError for a switch that cannot be applied."""
        compiled(self.poison_pattern)
        if self.contacts_per_second <= 0:
            msg = "contacts_per_second must be above zero"
            raise ValueError(msg)

"""The verdict: one sentence, from the steps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from leleka.services.installation.configuration import configuration
from leleka.services.why import words
from leleka.services.why.contracts import Said, StepName, WhyStep
from leleka.services.why.sending import Sending

Verdict = tuple[bool | None, Said, Said]
_BEFORE_SENDING: Final = frozenset(
    {StepName.SOURCE, StepName.ADDRESS, StepName.SEGMENT, StepName.SUPPRESSION}
)


def of_list(steps: Sequence[WhyStep], sent: Sending) -> Verdict:
    """Return whether somebody is in the list, the sentence, and what would change it."""
    account = next((one for one in steps if one.name is StepName.ACCOUNT), None)
    stops = _stop(steps, sent)
    if sent.member:
        return _in(steps, sent, account)
    if account is not None and account.held and stops is not None:
        return True, words.told("WHY_IN_OTHERWISE", reason=stops.said), stops.remedy
    if stops is None:
        return False, words.told("WHY_NEXT_RUN"), words.NOTHING
    if sent.doubtful and stops.name not in _BEFORE_SENDING:
        return None, words.told("WHY_NOT_KNOWN", reason=stops.said), stops.remedy
    return False, words.told("WHY_NOT", reason=stops.said), stops.remedy


def of_segment(steps: Sequence[WhyStep]) -> Verdict:
    """Return the same of a segment alone."""
    stops = next((one for one in steps if one.held is False), None)
    if stops is None:
        return True, words.told("WHY_IN_SEGMENT"), words.NOTHING
    return False, words.told("WHY_NOT_IN_SEGMENT", reason=stops.said), stops.remedy


def _in(steps: Sequence[WhyStep], sent: Sending, account: WhyStep | None) -> Verdict:
    ran = next((one.at for one in steps if one.name is StepName.RUN), None)
    newer = account is not None and account.at is not None and (ran is None or account.at >= ran)
    if account is not None and account.held is False and newer:
        return False, words.told("WHY_IN_AND_NOW", reason=account.said), account.remedy
    stops = next((one for one in steps if one.held is False and one.name in _BEFORE_SENDING), None)
    if stops is not None:
        return True, words.told("WHY_IN_LEAVING", reason=stops.said), stops.remedy
    if sent.since is None:
        return True, words.told("WHY_IN"), words.NOTHING
    return True, words.told("WHY_IN_SINCE", day=local_day(sent.since)), words.NOTHING


def _stop(steps: Sequence[WhyStep], sent: Sending) -> WhyStep | None:
    """Return the step that keeps somebody out: the first, but what a run found of the person says more than how a
    later one ended.
    """
    stopping = [one for one in steps if one.held is False and one.name is not StepName.ACCOUNT]
    if sent.left_out and stopping and stopping[0].name is StepName.RUN:
        return next((one for one in stopping if one.name is StepName.PLAN), stopping[0])
    return next(iter(stopping), None)


def local_day(moment: datetime) -> str:
    """Return the day of a moment in the installation's time zone."""
    return moment.astimezone(ZoneInfo(configuration().time_zone)).date().isoformat()

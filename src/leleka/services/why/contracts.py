"""Why somebody is in a list, or is not: the verdict, and the chain of steps that leads to it.

What is said is said in every language at once, by language: whoever asks shows it in theirs, and keeps both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

Said: TypeAlias = Mapping[str, str]


class StepName(StrEnum):
    """The steps, in their order."""

    SOURCE = "source"
    ADDRESS = "address"
    SEGMENT = "segment"
    SUPPRESSION = "suppression"
    RUN = "run"
    PLAN = "plan"
    BATCH = "batch"
    LIST = "list"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class WhyRule:
    """A part of a segment's rules: ``how`` it takes those inside it, which follow it with a greater ``depth``; "" for a
    condition. ``value`` is what the person has, empty where there is nothing to show.
    """

    path: str
    depth: int
    how: str
    said: Said = field(repr=False)
    holds: bool
    value: Said = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class WhyStep:
    """A step. ``held`` is None where it decides nothing. ``remedy`` says what would change it, ``notes`` what else is
    to be known; ``segment`` and ``run`` are what it speaks of.
    """

    name: StepName
    title: Said
    held: bool | None
    said: Said = field(repr=False)
    remedy: Said = field(default_factory=dict)
    notes: Sequence[Said] = field(default=(), repr=False)
    at: datetime | None = None
    segment: int | None = None
    run: int | None = None
    rules: Sequence[WhyRule] = ()


@dataclass(frozen=True, slots=True)
class SameAddress:
    """A profile with the address that was asked for; ``chosen`` is the one that is sent."""

    customer: str
    title: str = field(repr=False)
    chosen: bool


@dataclass(frozen=True, slots=True)
class WhyView:
    """``inside`` is whether the person is known to be in the list, or in the segment; None where nobody knows.

    ``customer`` is the reference of the profile, "" where there is none; ``others`` are all profiles of the address
    where there are several. ``export`` is None of a segment alone. ``asking`` is the task that asks the account now.
    """

    export: int | None
    segment: int | None
    name: str
    customer: str
    title: str = field(repr=False)
    address: str = field(repr=False)
    inside: bool | None
    verdict: Said = field(repr=False)
    remedy: Said
    steps: Sequence[WhyStep]
    others: Sequence[SameAddress]
    may_ask: bool
    asking: int | None
    masked: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the account: ``done`` tells whether there is an answer, ``step`` is how it stands."""

    task: int
    done: bool
    step: WhyStep

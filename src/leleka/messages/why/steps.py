"""What is said of each step from a row of the source to the list, and the verdict; and what would change it."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import msg

VERDICTS: Final[Mapping[str, str]] = {
    "WHY_IN_SINCE": msg("In the list since {day:day}."),
    "WHY_IN": msg("In the list: an earlier run confirmed it."),
    "WHY_IN_LEAVING": msg("Still in the list, but no longer in a segment of the export: {reason}"),
    "WHY_IN_AND_NOW": msg("The export put this person into the list, but the account says now: {reason}"),
    "WHY_IN_OTHERWISE": msg("In the list at the account, but not by this export: {reason}"),
    "WHY_NOT": msg("Not in the list: {reason}"),
    "WHY_NOT_KNOWN": msg("Not known to be in the list: {reason}"),
    "WHY_IN_SEGMENT": msg("In the segment."),
    "WHY_NOT_IN_SEGMENT": msg("Not in the segment: {reason}"),
    "WHY_NEXT_RUN": msg("Not in the list yet: everything holds, and the next run sends this person."),
}
STEPS: Final[Mapping[str, str]] = {
    "WHY_STEP.source": msg("Row of the source"),
    "WHY_STEP.address": msg("E-mail address"),
    "WHY_STEP.segment": msg("Segment “{name}”"),
    "WHY_STEP.suppression": msg("Suppression"),
    "WHY_STEP.run": msg("Last run"),
    "WHY_STEP.plan": msg("Plan"),
    "WHY_STEP.batch": msg("Batch"),
    "WHY_STEP.list": msg("What was confirmed"),
    "WHY_STEP.account": msg("At the account now"),
}
GROUPS: Final[Mapping[str, str]] = {
    "WHY_RULES.all": msg("All of these"),
    "WHY_RULES.any": msg("At least one of these"),
    "WHY_RULES.not": msg("Not this"),
    "WHY_RULES.union": msg("In any of these sets"),
    "WHY_RULES.intersect": msg("In all of these sets"),
    "WHY_RULES.except": msg("In the first of these sets and in none of the others"),
}
_SOURCE: Final[Mapping[str, str]] = {
    "WHY_ROW": msg("In table {table}, read from {place}; key {key}"),
    "WHY_NO_ROW": msg("no profile in table {table} has this address."),
    "WHY_ROW_GONE": msg("the profile with key {key} is no longer in table {table}."),
    "WHY_ADDRESS": "{address}",
    "WHY_ADDRESS_CHOSEN": msg("{address}; profiles that have it: {count}. This one is sent"),
    "WHY_ADDRESS_WRONG": msg("the profile's address cannot be used: {reason}."),
    "WHY_ADDRESS_OTHER": msg("another profile with the same address is sent instead: {profile}."),
}
_SEGMENT: Final[Mapping[str, str]] = {
    "WHY_HOLDS": msg("The rules hold"),
    "WHY_FAILS": msg("in segment “{segment}” this does not hold: {rule}."),
    "WHY_FAILS_ON": msg("in segment “{segment}” this does not hold: {rule}. What is there: {value}."),
    "WHY_RULE_WRONG": msg("the rules of segment “{segment}” cannot be read any more: {problem}"),
    "WHY_NEVER_EVALUATED": msg("The rules hold, but the segment was never evaluated."),
    "WHY_HOLDS_NEWLY": msg(
        "The rules hold by now. When the segment was last evaluated they did not, so the person comes in with the "
        "next evaluation."
    ),
    "WHY_FAILS_NEWLY": msg(
        "{reason} When the segment was last evaluated the rules held, so the person leaves with the next evaluation."
    ),
    "WHY_RESTS.in": msg("The segment is inactive and keeps its last members: this person is one of them."),
    "WHY_RESTS.out": msg(
        "segment “{segment}” is inactive and keeps its last members: this person is none of them."
    ),
    "WHY_USED": msg("The last run had them in this segment."),
    "WHY_NOT_USED": msg("The last run did not have them in this segment."),
    "WHY_RULES_CHANGED": msg("The rules were changed after that run: {day:day}."),
    "WHY_NO_VALUE": msg("no value"),
    "WHY_VALUE.yes": msg("yes"),
    "WHY_VALUE.no": msg("no"),
}
_RUN: Final[Mapping[str, str]] = {
    "WHY_NOT_SUPPRESSED": msg("Nothing is suppressed here for this address"),
    "WHY_SUPPRESSED": msg("the address is suppressed here: nothing is sent to it."),
    "WHY_INACTIVE": msg("the export sends nothing while these segments are inactive: {names}."),
    "WHY_DETACHED": msg("the export has no connection and does not run."),
    "WHY_NEVER_RAN": msg("the export has never run."),
    "WHY_RAN": msg("Run {run:id}: {status:word}"),
    "WHY_RUNNING": msg("run {run:id} is under way: {status:word}."),
    "WHY_CONFIRM": msg("run {run:id} waits for confirmation: {reason}"),
    "WHY_FAILED": msg("run {run:id} failed: {problem}"),
    "WHY_FAILED_UNSAID": msg("run {run:id} failed."),
    "WHY_CANCELED": msg("run {run:id} was canceled."),
    "WHY_SKIPPED": msg("the export was skipped by the last refresh: {problem}"),
    "WHY_SKIPPED_UNSAID": msg("the export was skipped by the last refresh."),
    "WHY_NO_SCHEDULE": msg("It has no schedule: it runs only when somebody runs it."),
}
_SENT: Final[Mapping[str, str]] = {
    "WHY_NOT_PLANNED": msg("the run was planned without this person."),
    "WHY_PLANNED.added": msg("In the plan of run {run:id}, to be added"),
    "WHY_PLANNED.changed": msg("In the plan of run {run:id}, with values that changed"),
    "WHY_PLANNED.left": msg("In the plan of run {run:id} as somebody who left"),
    "WHY_UNCHANGED": msg("Unchanged in run {run:id}: nothing had to be sent"),
    "WHY_LEFT_OUT": msg("run {run:id} left them out: {reason}."),
    "WHY_REFUSED": msg("run {run:id}: {reason}."),
    "WHY_REFUSED_WITH": msg("run {run:id}: {reason} ({detail})."),
    "WHY_BATCH_GONE": msg("Nothing is known of batches of run {run:id} any more"),
    "WHY_BATCH.planned": msg("batch {batch:id} of run {run:id} was not sent yet."),
    "WHY_BATCH.sending": msg("batch {batch:id} of run {run:id} is being sent."),
    "WHY_BATCH.unknown": msg(
        "batch {batch:id} of run {run:id} is in doubt: it was sent, and no answer came. It goes again with the same "
        "contacts."
    ),
    "WHY_BATCH.accepted": msg(
        "batch {batch:id} of run {run:id} was accepted by the account, which has not said yet that it is imported."
    ),
    "WHY_BATCH.confirmed": msg("Batch {batch:id} of run {run:id} was imported, contacts in it: {rows}"),
    "WHY_BATCH.refused": msg("batch {batch:id} of run {run:id} was refused: {reason}."),
    "WHY_BATCH.abandoned": msg("batch {batch:id} of run {run:id} was given up: {reason}."),
}
_LIST: Final[Mapping[str, str]] = {
    "WHY_LIST.member": msg("Confirmed as a member of list {target}"),
    "WHY_LIST.nothing": msg("nothing was ever confirmed to list {target} for this address."),
    "WHY_LIST.left": msg("was in list {target} and left the segments of the export."),
    "WHY_LIST.unsubscribed": msg(
        "was unsubscribed from list {target} by this export after leaving its segments."
    ),
    "WHY_LIST.unconfirmed": msg("was sent to list {target}, and nobody knows whether it holds them."),
    "WHY_LIST.refused": msg("was refused by the account, and nothing else was confirmed: {reason}."),
    "WHY_LIST.damaged": msg("The record of what this export has sent cannot be read."),
    "WHY_NOW.unasked": msg("Not asked yet."),
    "WHY_NOW.asking": msg("Asking the account …"),
    "WHY_NOW.waiting": "{problem}",
    "WHY_NOW.failed": msg("The account could not be asked: {problem}"),
    "WHY_NOW.active": msg("subscribed to list {target}."),
    "WHY_NOW.unsubscribed": msg("unsubscribed from list {target}."),
    "WHY_NOW.bounced": msg("bounced: mail to this address came back."),
    "WHY_NOW.never_confirmed": msg("signed up for list {target} and never confirmed it."),
    "WHY_NOW.not_on_list": msg("a contact of the account, but not on list {target}."),
    "WHY_NOW.no_contact": msg("the account has no contact with this address."),
    "WHY_NOW.other": msg("on list {target} in a state that this version does not know."),
}
SENTENCES: Final[Mapping[str, str]] = {
    **VERDICTS, **STEPS, **GROUPS, **_SOURCE, **_SEGMENT, **_RUN, **_SENT, **_LIST
}  # fmt: skip
REMEDIES: Final[Mapping[str, str]] = {
    "WHY_NO_ROW": msg("Look at the address, and whether the source has the person; then refresh it."),
    "WHY_ROW_GONE": msg("If they should be there, put them back into the source and refresh it."),
    "WHY_ADDRESS_WRONG": msg("Correct the address in the source and refresh it."),
    "WHY_ADDRESS_OTHER": msg(
        "Only one profile is sent for an address, the one that was updated last. Put that one into the segment, or "
        "correct the address of one of them."
    ),
    "WHY_FAILS": msg("Change the rules of the segment, or wait until this holds."),
    "WHY_FAILS_ON": msg("Change the rules of the segment, or wait until this holds."),
    "WHY_FAILS_NEWLY": msg("Change the rules of the segment, or wait until this holds."),
    "WHY_RULE_WRONG": msg("Edit the segment and save it anew."),
    "WHY_NEVER_EVALUATED": msg("Refresh the segment, or run the export."),
    "WHY_HOLDS_NEWLY": msg("Run the export, or wait for the next refresh."),
    "WHY_RESTS.out": msg("Activate the segment: it is then evaluated again."),
    "WHY_INACTIVE": msg("Activate them, or take them out of the export and of the rules of its segments."),
    "WHY_SUPPRESSED": msg("A suppression is not taken back here: it was asked for."),
    "WHY_DETACHED": msg("Edit the export and choose a connection."),
    "WHY_NEVER_RAN": msg("Run the export, or give it a schedule."),
    "WHY_RUNNING": msg("Wait until the run has ended, and ask again."),
    "WHY_CONFIRM": msg("An administrator confirms or cancels it on the run's page."),
    "WHY_FAILED": msg("Fix what the run's page names, and run the export again."),
    "WHY_FAILED_UNSAID": msg("Fix what the run's page names, and run the export again."),
    "WHY_CANCELED": msg("Run the export again."),
    "WHY_SKIPPED": msg("Fix what the refresh names, and refresh again."),
    "WHY_SKIPPED_UNSAID": msg("Fix what the refresh names, and refresh again."),
    "WHY_NOT_PLANNED": msg("Run the export: the next plan takes what holds now."),
    "WHY_LEFT_OUT": msg("If that is not so any more, the next run sends them."),
    "WHY_REFUSED": msg("Correct the values in the source, and run the export again."),
    "WHY_REFUSED_WITH": msg("Correct the values in the source, and run the export again."),
    "WHY_BATCH.planned": msg("Wait until the run has ended, and ask again."),
    "WHY_BATCH.sending": msg("Wait until the run has ended, and ask again."),
    "WHY_BATCH.unknown": msg("Wait: it is settled by the run, or within a day after it."),
    "WHY_BATCH.accepted": msg("Wait: it is settled by the run, or within a day after it."),
    "WHY_BATCH.refused": msg("Run the export again; it sends what was not delivered."),
    "WHY_BATCH.abandoned": msg("Run the export again; it sends what was not delivered."),
    "WHY_LIST.nothing": msg("Run the export."),
    "WHY_LIST.unsubscribed": msg(
        "No export brings back whom it has unsubscribed; only they can, by signing up."
    ),
    "WHY_LIST.unconfirmed": msg("The next run sends them again, or ask the account now."),
    "WHY_LIST.damaged": msg("Rebuild the record on the export's page."),
    "WHY_NOW.unsubscribed": msg("Only they can subscribe again: no export does."),
    "WHY_NOW.bounced": msg("Correct the address in the source if it is wrong."),
    "WHY_NOW.never_confirmed": msg("They have to confirm by the link in the mail that they got."),
    "WHY_NOW.not_on_list": msg("Reconcile the export: it then sends again whoever is missing."),
    "WHY_NOW.no_contact": msg("Reconcile the export: it then sends again whoever is missing."),
}

"""What an examination found, in words: a sentence for each value, for each reason why a point stays open."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

PROBLEMS: Final[Mapping[str, Wording]] = {
    "DOCTOR_LIST_NOT_EMPTY": Wording(
        msg("List {target} is not empty: contacts on it, in whatever status: {people}."),
        msg("Make a list at ActiveCampaign that nobody is on, and name that."),
    ),
    "DOCTOR_ADDRESS_TAKEN": Wording(
        msg("The account holds a contact {address} already; nothing is sent to it."), msg("Try again.")
    ),
    "DOCTOR_OTHER_CONTACTS": Wording(
        msg(
            "Asked for one address, the account answers with contacts of other addresses; nothing more was sent."
        ),
        msg("Please report this. The account cannot be examined."),
    ),
    "DOCTOR_NOT_IMPORTED": Wording(
        msg("The first made-up contact was not imported ({shown})."),
        msg("Try another domain, or look at ActiveCampaign whether imports are waiting, and try later."),
    ),
}
PROGRESS: Final[Mapping[str, str]] = {
    "examination.waits": msg("Waiting for imports to end: {imports}"),
    "remaining.refused": msg("ActiveCampaign did not delete it."),
    "remaining.unreadable": msg("Asked for it, the account answers with other contacts."),
    "remaining.may_arrive": msg("It is not there, but an import of it may still be waiting."),
    "finding.address_case.same": msg(
        "Capitals and small letters are one address: the same contact is updated."
    ),
    "finding.address_case.different": msg(
        "Capitals make another contact. Leleka writes small letters alone."
    ),
    "finding.apostrophe_fails.true": msg(
        "An address with an apostrophe is not imported; the run reports it."
    ),
    "finding.apostrophe_fails.false": msg("An address with an apostrophe is imported."),
    "finding.archived_import.restored": msg("An import restores a contact that was archived."),
    "finding.archived_import.skipped": msg(
        "An import skips a contact that was archived, and says nothing: Leleka must read back who is there."
    ),
    "finding.archived_import.in_failure": msg("An import names a contact that was archived as failed."),
    "finding.delete_contact.archives": msg(
        "Deleting a contact archives it; ActiveCampaign deletes it for good within a year."
    ),
    "finding.delete_contact.deletes": msg("Deleting a contact deletes it: an import makes a new one."),
    "finding.delete_contact.refused": msg(
        "Deleting a contact is refused, as where the month's allowance is used up."
    ),
    "finding.duplicate_in_batch.last_wins": msg("Of two rows with one address the last one counts."),
    "finding.duplicate_in_batch.first_wins": msg("Of two rows with one address the first one counts."),
    "finding.duplicate_in_batch.second_fails": msg("Of two rows with one address the second one fails."),
    "finding.empty_clears.true": msg("An empty text clears a name."),
    "finding.empty_clears.false": msg(
        "An empty text leaves a name as it was: what was emptied here stays there until somebody clears it."
    ),
    "finding.empty_clears_field.true": msg("An empty text clears a custom field."),
    "finding.empty_clears_field.false": msg(
        "An empty text leaves a custom field as it was: what was emptied here stays there until somebody clears it."
    ),
    "finding.escaped_slashes.true": msg("Slashes in replies are escaped."),
    "finding.escaped_slashes.false": msg("Slashes in replies are not escaped."),
    "finding.excluded_in_failure.true": msg("An excluded address is named as failed."),
    "finding.excluded_in_failure.false": msg("An excluded address is skipped, and nothing says so."),
    "finding.exclusions_readable.true": msg("The account's exclusions can be read before sending."),
    "finding.exclusions_readable.false": msg("The account's exclusions cannot be read with this key."),
    "finding.forbidden_body.json": msg("A wrong key is refused in JSON."),
    "finding.forbidden_body.html": msg("A wrong key is refused with a page."),
    "finding.forbidden_status": msg("A wrong key is refused with status {value}."),
    "finding.hidden_exclusions_listed.true": msg(
        "Hidden exclusions, which complaints leave, can be read as well."
    ),
    "finding.ids_as_numbers.true": msg("Ids come as numbers."),
    "finding.ids_as_numbers.false": msg("Ids come as text."),
    "finding.import_seconds": msg(
        "Half of the imports of this examination ended within {value} seconds. Large ones, and busy days, take longer."
    ),
    "finding.limit_headers.true": msg("Replies tell the limit of requests."),
    "finding.limit_headers.false": msg("Replies do not tell the limit of requests."),
    "finding.name_length": msg("Of a first name of 300 characters the account keeps {value}."),
    "finding.odd_wording.true": msg("Refusals have curly quotation marks or no-break spaces."),
    "finding.odd_wording.false": msg("Refusals are written in plain characters."),
    "finding.oversize.400": msg("A request that is too large is refused with status 400."),
    "finding.oversize.413": msg("A request that is too large is refused with status 413."),
    "finding.oversize": msg("A request that is too large is refused with status {value}."),
    "finding.reason_index_base.0": msg("Refused rows are counted from 0: the row to blame is known at once."),
    "finding.reason_index_base.1": msg("Refused rows are counted from 1: the row to blame is known at once."),
    "finding.reason_index_base.null": msg(
        "Refused rows are not named: Leleka halves a request to find them."
    ),
    "finding.requests_per_second": msg("Replies name a limit of requests in a second: {value}."),
    "finding.retry_after.seconds": msg("A pause is asked for in seconds."),
    "finding.retry_after.date": msg("A pause is asked for as a date."),
    "finding.retry_after.none": msg("A pause is asked for without saying how long."),
    "finding.retry_after.odd": msg("A pause is asked for in a form that is unknown."),
    "finding.side_loads.true": msg(
        "Custom values come beside a page of contacts: reconciling compares them."
    ),
    "finding.side_loads.false": msg(
        "Custom values do not come beside a page of contacts: reconciling names them as not compared."
    ),
    "finding.single_import.accepted": msg("An import of one contact is accepted."),
    "finding.single_import.refused": msg("An import of one contact is refused."),
    "finding.status_at_first": msg("Asked at once, the status of an import is: {value}."),
    "finding.status_filter.true": msg("Contacts can be asked for by their status on a list."),
    "finding.status_filter.false": msg(
        "Contacts of other statuses are listed as well: who must be left out cannot be read from this account."
    ),
    "finding.success_key": msg("An accepted import says so under the name {value}."),
    "finding.text_plain.true": msg("Some JSON is announced as text/plain."),
    "finding.text_plain.false": msg("JSON is announced as such."),
    "finding.throttle_status": msg("A request too many is refused with status {value}."),
    "finding.too_many_rows.400": msg("A request with more than 250 rows is refused with status 400."),
    "finding.too_many_rows.413": msg("A request with more than 250 rows is refused with status 413."),
    "finding.too_many_rows": msg("A request with more than 250 rows is refused with status {value}."),
    "finding.total_with_id_greater.above": msg("A page after an id counts what is still to come."),
    "finding.total_with_id_greater.whole": msg(
        "A page after an id counts the whole list: progress is only an estimate."
    ),
    "finding.unknown_batch.false": msg("Asked for an unknown import, the account says false."),
    "finding.unknown_batch.404": msg("Asked for an unknown import, the account says 404."),
    "finding.unknown_field.ignored": msg(
        "A custom field that does not exist is ignored; the contact is imported."
    ),
    "finding.unknown_field.batch_fails": msg(
        "A custom field that does not exist makes the whole import fail."
    ),
    "finding.unknown_field.rows_fail": msg("A custom field that does not exist makes the row fail."),
    "finding.unknown_field.refused": msg("A custom field that does not exist makes the request be refused."),
    "finding.unknown_list.ignored": msg("A list that does not exist is ignored; the contact is imported."),
    "finding.unknown_list.batch_fails": msg("A list that does not exist makes the whole import fail."),
    "finding.unknown_list.rows_fail": msg("A list that does not exist makes the row fail."),
    "finding.unknown_list.refused": msg("A list that does not exist makes the request be refused."),
    "finding.unlisted_unsubscribed.true": msg(
        "Unsubscribing somebody who is not on the list makes them unsubscribed there."
    ),
    "finding.unlisted_unsubscribed.false": msg(
        "Unsubscribing somebody who is not on the list changes nothing there."
    ),
    "finding.unsubscribed_in_failure.true": msg("Who unsubscribed is named as failed when imported again."),
    "finding.unsubscribed_in_failure.false": msg("Who unsubscribed is not named when imported again."),
    "finding.unsubscribed_stays.true": msg("An import does not subscribe again who unsubscribed."),
    "finding.unsubscribed_stays.false": msg(
        "Attention: an import subscribes again who unsubscribed. Whoever unsubscribes while a run sends may be "
        "subscribed again."
    ),
    "finding.updated_contacts.absent": msg("Updated contacts are not named as successes."),
    "finding.updated_contacts.in_success": msg("Updated contacts are named among the successes."),
    "unsettled.automations_unseen": msg("No reply tells whether an automation ran."),
    "unsettled.batch_failed": msg("The import failed as a whole."),
    "unsettled.exclusion_not_kept": msg("The excluded address was imported all the same."),
    "unsettled.import_refused": msg("The import was refused."),
    "unsettled.limit_not_kept": msg("The request was accepted, although it is beyond the documented limit."),
    "unsettled.malformed_accepted": msg("A malformed address was accepted."),
    "unsettled.malformed_not_refused": msg(
        "The account did not refuse a malformed address, so nothing larger was tried."
    ),
    "unsettled.needs_public_url": msg("ActiveCampaign would have to call a public address of yours."),
    "unsettled.nobody_bounced": msg("Nothing that the API offers makes a contact bounce."),
    "unsettled.nobody_unconfirmed": msg("Only a form makes somebody unconfirmed, not the API."),
    "unsettled.no_exclusion": msg(
        "The account excludes no made-up address. To settle it, exclude addresses that begin with "
        "leleka-doctor-excluded at ActiveCampaign, and examine again."
    ),
    "unsettled.no_field": msg("The account has no custom field for text."),
    "unsettled.no_hidden_exclusion": msg("No hidden exclusion was listed: there may be none."),
    "unsettled.no_unknown_id": msg("No id could be found that the account certainly does not have."),
    "unsettled.not_archived": msg("No contact of this examination was archived."),
    "unsettled.not_ended": msg("The import did not end in time."),
    "unsettled.not_provoked": msg(
        "It did not happen, and to provoke it would take the limit from everybody else."
    ),
    "unsettled.not_seen": msg("No reply showed it."),
    "unsettled.not_unsubscribed": msg("The import did not unsubscribe the contact."),
    "unsettled.odd_answer": msg("The answer is none of those that are known."),
    "unsettled.other_domain": msg("It concerns addresses at other domains than the one that was entered."),
    "unsettled.reaches_the_plan": msg("It would need as many contacts as the plan allows."),
    "unsettled.rows_judged_first": msg("The account looked at the rows first."),
    "unsettled.takes_days": msg("It would take days or weeks."),
    "unsettled.takes_many": msg("It would take many more than twenty contacts."),
    "unsettled.takes_the_limit": msg("To tell it, the limit would have to be used up for everybody."),
    "unsettled.unanswered": msg("The import was not answered."),
    "unsettled.vanished": msg("The import ended, but the contact is neither there nor named as failed."),
}

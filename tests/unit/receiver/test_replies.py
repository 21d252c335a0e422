"""The service's mails are understood however they arrive; what is not understood is kept."""

from provkit.receiver.mail import Letterhead, failure
from provkit.receiver.model import FileError
from provkit.receiver.replies import Sort, Stage, read_replies

PREPROCESSING = "The preprocessing stage of your Canvas provisioning job is complete and the results are provided below.\n\nResults from the uploads: \n\n"
CANVAS = "Here is a report of errors from Canvas (iu.instructure.com):\n\n"


def lines(text, **given):
    (reply,), _ = read_replies(text, **given)
    return reply, [(line.sort, line.file, line.record, line.value, line.number) for line in reply.lines]


def test_rows_by_number_and_by_address():
    _, found = lines(
        f"{PREPROCESSING}ImportId is 7\n\nusers.csv:\n\ta@b.con - invalid email address. Will not attempt to make a guest account.\n"
        "\tGuest accounts creation failures: 1\n\nenrollments.csv:\n\tLine 4: no emplId found for jdoe\n\tEnrollments rejected: 1\n"
    )
    assert found == [
        (Sort.ROW, "users.csv", None, "a@b.con", None),
        (Sort.COUNT, "users.csv", None, None, 1),
        (Sort.ROW, "enrollments.csv", 4, "jdoe", None),
        (Sort.COUNT, "enrollments.csv", None, None, 1),
    ]


def test_a_sentence_broken_over_lines_by_a_mail_program():
    _, found = lines(
        f"{PREPROCESSING}courses.csv:\n  Line 3: Row did not match the amount of fields specified in the\n header. Skipping. Double check\n"
        " the amount of commas and try again.\n  Courses rejected: 1\n"
    )
    assert found == [(Sort.ROW, "courses.csv", 3, None, None), (Sort.COUNT, "courses.csv", None, None, 1)]


def test_without_an_import_id_there_is_none():
    reply, _ = lines(f"{PREPROCESSING}users.csv:\n\tTotal records processed: 1\n")
    assert reply.import_ids == ()
    assert reply.files == ("users.csv",)


def test_the_opening_of_beta_and_test_is_no_part_of_the_mail():
    text = "** In production, this message will go to\n- TO: team@example.edu\n\n"
    reply, found = lines(f"{text}{PREPROCESSING}users.csv:\n\tTotal records processed: 1\n")
    assert reply.rerouted
    assert len(found) == 1


def test_several_imports_in_one_mail_of_canvas_with_more_than_it_shows():
    reply, found = lines(
        f"{CANVAS}From importId: 7\n\nusers.csv - Improper status for user a@b.org\n... and 12 more\n\nFrom importId: 8\n\nNo errors/warnings\n\n"
    )
    assert reply.import_ids == ("7", "8")
    assert [(line.sort, line.import_id, line.file, line.number) for line in reply.lines] == [
        (Sort.CANVAS, "7", "users.csv", None),
        (Sort.MORE, "7", None, 12),
        (Sort.CLEAN, "8", None, None),
    ]
    assert len(found) == 3


def test_what_waited_for_the_import_stands_behind_it():
    _, found = lines(
        f"{CANVAS}From importId: 7\n\nNo errors/warnings\n\nPost processing results:\nexpand-enrollments.csv:\n"
        "\tCould not find the canvas user identified by the csv supplied user id a@b.org\n"
        "\tUsers failed to be added to expand's enrollment: 1\n"
    )
    assert found[1:] == [
        (Sort.ROW, "expand-enrollments.csv", None, "a@b.org", None),
        (Sort.COUNT, "expand-enrollments.csv", None, None, 1),
    ]


def test_errors_of_the_guest_service_name_the_address():
    _, found = lines(f"{PREPROCESSING}users.csv:\n\ta@b.org - Guest Account creation error: no such host\n\tc@d.org - timed out\n")
    assert [one[:4] for one in found] == [(Sort.ROW, "users.csv", None, "a@b.org"), (Sort.ROW, "users.csv", None, "c@d.org")]


def test_whom_the_message_did_not_reach():
    _, found = lines(f"{PREPROCESSING}users.csv:\n\tTotal custom email message failures: 1\n\t\t- a@b.org\n")
    assert found[1][:4] == (Sort.UNNOTIFIED, "users.csv", None, "a@b.org")


def test_the_mail_of_a_run_that_failed():
    mail = failure([FileError("Error zipping", "users.csv")], Letterhead(group="DEPT", header="[LMS Production Notifications]"))
    (reply,), _ = read_replies(mail.body, mail.subject)
    assert reply.stage is Stage.FAILED
    assert reply.group == "DEPT"
    assert [line.text for line in reply.lines] == ["Error zipping", "users.csv"]


def test_several_mails_in_one_text_each_with_its_group():
    text = (
        f"Subject: [LMS Production Notifications] csv file upload(s) for ONE\n\n{PREPROCESSING}users.csv:\n\tTotal records processed: 1\n"
        f"Subject: [LMS Production Notifications] TWO Canvas Provisioning Errors\n\n{CANVAS}From importId: 7\n\nNo errors/warnings\n"
    )
    replies, around = read_replies(text)
    assert [(reply.stage, reply.group) for reply in replies] == [(Stage.PREPROCESSING, "ONE"), (Stage.CANVAS, "TWO")]
    assert around == ()


def test_a_part_that_was_pasted_alone():
    (reply,), _ = read_replies("Line 4: no emplId found for jdoe")
    assert (reply.stage, reply.lines[0].record) == (Stage.PREPROCESSING, 4)


def test_what_is_not_understood_is_kept():
    (reply,), around = read_replies(f"Hello,\n\n{PREPROCESSING}users.csv:\n\tThe moon is full\n\tTotal records processed: 1\n")
    assert [line.text for line in reply.lines if line.sort is Sort.UNKNOWN] == ["The moon is full"]
    assert around == ("Hello,",)


def test_a_text_about_something_else_holds_no_mail():
    assert read_replies("Dear all,\n\nlunch is at noon.\n") == ((), ("Dear all,", "lunch is at noon."))

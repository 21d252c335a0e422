"""What the server answers and queues."""

from __future__ import annotations

import io
import zipfile

import pytest

from provkit.package import Package
from provkit.receiver.intake import NO_MESSAGE, NOTHING, PARSE_ERROR, QUEUED, Uncaught, intake
from provkit.receiver.model import FileClass, Notification, Reason
from provkit.schemas.layouts import BY_HEADER, Kind

USERS = b"user_id,login_id,first_name,last_name,email,status\n"
COURSES = b"course_id,short_name,long_name,account_id,status\nC1,a,b,c,active\n"
EXPAND = b"user_id,listing_id\n1,2\n"
MESSAGE = b"sender=a@example.edu\nsubject=Hi\nbody=Welcome\n"


def files(*pairs, notify=False, door="files"):
    return intake(Package.from_files(list(pairs), door=door), notify=notify)


def zipped(*pairs, notify=False):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return intake(Package.from_zip(buffer.getvalue()), notify=notify)


def titles(taken):
    return [error.title for error in taken.answer.file_errors or ()]


def not_known(name):
    return f"The format of {name} did not conform to any of the documented formats."


def test_a_good_upload_is_queued_by_kind_in_the_order_of_the_run():
    taken = files(
        ("x.csv", EXPAND), ("c.csv", COURSES), ("message.properties", MESSAGE), ("u.csv", USERS), ("courses.csv", COURSES)
    )
    assert taken.answer.status == 200
    assert taken.answer.body == {"message": QUEUED, "fileErrors": None}
    assert list(taken.queued.items()) == [
        (FileClass.USERS, (3,)),
        (FileClass.COURSES, (1, 4)),
        (FileClass.EXPAND_ENROLLMENTS, (0,)),
        (FileClass.PROPERTIES, (2,)),
    ]
    assert taken.notification == Notification("a@example.edu", "Hi", "Welcome")
    assert [file.kind for file in taken.files] == [Kind.EXPAND, Kind.COURSES, None, Kind.USERS, Kind.COURSES]


@pytest.mark.parametrize("header", BY_HEADER)
def test_every_legal_header_is_known(header):
    taken = files(("anything", header.encode()))
    assert taken.answer.accepted
    assert taken.files[0].kind is BY_HEADER[header][0]


@pytest.mark.parametrize(
    ("content", "klass", "reason"),
    [
        (b"", FileClass.EXCEPTION, Reason.EMPTY),
        (USERS + b'1,"2\n', FileClass.EXCEPTION, Reason.UNCLOSED_QUOTE),
        (b"\n" + USERS, FileClass.BAD, Reason.UNKNOWN_HEADER),
        (b"\xef\xbb\xbf" + USERS + b"a,b\n", FileClass.BAD, Reason.UNKNOWN_HEADER),
        (USERS.upper(), FileClass.BAD, Reason.UNKNOWN_HEADER),
        (USERS.replace(b",", b";"), FileClass.BAD, Reason.UNKNOWN_HEADER),
        (USERS.replace(b"\n", b",\n"), FileClass.BAD, Reason.UNKNOWN_HEADER),
        (MESSAGE, FileClass.BAD, Reason.UNKNOWN_HEADER),
    ],
)
def test_one_file_that_is_not_known_refuses_all(content, klass, reason):
    taken = files(("good.csv", COURSES), ("bad.csv", content))
    assert (taken.answer.status, taken.answer.message) == (400, PARSE_ERROR)
    assert titles(taken) == [not_known("bad.csv")]
    assert (taken.files[1].klass, taken.files[1].reason) == (klass, reason)
    assert taken.queued is None


def test_the_line_of_an_open_quote_is_told():
    assert files(("a.csv", USERS + b'a\nb\n1,"2\n3')).files[0].line == 4


def test_a_header_in_quotes_is_known():
    assert files(("a.csv", b'"user_id,listing_id"\n')).files[0].kind is Kind.EXPAND


def test_errors_stand_in_the_order_of_the_files_and_the_missing_users_last():
    taken = files(("b.csv", b""), ("a.csv", b"x"), ("b.csv", b"x"), notify=True)
    assert titles(taken) == [
        not_known("b.csv"),
        not_known("a.csv"),
        not_known("b.csv"),
        "No files found that match the 'users' format",
    ]
    assert taken.answer.file_errors[0].description == "No files will be processed. Correct b.csv and try again."


def test_no_files_is_answered_without_a_list():
    assert files().answer.body == {"message": "No files to process", "fileErrors": None}


@pytest.mark.parametrize(
    "name",
    ["message.properties", "MESSAGE.Properties", "me\u017fsage.properties", "message.propert\u0131es", "message.propert\u0130es"],
)
def test_the_message_is_known_by_its_name_in_any_case(name):
    assert files((name, MESSAGE)).files[0].klass is FileClass.PROPERTIES


@pytest.mark.parametrize(
    "name", ["message.properties.txt", "messages.properties", "fall/message.properties", "message.properties ", None]
)
def test_another_name_is_no_message(name):
    assert titles(files((name, MESSAGE))) == [not_known("null" if name is None else name)]


def test_a_users_header_makes_a_users_file_whatever_the_name():
    assert files(("message.properties", USERS)).files[0].klass is FileClass.USERS


def test_a_message_is_first_read_as_csv():
    assert files(("message.properties", MESSAGE + b'# 5" disks\n')).files[0].reason is Reason.UNCLOSED_QUOTE
    assert files(("message.properties", b"")).files[0].reason is Reason.EMPTY
    assert files(("message.properties", b"\n")).answer.accepted


def test_the_flag_demands_users_and_a_whole_message():
    assert titles(files(("c.csv", COURSES), ("message.properties", MESSAGE), notify=True)) == [
        "No files found that match the 'users' format"
    ]
    for message in ([], [("message.properties", b"sender=a\n")]):
        taken = files(("u.csv", USERS), *message, notify=True)
        assert taken.answer.body == {"message": NO_MESSAGE, "fileErrors": None}
        assert taken.answer.status == 400
        assert taken.queued is None
    assert files(("u.csv", USERS), ("message.properties", MESSAGE), notify=True).notification is not None


def test_without_the_flag_a_broken_message_is_ignored_and_a_whole_one_used():
    taken = files(("u.csv", USERS), ("message.properties", b"sender=a\n"))
    assert taken.answer.accepted
    assert taken.notification is None
    assert files(("u.csv", USERS), ("message.properties", MESSAGE)).notification is not None


def test_only_the_first_message_counts():
    assert files(("message.properties", b"sender=a\n"), ("message.properties", MESSAGE)).notification is None


def test_a_malformed_escape_leaves_the_controller_whatever_the_flag():
    for notify in (False, True):
        taken = files(("u.csv", USERS), ("message.properties", MESSAGE + b"x=C:\\users\n"), notify=notify)
        assert (taken.answer.status, taken.answer.body, taken.answer.uncaught) == (None, None, Uncaught.MALFORMED_ESCAPE)
        assert taken.queued is None
    assert files(("u.csv", USERS), ("message.properties", MESSAGE), ("message.properties", b"x=\\u1\n")).answer.accepted
    assert files(("bad.csv", b"x"), ("message.properties", b"x=\\u1\n")).answer.status == 400


@pytest.mark.parametrize(
    ("name", "why"), [(None, "NAME_MISSING"), ("a\ud800", "NAME_NOT_FOR_ZIP"), ("x" * 65490, "NAME_NOT_FOR_ZIP")]
)
def test_a_name_that_cannot_be_archived_leaves_the_controller(name, why):
    for door in ("files", "app"):
        assert files((name, COURSES), door=door).answer.uncaught is Uncaught[why]
    assert files(("x" * 65489, COURSES), ("", COURSES), ("a\ud83d\ude00", COURSES)).answer.accepted


def test_an_archive_is_unpacked_and_its_folders_flattened():
    taken = zipped(("fall/users.csv", USERS), ("spring/users.csv", USERS), ("__MACOSX/._x", b"x"))
    assert [(file.name, file.path) for file in taken.files] == [("users.csv", "fall/users.csv"), ("users.csv", "spring/users.csv")]
    assert taken.queued == {FileClass.USERS: (0, 1)}
    assert taken.archive.skipped == ("__MACOSX/._x",)


def test_an_archive_without_files_has_nothing_to_process():
    assert zipped(("a/", b"")).answer.message == NOTHING
    assert intake(Package.from_zip(b"no archive"), notify=True).answer.body == {"message": NOTHING, "fileErrors": None}


def test_an_archive_that_cannot_be_read_is_said_so():
    taken = zipped(("../users.csv", USERS))
    assert (taken.answer.status, taken.answer.body) == (400, {"message": "Unable to unzip uploaded file", "fileErrors": None})
    assert not taken.files


def test_a_name_too_long_in_an_archive_leaves_the_controller():
    assert zipped(("x" * 65500, USERS)).answer.uncaught is Uncaught.ARCHIVE_NAME_TOO_LONG


def test_the_page_never_unpacks_and_ignores_messages():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("users.csv", USERS)
    assert titles(files(("package.zip", buffer.getvalue()), door="app")) == [not_known("package.zip")]
    taken = files(("u.csv", USERS), ("message.properties", b"x=\\users\n"), door="app", notify=True)
    assert taken.answer.accepted
    assert taken.notification is None
    assert titles(files(("c.csv", COURSES), door="app", notify=True)) == ["No files found that match the 'users' format"]
    assert files(door="app").answer.accepted

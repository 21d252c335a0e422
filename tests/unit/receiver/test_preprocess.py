"""What becomes of each row, kind by kind; the recorded verdicts are in tests/conformance."""

import pytest

from provkit.package import Package
from provkit.receiver import Crash, ExpandCall, Fate, Guest, Known, Why, receive
from provkit.receiver.mail import rejections

USERS = "user_id,login_id,first_name,last_name,email,status\n"
SERVICE = "user_id,login_id,first_name,last_name,email,status,service\n"
ANN = "a@example.org,a@example.org,Ann,Lee,a@example.org,active"
BOB = "b@example.org,b@example.org,Bob,Ray,b@example.org,active"
COURSES = "course_id,short_name,long_name,account_id,status\n"
SECTIONS = "section_id,course_id,name,status\n"
ENROLLMENTS = "course_id,user_id,role,section_id,status\n"
LIMITED = "course_id,user_id,role,section_id,status,limit_section_privileges\n"
EXPAND = "user_id,listing_id,send_email\n"
MESSAGE = b"sender=help@example.edu\nsubject=Hi\nbody=Hello\n"


def received(known=None, **files):
    names = {name.replace("_", "-") + ".csv": text.encode() for name, text in files.items()}
    return receive(Package.from_files(names), known=known)


def fates(text, known=None):
    return [Fate(fate).name.lower() for fate in received(known, file=text).files[0].fates.tolist()]


def canvas(text, known=None):
    return received(known, file=text).processing.canvas_zip[0].content.decode()


def messages(text, known=None):
    return list(rejections(received(known, file=text).files[0].judged).values())


def test_a_user_is_sent_with_the_address_in_three_places_and_as_active():
    text = f"{USERS}x,a@example.org,Ann,Lee,y,deleted\n"
    assert canvas(text).splitlines()[1] == '"a@example.org","(guest id of a@example.org)","Ann","Lee","a@example.org","active"'


def test_users_without_an_address_are_rejected_and_short_rows_vanish():
    assert fates(f"{USERS}{ANN}\nx,jdoe,J,D,x,active\na,b\n{USERS}\n") == [
        "header",
        "sent",
        "rejected",
        "ignored_counted",
        "header",
        "ignored_counted",
    ]
    assert messages(f"{USERS}x,jdoe,J,D,x,active\n") == [
        "\tjdoe - invalid email address. Will not attempt to make a guest account.\r\n"
    ]


def test_a_short_row_under_the_service_header_stops_the_run_but_guests_above_it_are_made():
    reception = received(users=f"{SERVICE}{ANN},e\n{BOB}\n{ANN},e\n", courses=f"{COURSES}C,s,l,A,active\n")
    run = reception.processing
    assert reception.answer.status == 200
    assert run.thrown == (0, Crash(2, 6, 6))
    assert run.guests == [Guest("a@example.org", "Ann", "Lee", "expand")]
    assert run.canvas_zip == []
    assert run.summary() is None
    assert reception.files[0].fates.tolist() == [Fate.HEADER, Fate.SENT, Fate.CRASH, Fate.NOT_REACHED]
    assert set(reception.files[1].fates.tolist()) == {Fate.NOT_REACHED}


def test_an_invalid_address_does_not_stop_the_run():
    assert fates(f"{SERVICE}x,jdoe,J,D,x,active\n") == ["header", "rejected"]


def test_the_service_column_counts_only_behind_a_header_that_has_it():
    run = received(users=f"{USERS}{ANN},e\n{SERVICE}{BOB},E\n").processing
    assert [guest.service for guest in run.guests] == ["canvas", "expand"]


def test_a_guest_that_exists_is_updated_not_made():
    known = Known(users=("A@example.org",))
    run = received(known, users=f"{USERS}{ANN}\n{BOB}\n").processing
    assert [guest.email for guest in run.guests] == ["b@example.org"]
    assert "\tGuest account updates sent to Canvas: 1\r\n" in run.summary()


def test_a_guest_is_made_once_however_often_it_is_listed():
    run = received(one=f"{USERS}{ANN}\n{ANN}\n", two=f"{USERS}{ANN}\n{BOB}\n").processing
    assert [guest.email for guest in run.guests] == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize(("header", "kind"), [(COURSES, "Courses"), (SECTIONS, "Sections")])
def test_a_row_of_another_length_is_rejected_with_its_record_number(header, kind):
    width = header.count(",")
    text = f'{header}"a\nb"{"," * width}\nx\n'
    assert fates(text) == ["header", "sent", "rejected"]
    assert messages(text)[0].startswith("\tLine 3: Row did not match the amount of fields")
    assert f"\t{kind} sent to Canvas: 1\r\n" in received(file=text).processing.summary()


@pytest.mark.parametrize(("header", "field"), [(COURSES, 3), (SECTIONS, 1)])
def test_a_header_in_one_pair_of_quotes_lets_a_row_of_one_field_stop_the_run(header, field):
    text = f'"{header.strip()}"\nx\n'
    assert received(file=text).processing.thrown == (0, Crash(1, field, 1))


def test_files_of_one_kind_accumulate():
    run = received(one=f"{COURSES}C1,s,l,A,active\nx\n", two=f"{COURSES}C2,s,l,A,active\n").processing
    first, second = (file.content.decode().splitlines() for file in run.canvas_zip)
    assert len(first) == 2
    assert second[:2] == first
    assert len(second) == 4
    assert run.results[1].email.startswith("one.csv:\r\ntwo.csv:\r\n\tLine 3: ")
    assert "\tTotal courses processed: 3\r\n" in run.results[1].email


def test_of_two_files_with_one_name_the_second_is_lost():
    package = Package.from_files([("data.csv", f"{USERS}{ANN}\n".encode()), ("data.csv", f"{COURSES}C,s,l,A,active\n".encode())])
    run = receive(package).processing
    assert len(run.canvas_files) == 2
    assert [file.content[:9] for file in run.canvas_zip] == [b'"user_id"']
    assert run.lost == (1,)


def test_official_classes_are_rejected():
    known = Known(official_classes=("FA26-BL",))
    assert fates(f"{COURSES}FA26-BL,s,l,A,active\nC,s,l,A,active\n", known) == ["header", "rejected", "sent"]
    assert fates(f"{ENROLLMENTS}FA26-BL,1,student,S,active\nC,1,student,FA26-BL,active\n", known) == [
        "header",
        "rejected",
        "rejected",
    ]
    assert messages(f"{SECTIONS}FA26-BL,C,n,active\n", known) == [
        "\tLine 2: Section FA26-BL rejected. Not authorized for SIS changes.\r\n"
    ]


def test_an_official_section_slips_through_under_a_course_that_passed_before():
    known = Known(official_classes=("FA26-BL",))
    assert fates(f"{SECTIONS}S,C,n,active\nFA26-BL,C,n,active\n", known) == ["header", "sent", "sent"]


def test_an_account_of_somebody_else_is_rejected():
    known = Known(accounts=("MINE",))
    text = f"{COURSES}C1,s,l,MINE,active\nC2,s,l,YOURS,active\n"
    assert messages(text, known) == ["\tLine 3: Course C2 rejected. Not authorized to work in YOURS subaccount.\r\n"]


def test_enrollments_of_other_lengths_vanish_uncounted():
    text = f"{ENROLLMENTS}C,1,student,S,active\nC,1,student,S\n\n"
    assert fates(text) == ["header", "sent", "ignored", "ignored"]
    assert "\tTotal enrollments processed: 1\r\n" in received(file=text).processing.summary()


@pytest.mark.parametrize(
    ("role", "given", "sent"),
    [
        ("student", "", "true"),
        ("teacher", "", "false"),
        ("Teacher", "", "true"),
        ("teacher", "no", "true"),
        ("ta", "FALSE", "false"),
        ("teacher", "True", "true"),
        ("student", "fal\u017fe", "fal\u017fe"),
    ],
)
def test_the_section_limit_is_true_but_for_teachers(role, given, sent):
    assert canvas(f"{LIMITED}C,1,{role},S,active,{given}\n").splitlines()[1].endswith(f',"{sent}"')


def test_usernames_are_looked_up_and_numbers_and_addresses_are_not():
    text = f"{ENROLLMENTS}C,12,student,S,active\nC,a@example.org,student,S,active\nC,jdoe,student,S,active\n"
    assert [line.split(",")[1] for line in canvas(text).splitlines()[1:]] == [
        '"12"',
        '"a@example.org"',
        '"(university id of jdoe)"',
    ]
    assert messages(text, Known(users=())) == ["\tLine 4: no emplId found for jdoe\r\n"]


def test_digits_of_other_scripts_are_looked_up():
    assert received(Known(users=()), file=f"{ENROLLMENTS}C,\u0661,student,S,active\n").files[0].judged.why.tolist() == [
        0,
        Why.NO_USER,
    ]


def test_an_empty_course_is_that_of_the_section():
    text = f"{ENROLLMENTS},1,student,S,active\n,1,student,T,active\n"
    known = Known(sections={"S": "C9"})
    assert canvas(text, known).splitlines()[1:] == ['"C9","1","student","S","active","true"']
    assert "Not able to determine parent course" in messages(text, known)[0]


def test_a_six_column_header_of_five_fields_is_itself_enrolled():
    text = '"course_id,user_id",role,section_id,status,limit_section_privileges\n'
    assert fates(text, Known(users=("role",))) == ["sent"]


def test_expand_rows_call_at_once_when_there_are_no_users():
    run = received(expand=f"{EXPAND}jdoe,1,TRUE\n12,2\njdoe,3,yes\na\n").processing
    assert run.expand_calls == [
        ExpandCall("(Canvas id of jdoe)", "1", send_email=True),
        ExpandCall("(Canvas id of 12)", "2", send_email=False),
        ExpandCall("(Canvas id of jdoe)", "3", send_email=False),
    ]
    assert run.canvas_zip == []


def test_expand_rows_wait_for_a_users_file_even_an_empty_one():
    reception = received(users=USERS, expand=f"{EXPAND}jdoe,1,true\n")
    assert reception.files[1].fates.tolist() == [Fate.HEADER, Fate.DEFERRED]
    assert reception.processing.expand_calls == []
    assert len(reception.processing.later_calls) == 1
    assert "has been deferred" in reception.processing.summary()
    assert "successfully added to expand's enrollment: 1" in reception.processing.write_later(str)


def test_somebody_unknown_is_not_enrolled_in_expand_unless_a_user_of_the_same_upload():
    known = Known(users=())
    assert fates(f"{EXPAND}jdoe,1,true\n", known) == ["header", "rejected"]
    both = received(known, users=f"{USERS}{ANN}\n", expand=f"{EXPAND}a@example.org,1,true\n")
    assert both.files[1].fates.tolist() == [Fate.HEADER, Fate.DEFERRED]


def test_a_valid_message_goes_to_new_guests_though_nobody_asked():
    package = Package.from_files({"users.csv": f"{USERS}{ANN}\n".encode(), "message.properties": MESSAGE})
    run = receive(package).processing
    assert [(mail.to, mail.sender, mail.subject, mail.body) for mail in run.welcome_mails] == [
        ("a@example.org", "help@example.edu", "Hi", "Hello")
    ]
    refused = receive(package, known=Known(senders=("other@example.edu",))).processing
    assert refused.welcome_mails == []
    assert "\tTotal custom email message failures: 1\r\n\t\t- a@example.org\r\n" in refused.summary()


def test_the_upload_page_ignores_the_message():
    package = Package.from_files({"users.csv": f"{USERS}{ANN}\n".encode(), "message.properties": MESSAGE}, door="app")
    assert receive(package).processing.welcome_mails == []


def test_nothing_is_processed_of_a_refused_upload():
    reception = received(users=f"{USERS}{ANN}\n", other="a,b\n")
    assert reception.answer.status == 400
    assert reception.processing is None
    assert reception.files[0].fates is None

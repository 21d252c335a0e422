"""Who gets mail, and whether the message goes out, is said of every package."""

import pytest

from provkit.checks import examine
from provkit.checks.people import is_reserved, reserved_addresses
from provkit.package import Package
from provkit.receiver import Known
from provkit.report.mailing import render
from provkit.rules import Severity

USERS = b"user_id,login_id,first_name,last_name,email,status\n"
SERVICE = b"user_id,login_id,first_name,last_name,email,status,service\n"
MESSAGE = b"sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n"
SECTIONS = b"section_id,course_id,name,status\nS-1,C-1,Monday,active\n"


def guests(*names, header=USERS, end=b""):
    return header + b"".join(b"%b@u.org,%b@u.org,A,B,%b@u.org,active%b\n" % (name, name, name, end) for name in names)


def mailing(files, *, notify=False, known=None):
    return examine(Package.from_files(files), notify=notify, known=known).mailing


def codes(files, *, notify=False, app=False):
    report = examine(Package.from_files(files), notify=notify, app=app).report
    return [finding.code for finding in report.findings if finding.severity is not Severity.INFO]


def test_every_new_guest_is_invited_once_and_those_who_have_an_account_are_not():
    result = mailing({"users.csv": guests(b"ana", b"bo", b"ana", b"cy")}, known=Known(users=["bo@u.org"]))
    assert result.accepted
    assert result.guests == 2
    assert result.first_guests == ("ana@u.org", "cy@u.org")
    assert result.files == ("users.csv",)


def test_rejected_and_dropped_rows_invite_nobody():
    assert mailing({"users.csv": guests(b"ana", b"b o") + b"short,row\n"}).guests == 1


def test_only_the_first_addresses_are_named_and_the_rest_counted():
    result = mailing({"users.csv": guests(*(b"g%d" % n for n in range(40)))})
    assert (result.guests, len(result.first_guests)) == (40, 10)
    assert "g9@u.org and 30 more" in " ".join(render(result))


def test_a_run_that_stops_has_invited_those_before_it():
    users = guests(b"ana", header=SERVICE, end=b",c") + guests(b"bo", header=b"") + guests(b"cy", header=b"", end=b",c")
    result = mailing({"users.csv": users, "sections.csv": SECTIONS})
    assert result.stops_early
    assert result.first_guests == ("ana@u.org",)
    assert any("no results mail comes" in line for line in render(result))


def test_the_message_goes_out_with_or_without_being_asked_for():
    files = {"users.csv": guests(b"ana"), "message.properties": MESSAGE}
    asked, unasked = mailing(files, notify=True), mailing(files)
    assert asked.message == unasked.message
    assert asked.message.subject == "Welcome"
    assert (asked.message_asked_for, unasked.message_asked_for) == (True, False)
    assert codes(files, notify=True) == []
    assert codes(files) == ["PK414"]


def test_a_message_from_a_sender_who_is_not_authorised_goes_to_nobody():
    files = {"users.csv": guests(b"ana"), "message.properties": MESSAGE}
    assert mailing(files, notify=True, known=Known(senders=["other@example.edu"])).message is None


def test_a_refused_upload_mails_nobody():
    assert not mailing({"users.csv": guests(b"ana"), "README": b"x"}).accepted


@pytest.mark.parametrize(
    ("files", "notify", "expected"),
    [
        ({"sections.csv": SECTIONS}, True, ["PK415"]),
        ({"sections.csv": SECTIONS, "message.properties": MESSAGE}, True, ["PK415"]),
        ({"sections.csv": SECTIONS, "message.properties": MESSAGE}, False, []),
        ({"users.csv": guests(b"ana")}, True, ["PK416"]),
        ({"message.properties": MESSAGE}, False, ["PK417"]),
        ({"message.properties": MESSAGE}, True, ["PK415"]),
        ({"users.csv": guests(b"ana"), "message.properties": MESSAGE.replace(b"body", b"text")}, True, ["PK405"]),
        ({"users.csv": guests(b"ana"), "message.properties": MESSAGE.replace(b"body", b"text")}, False, ["PK406"]),
        ({"users.csv": guests(b"ana"), "message.properties": MESSAGE.replace(b"office@example.edu", b"Office")}, False, ["PK409"]),
        ({"users.csv": guests(b"ana"), "messages.properties": MESSAGE}, True, ["PK403"]),
    ],
)
def test_what_stands_between_a_message_and_its_readers_is_one_finding(files, notify, expected):
    assert codes(files, notify=notify) == expected


def test_on_the_upload_page_the_message_is_typed_and_a_file_of_it_is_useless():
    files = {"users.csv": guests(b"ana"), "message.properties": MESSAGE}
    assert codes(files, app=True) == ["PK420"]
    assert codes({"users.csv": guests(b"ana")}, notify=True, app=True) == []
    assert codes({"sections.csv": SECTIONS}, notify=True, app=True) == ["PK415"]


def test_expand_rows_that_mail_are_counted_by_listing_and_wait_for_new_users():
    expand = b"user_id,listing_id,send_email\nx@u.org,L-1,true\ny@u.org,L-1,TRUE\nz@u.org,L-2,true\nz@u.org,L-3,yes\nz@u.org,L-4,\n"
    alone = mailing({"expand.csv": expand})
    assert (alone.expand, dict(alone.listings), alone.expand_later) == (3, {"L-1": 2, "L-2": 1}, False)
    later = mailing({"expand.csv": expand, "users.csv": guests(b"x")})
    assert (later.expand, later.expand_later) == (3, True)


@pytest.mark.parametrize("address", ["a@iu.edu", "a@IU.edu", "a@alumni.iu.edu", "a@x.y.iu.edu"])
def test_guests_with_an_address_of_the_university_are_warned_of(address):
    assert codes({"users.csv": guests(b"ana").replace(b"ana@u.org", address.encode())}) == ["PK501"]


@pytest.mark.parametrize("address", ["a@notiu.edu", "a@iu.edu.org", "iu.edu@u.org"])
def test_addresses_that_only_look_like_the_universitys_are_not(address):
    assert codes({"users.csv": guests(b"ana").replace(b"ana@u.org", address.encode())}) == []


@pytest.mark.parametrize(
    ("address", "reserved"),
    [
        ("a@example.org", True),
        ("a@mail.EXAMPLE.com", True),
        ("a@school.example", True),
        ("a@x.invalid", True),
        ("a@x.test", True),
        ("a@localhost", True),
        ("a@example.org.", True),
        ("a@myexample.org", False),
        ("a@example0.org", False),
        ("example.org", False),
        ("1234567890", False),
    ],
)
def test_domains_that_nobody_can_have_are_known(address, reserved):
    assert is_reserved(address) is reserved
    assert reserved_addresses([address]) == ([address] if reserved else [])


def test_reserved_addresses_are_found_wherever_somebody_is_named():
    files = {
        "users.csv": guests(b"ana") + b"b@example.org,b@example.org,A,B,b@example.org,active\n",
        "enrollments.csv": b"course_id,user_id,role,section_id,status\nC,c@example.com,student,,active\nC,1234567890,student,,active\n",
        "expand.csv": b"user_id,listing_id\nd@x.test,L\n",
    }
    assert examine(Package.from_files(files)).reserved == ["b@example.org", "c@example.com", "d@x.test"]


def test_the_places_of_findings_are_listed_up_to_the_cap_and_counted_beyond():
    users = USERS + b"short,row\n" * 500
    report = examine(Package.from_files({"users.csv": users}), listed=10).report
    assert len(report.findings) == 10
    assert report.count(Severity.ERROR) == 500

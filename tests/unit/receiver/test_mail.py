from provkit.receiver import FileError
from provkit.receiver.mail import Letterhead, failure, summary

HEAD = Letterhead("[LMS PRD Notifications]", "UNIT", "canvas.example.edu", "77")


def test_the_summary_names_the_import_only_where_something_went_to_canvas():
    assert "ImportId is 77\r\n\r\nusers.csv" in summary("users.csv:\r\n", HEAD, imported=True).body
    assert "ImportId" not in summary("users.csv:\r\n", HEAD, imported=False).body
    assert summary("", HEAD, imported=False).subject == "[LMS PRD Notifications] csv file upload(s) for UNIT"


def test_a_run_that_failed_in_a_foreseen_way_is_told_in_a_mail_of_its_own():
    mail = failure([FileError("T", "D")], HEAD)
    assert mail.subject == "[LMS PRD Notifications] processing errors for UNIT"
    assert mail.body.endswith("the following errors below.\r\n\r\nT\r\n\tD\r\n")

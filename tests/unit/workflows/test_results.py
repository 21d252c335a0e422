"""Results mails are tied to the rows of the package, to its cells, and set beside the model."""

import pytest

import provkit
from provkit.delivery import Feed, History, SentFile
from provkit.errors import GuardError, SourceError
from provkit.package import Package
from provkit.receiver.mail import Letterhead, summary
from provkit.workflows.results import package_of, results, settle, write_corrections
from provkit.workflows.simulate import simulate

USERS = "user_id,login_id,first_name,last_name,email,status\n"
ENROLLMENTS = "course_id,user_id,role,section_id,status\n"
FILES = {
    "users.csv": f"{USERS}a@b.org,a@b.org,Ana,Ruiz,a@b.org,active\nx,c@d.con,Cem,Day,x,active\nshort,row\n".encode(),
    "enrollments.csv": f'{ENROLLMENTS}NC-1,a@b.org,student,,active\n"NC\n1",jdoe,student,,active\nNC-2,jdoe,student,,active\n'.encode(),
}
CANVAS = b"Here is a report of errors from Canvas (iu.instructure.com):\n\nFrom importId: 7\n\n"


def mail_of(package):
    return summary(simulate(package).processing.summary(), Letterhead(), imported=True).body.encode()


def places(found):
    return [[f"{row.file}:{row.line}" for row in meaning.rows] for meaning in found.meanings if meaning.rows]


def test_what_the_model_foresaw_is_marked_so_and_nothing_differs():
    package = Package.from_files(FILES)
    found = results([mail_of(package)], package)
    assert places(found) == [["users.csv:3"]]
    assert [meaning.foreseen for meaning in found.meanings if meaning.rows] == [True]
    assert not found.differs
    assert [(row.file, row.line) for row in found.dropped] == [("users.csv", 4)]
    assert not found.ok


def test_the_number_in_the_mail_is_the_records_and_the_place_the_lines():
    package = Package.from_files(FILES)
    mail = mail_of(package).replace(b"enrollments.csv:\r\n", b"enrollments.csv:\r\n\tLine 4: no emplId found for jdoe\r\n")
    found = results([mail], package)
    assert places(found)[-1] == ["enrollments.csv:5"]
    assert found.meanings[-4].foreseen is None  # a look-up elsewhere, of which the model knows nothing
    assert not found.differs


def test_a_sentence_that_fits_several_rows_names_them_all():
    package = Package.from_files(FILES)
    sentence = (
        b"enrollments.csv - User not found for enrollment (User ID: (university id of jdoe), Course ID: NC-2, Section ID: )\n"
    )
    assert places(results([CANVAS + sentence], package)) == [["enrollments.csv:5"]]
    assert places(results([CANVAS + b'enrollments.csv - Improper status "active" for an enrollment\n'], package)) == [
        ["enrollments.csv:2", "enrollments.csv:3", "enrollments.csv:5"]
    ]


def test_a_mail_that_says_what_the_model_does_not_and_the_reverse():
    package = Package.from_files(FILES)
    other = mail_of(package).replace(b"c@d.con", b"a@b.org").replace(b"Total records processed: 3", b"Total records processed: 9")
    found = results([other], package)
    assert found.differs
    assert [meaning.foreseen for meaning in found.meanings if meaning.rows] == [False]
    assert [(row.line, text.partition(" ")[0]) for row, text in found.unsaid] == [(3, "c@d.con")]
    assert found.totals == (("users.csv", "Total records processed: 9", 3),)


def test_a_mail_about_another_upload_is_said_to_be():
    found = results([mail_of(Package.from_files({"other.csv": FILES["users.csv"]}))], Package.from_files(FILES))
    assert found.strangers == ("other.csv",)
    assert not found.differs


def test_without_an_import_id_nothing_reached_canvas():
    package = Package.from_files(FILES)
    mail = summary(simulate(package).processing.summary(), Letterhead(), imported=False).body.encode()
    assert results([mail], package).nothing_reached_canvas


def test_corrections_hold_the_failed_rows_as_they_stand_and_are_clean_once_mended(tmp_path):
    package = Package.from_files(FILES)
    found = results([mail_of(package)], package)
    assert write_corrections(found, package, tmp_path / "again") == ("users.csv",)
    path = tmp_path / "again" / "users.csv"
    assert path.read_bytes() == f"{USERS}x,c@d.con,Cem,Day,x,active\nshort,row\n".encode()
    path.write_text(f"{USERS}c@d.com,c@d.com,Cem,Day,c@d.com,active\ne@f.org,e@f.org,Eve,Fox,e@f.org,active\n", encoding="utf-8")
    assert provkit.validate(tmp_path / "again").ok
    with pytest.raises(GuardError, match="is there already"):
        write_corrections(found, package, tmp_path / "again")


def test_the_rows_of_a_built_package_are_named_by_their_cells(tmp_path, root):
    built = provkit.build(root / "sample_data" / "roster.xlsx", tmp_path / "out")
    reception = simulate(tmp_path / "out")
    name = next(file.name for file in reception.files if str(file.kind) == "enrollments")
    assert name != "enrollments.csv"
    for called in (name, "enrollments.csv"):
        mail = f"Results from the uploads:\n\nImportId is 7\n\n{called}:\n\tLine 4: no emplId found for jdoe\n".encode()
        for package in (tmp_path / "out", tmp_path / "out" / "package.zip"):
            (row,) = results([mail], package).failed
            assert row.origin is not None
            assert row.origin.sheet == "Enrollments"
    assert built.written is not None


def test_a_text_that_is_no_mail_of_the_service_is_refused():
    with pytest.raises(SourceError, match="holds no mail of the provisioning service"):
        results([b"lunch is at noon\n"])


PLACE = Feed("test", "DEPT", "roster")
BUILT = Package.from_files({"users.csv": f"{USERS}a@b.org,a@b.org,Ana,Ruiz,a@b.org,active\nx,c@d.con,Cem,Day,x,active\n".encode()})


def kept(history, feed=PLACE, outcome="accepted"):
    """A history that knows one send."""
    (part,) = BUILT.parts
    with history.begin(feed, BUILT, [SentFile("users", 2, part.digest)], host="lms.example.edu") as attempt:
        attempt.leaving()
        attempt.close(outcome, "test")


def mail(host="iu.test.instructure.com"):
    (part,) = BUILT.parts
    return (
        f"The preprocessing stage of your Canvas provisioning job is complete and the results are provided below. The final results from "
        f"Canvas ({host}) will be sent out at a later time.\n\nResults from the uploads:\n\nImportId is 7\n\n"
        f"users-{part.digest[:8]}.csv:\n\tc@d.con - invalid email address. Will not attempt to make a guest account.\n"
        "\tTotal records processed: 2\n"
    ).encode()


def test_a_mail_finds_its_package_in_the_history_settles_the_send_and_notes_what_failed(tmp_path):
    history = History(tmp_path, use_keyring=False)
    kept(history, outcome="unknown")
    package = package_of([mail()], history)
    assert package is not None
    found = results([mail()], package)
    (one,) = settle(found, history)
    assert (one.was_unknown, one.send.state, one.send.settled_by, one.failed) == (True, "accepted", "mail", 1)
    assert "Send 1 to test (DEPT) is now known to have arrived. 1 row that failed is noted" in one.sentence
    last = history.last_accepted(PLACE)
    assert last.failures == {(BUILT.parts[0].digest, 3)}
    assert settle(found, history)[0].was_unknown is False


def test_a_mail_of_another_environment_settles_nothing(tmp_path):
    history = History(tmp_path, use_keyring=False)
    kept(history, outcome="unknown")
    assert settle(results([mail("iu.instructure.com")], BUILT), history) == ()
    assert history.unknown(PLACE) is not None


def test_of_two_sends_of_the_same_files_to_one_place_none_is_settled(tmp_path):
    history = History(tmp_path, use_keyring=False)
    kept(history)
    (part,) = BUILT.parts
    history.add(PLACE, BUILT, [SentFile("users", 2, part.digest)])
    assert settle(results([mail()], BUILT), history) == ()


def test_a_mail_that_names_no_digest_is_tied_to_no_send(tmp_path):
    history = History(tmp_path, use_keyring=False)
    kept(history)
    plain = b"Results from the uploads:\n\nImportId is 7\n\nusers.csv:\n\tTotal records processed: 2\n"
    assert package_of([plain], history) is None
    assert settle(results([plain], BUILT), history) == ()

"""`provkit new` as a user runs it: the workbook, what is typed into it, and the mail that a guest gets of it."""

from openpyxl import load_workbook


def fill(path, **sheets):
    book = load_workbook(path)
    for title, rows in sheets.items():
        for number, row in enumerate(rows, 2):
            for column, value in enumerate(row, 1):
                book[title].cell(number, column).value = value
    book.save(path)


def say(path, **parts):
    book = load_workbook(path)
    for row in book["Message"].iter_rows():
        row[1].value = parts.get(row[0].value.lower())
    book.save(path)


ROSTER = [("ana@safety-guests.org", "Ana", "Ruiz", "c", "YOGA-26", "student", "", "active")]
COURSES = [("YOGA-26", "Yoga", "Yoga for beginners", "REC", "", "active", "2026-08-24", "2026-12-18")]


def test_a_workbook_is_written_filled_built_and_validated_clean(provkit, tmp_path):
    done = provkit("new", "roster.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    assert "provkit validate roster.xlsx" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    fill(tmp_path / "roster.xlsx", Roster=ROSTER, Courses=COURSES)
    assert provkit("build", "roster.xlsx").returncode == 0
    done = provkit("validate", "out", "--strict")
    assert done.returncode == 0, done.stdout


def test_an_untouched_workbook_is_refused_with_what_to_do(provkit):
    provkit("new", "roster.xlsx")
    done = provkit("build", "roster.xlsx")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing is filled in" in done.stderr


def test_a_workbook_that_is_there_stops_it_with_3_and_a_free_name(provkit, tmp_path):
    provkit("new", "roster.xlsx")
    before = (tmp_path / "roster.xlsx").read_bytes()
    done = provkit("new", "roster.xlsx", "--from", "out")
    assert done.returncode == 3
    assert "provkit new roster-2.xlsx --from out" in " ".join(done.stderr.split())
    assert (tmp_path / "roster.xlsx").read_bytes() == before


def test_a_workbook_filled_from_a_package_builds_to_the_same_zip(provkit, root, tmp_path):
    provkit("build", str(root / "sample_data" / "roster.xlsx"), "--notify")
    done = provkit("new", "again.xlsx", "--from", "out")
    assert "Enrollments: 48 rows" in done.stdout
    assert provkit("build", "again.xlsx", "--notify", "-o", "anew").returncode == 0
    assert (tmp_path / "anew" / "package.zip").read_bytes() == (tmp_path / "out" / "package.zip").read_bytes()


def test_simulate_shows_the_message_of_a_template_exactly_as_the_guest_gets_it(provkit, tmp_path):
    provkit("new", "roster.xlsx")
    fill(tmp_path / "roster.xlsx", Roster=ROSTER, Courses=COURSES)
    say(
        tmp_path / "roster.xlsx",
        template="course-invitation",
        sender="rec@example.edu",
        signature="Recreation\n" + "Line\n" * 45 + "End",
    )
    done = provkit("build", "roster.xlsx", "--notify")
    assert done.returncode == 0, done.stdout + done.stderr
    shown = provkit("simulate", "out", "--notify").stdout
    mail = shown[shown.index("The package's own message") :]
    assert "| From: rec@example.edu" in mail
    assert "| Subject: Your invitation to Yoga for beginners" in mail
    assert "|   begins on August 24, 2026 and ends on December 18, 2026" in mail
    assert "| End" in mail  # to the last line
    assert "{{" not in shown


def test_a_message_chosen_on_the_command_line_wins_over_the_sheet(provkit, tmp_path):
    provkit("new", "roster.xlsx")
    fill(tmp_path / "roster.xlsx", Roster=ROSTER, Courses=COURSES)
    say(tmp_path / "roster.xlsx", sender="rec@example.edu", subject="Mine", body="Mine")
    (tmp_path / "provkit.toml").write_text('[defaults.message]\nsender = "a@example.edu"\nsignature = "Us"\n')
    done = provkit("build", "roster.xlsx", "--notify", "--message", "reminder")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Reminder: Yoga for beginners begins on August 24, 2026" in (tmp_path / "out" / "message.properties").read_text("ascii")


def test_a_name_that_no_package_knows_is_refused_with_its_cell(provkit, tmp_path):
    provkit("new", "roster.xlsx")
    fill(tmp_path / "roster.xlsx", Roster=ROSTER)
    say(tmp_path / "roster.xlsx", sender="rec@example.edu", subject="Hello", body="Hello,\n\n{{ corses }}")
    done = provkit("build", "roster.xlsx", "--notify")
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "Message!B5, line 3" in said
    assert "Did you mean 'courses'?" in said
    assert not (tmp_path / "out").exists()

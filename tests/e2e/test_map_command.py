"""`provkit map`, `--profile` and `--set` as a user runs them, one after the other."""

LIST = "Attendee,Mail,Workshop\nAna Ruiz,ana@safety-guests.org,First Aid\nBo Ek,bo@safety-guests.org,Rescue\n"


def test_a_profile_is_proposed_written_mended_and_followed(provkit, tmp_path):
    (tmp_path / "list.csv").write_text(LIST)
    shown = provkit("map", "list.csv")
    assert shown.returncode == 0, shown.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]
    done = provkit("map", "list.csv", "-o", "mine.toml")
    assert done.returncode == 0
    assert "provkit build list.csv --profile mine.toml" in done.stdout
    (tmp_path / "mine.toml").write_text(
        '[columns]\nname = "Attendee"\nemail = "Mail"\ncourse_id = "Workshop"\n'
        '[constants]\nrole = "student"\n[lookup.course_id]\n"First Aid" = "FA-1"\nRescue = "RE-1"\n'
    )
    done = provkit("build", "list.csv", "--profile", "mine.toml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out" / "enrollments.csv").read_text().splitlines()[1:] == [
        "FA-1,ana@safety-guests.org,student,,active",
        "RE-1,bo@safety-guests.org,student,,active",
    ]


def test_a_profile_that_is_there_is_not_replaced(provkit, tmp_path):
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "mine.toml").write_text("mine")
    assert provkit("map", "list.csv", "-o", "mine.toml").returncode == 3
    assert (tmp_path / "mine.toml").read_text() == "mine"


def test_an_answer_without_a_meaning_is_named_with_its_cell(provkit, tmp_path):
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "mine.toml").write_text(
        '[columns]\nname = "Attendee"\nemail = "Mail"\ncourse_id = "Workshop"\n[constants]\nrole = "student"\n'
        '[lookup.course_id]\n"First Aid" = "FA-1"\n'
    )
    done = provkit("build", "list.csv", "--profile", "mine.toml")
    assert done.returncode == 1
    assert "list.csv!C3" in done.stdout
    assert not (tmp_path / "out").exists()


def test_what_no_column_says_is_said_on_the_command_line(provkit, tmp_path):
    (tmp_path / "list.csv").write_text("Email,First name,Last name\nana@safety-guests.org,Ana,Ruiz\n")
    done = provkit("build", "list.csv", "--set", "course_id=NC-1", "--set", "role=student")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NC-1,ana@safety-guests.org,student,,active" in (tmp_path / "out" / "enrollments.csv").read_text()
    assert provkit("build", "list.csv", "--set", "corse_id=NC-1").returncode == 2
    assert provkit("build", "list.csv", "--set", "role=").returncode == 2

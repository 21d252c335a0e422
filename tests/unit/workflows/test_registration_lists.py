"""Registration lists and extracts with the full columns that their systems write: each comes to a clean package, or to its own cells."""

import io
import zipfile

import pytest

from provkit.config import Config
from provkit.report.changes import render_csv
from provkit.rules import Severity
from provkit.workflows.build import prepare

COURSE = {"course_id": "NC-1"}

GOOGLE = (
    '"Timestamp","Email Address","First name","What is your last name?","Phone number","How did you hear of us?"\n'
    '"2026/08/24 9:14:03 AM EST","ana@example.org","Ana","Ruiz","555-0100","A friend"\n'
    '"2026/08/24 9:15:03 AM EST","bo@example.org","Bo","Ek","555-0101","Radio"\n'
    '"2026/08/25 1:14:03 PM EST","ana@example.org","Ana","Ruiz","555-0100","A friend"\n'
)
MICROSOFT = (
    "ID,Start time,Completion time,Email,Name,Last modified time,Your e-mail address,Full name,Your interests\n"
    '1,8/24/26 9:14:03,8/24/26 9:15:03,anonymous,anonymous,,ana@example.org,Ana Ruiz,"Art;Music;"\n'
    '2,8/24/26 9:16:03,8/24/26 9:17:03,anonymous,Anonymous,,bo@example.org,"Ek, Bo",Art;\n'
)
QUALTRICS_IDS = (
    "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,RecipientLastName,RecipientFirstName,"
    "RecipientEmail,ExternalReference,LocationLatitude,LocationLongitude,DistributionChannel,UserLanguage,Q1,Q2,Q3\n"
)
QUALTRICS_TEXTS = (
    "Start Date,End Date,Response Type,IP Address,Progress,Duration (in seconds),Finished,Recorded Date,Response ID,Recipient Last Name,"
    "Recipient First Name,Recipient Email,External Data Reference,Location Latitude,Location Longitude,Distribution Channel,User Language,"
    '"What is your\nfirst name?",What is your last name?,Please enter your e-mail address:\n'
)
QUALTRICS_IMPORT = ",".join(f'"{{""ImportId"":""c{number}""}}"' for number in range(20)) + "\n"


def _response(status, finished, ident, first, last, email):
    return (
        f"2026-08-24 09:00:00,2026-08-24 09:05:00,{status},192.0.2.1,100,300,{finished},2026-08-24 09:05:01,{ident},,,,,40.1,-86.2,anonymous,EN,"
        f"{first},{last},{email}\n"
    )


QUALTRICS = (
    _response("IP Address", "True", "R_1abc", "Ana", "Ruiz", "ana@example.org")
    + _response("IP Address", "True", "R_2abc", "Bo", "Ek", "bo@example.org")
    + _response("IP Address", "False", "R_3abc", "Cy", "", "")
    + _response("Survey Preview", "True", "R_4abc", "Test", "Test", "test@example.org")
)
EVENTBRITE = (
    "Order #,Order Date,First Name,Last Name,Email,Quantity,Price Tier,Ticket Type,Attendee #,Group,Order Type,Currency,Total Paid,Fees Paid,"
    "Eventbrite Fees,Eventbrite Payment Processing,Attendee Status,Home Address 1,Home Address 2,Home City,Home State,Home Zip,Home Country,"
    "Cell Phone,Job Title,Company\n"
    "11,2026-08-01,Ana,Ruiz,ana@example.org,1,,Day pass,101,,Free Order,USD,0,0,0,0,Attending,1 Main St,,Bloomington,IN,47401,US,555-0100,,\n"
    "12,2026-08-01,Bo,Ek,bo@example.org,1,,Day pass,102,,Free Order,USD,0,0,0,0,Attending,2 Main St,,Bloomington,IN,47401,US,555-0101,,\n"
    "13,2026-08-01,Cy,Ng,cy@example.org,1,,Day pass,103,,Free Order,USD,0,0,0,0,Refunded,3 Main St,,Bloomington,IN,47401,US,555-0102,,\n"
    "14,2026-08-01,Di,Ax,di@example.org,1,,Day pass,104,,Free Order,USD,0,0,0,0,Not Attending,4 Main St,,Bloomington,IN,47401,US,555-0103,,\n"
)
ZOOM = (
    "Attendee Report\nReport Generated:,08/24/2026 09:00\n"
    "Topic,Meeting ID,Scheduled Time,Duration (minutes),# Registered,# Cancelled\nFirst Aid,812 3456 7890,08/30/2026 09:00,60,3,0\n"
    "Attendee Details\nFirst Name,Last Name,Email,Registration Time,Approval Status\n"
    "Ana,Ruiz,ana@example.org,08/01/2026 09:00,approved\nBo,Ek,bo@example.org,08/01/2026 09:10,approved\n"
    "Cy,Ng,cy@example.org,08/01/2026 09:20,denied\nDi,Ax,di@example.org,08/01/2026 09:30,pending\n"
)
PARTICIPANTS = (
    "Name (Original Name),User Email,Total Duration (Minutes),Guest\n"
    "Ana Ruiz,ana@example.org,60,Yes\nBo Ek,bo@example.org,30,Yes\nBo Ek,bo@example.org,20,Yes\n"
)
CVENT = (
    "First Name,Last Name,Email Address,Company,Registration Type,Registration Status,Confirmation Number,Cc Email\n"
    "Ana,Ruiz,ana@example.org,Acme,Guest,Accepted,AB12,\nBo,Ek,bo@example.org,Acme,Guest,Accepted,AB13,\n"
    "Cy,Ng,cy@example.org,Acme,Guest,Cancelled,AB14,\nDi,Ax,di@example.org,Acme,Guest,Waitlisted,AB15,\n"
)
SALESFORCE = (
    "Campaign Name,First Name,Last Name,Email,Member Status,Contact ID\n"
    "Spring,Ana,Ruiz,ana@example.org,Registered,0035e00000AbCdE\nSpring,Bo,Ek,bo@example.org,Attended,0035e00000AbCdF\n"
    "Spring,Cy,Ng,cy@example.org,Declined,0035e00000AbCdG\n"
)
LISTS = {
    "google-forms": (GOOGLE, (3, 2, 0, 1, 0)),
    "microsoft-forms": (MICROSOFT, (2, 2, 0, 0, 0)),
    "qualtrics": (QUALTRICS_IDS + QUALTRICS_TEXTS + QUALTRICS_IMPORT + QUALTRICS, (4, 2, 0, 2, 0)),
    "eventbrite": (EVENTBRITE, (4, 2, 0, 2, 0)),
    "zoom-registration": (ZOOM, (9, 2, 0, 7, 0)),
    "zoom-participants": (PARTICIPANTS, (3, 2, 1, 0, 0)),
    "cvent": (CVENT, (4, 2, 0, 2, 0)),
    "salesforce": (SALESFORCE, (3, 2, 0, 1, 0)),
}
every_list = pytest.mark.parametrize("form", LISTS)


def made(tmp_path, content, name="list.csv", **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return prepare(path, config=Config(), **options)


def loud(built):
    return [(finding.code, str(finding.origin)) for finding in built.report.findings if finding.severity is not Severity.INFO]


def account(built):
    rows = built.account
    return (rows.read, rows.used, rows.merged, rows.set_aside, rows.held_back)


def files(built):
    return {part.name: part.content.decode() for part in built.package.parts}


@every_list
def test_a_list_becomes_guests_and_enrollments_once_it_is_said_in_which_course(tmp_path, form):
    content, rows = LISTS[form]
    built = made(tmp_path, content, constants=COURSE)
    assert loud(built) == []
    assert account(built) == rows
    assert files(built) == {
        "enrollments.csv": "course_id,user_id,role,section_id,status\nNC-1,ana@example.org,student,,active\nNC-1,bo@example.org,student,,active\n",
        "users.csv": "user_id,login_id,first_name,last_name,email,status\n"
        "ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active\nbo@example.org,bo@example.org,Bo,Ek,bo@example.org,active\n",
    }
    assert any("It is taken for" in said for said in built.recognised)


@every_list
def test_without_a_course_nothing_is_written_and_nobody_is_invited(tmp_path, form):
    built = made(tmp_path, LISTS[form][0])
    assert built.package is None
    assert {code for code, _ in loud(built)} == {"PK623"}


@every_list
def test_a_list_may_go_into_a_listing_of_the_catalogue(tmp_path, form):
    built = made(tmp_path, LISTS[form][0], constants={"listing_id": "77"})
    assert loud(built) == []
    assert files(built)["expand-enrollments.csv"] == "user_id,listing_id\nana@example.org,77\nbo@example.org,77\n"
    assert "enrollments.csv" not in files(built)


@every_list
def test_the_order_of_rows_and_columns_and_a_column_more_change_nothing(tmp_path, form):
    import csv

    content, _ = LISTS[form]
    rows = list(csv.reader(io.StringIO(content)))
    head = {"qualtrics": 3, "zoom-registration": 6}.get(form, 1)
    plain = files(made(tmp_path, content, constants=COURSE))

    def written(rows):
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        return files(made(tmp_path, buffer.getvalue(), constants=COURSE))

    assert written([*rows[:head], *reversed(rows[head:])]) == plain
    assert written([row[::-1] if len(row) > 2 else row for row in rows]) == plain
    assert written([[*row, "Colour" if at < head else "blue"] if len(row) > 4 else row for at, row in enumerate(rows)]) == plain


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
def test_names_arrive_right_in_each_encoding(tmp_path, encoding):
    names = ["Müller", "Nuñez", "Gonçalves", "Lefèvre", "Søndergård", "Åkerström", "Þórsson", "Perù", "Virtanen"]
    if encoding == "mac_roman":
        names[6] = "Sigurðsson".replace("ð", "d")
    lines = [f"{number},2026-08-01,Ana,{name},a{number}@example.org,{number},Attending" for number, name in enumerate(names)]
    content = "\n".join(["Order #,Order Date,First Name,Last Name,Email,Attendee #,Attendee Status", *lines]).encode(encoding)
    built = made(tmp_path, content, constants=COURSE)
    assert all(f",Ana,{name}," in files(built)["users.csv"] for name in names)
    assert {code for code, _ in loud(built)} <= {"PK601"}


def test_a_qualtrics_workbook_has_two_header_rows(tmp_path):
    import csv

    from openpyxl import Workbook

    book = Workbook()
    for row in csv.reader(io.StringIO(QUALTRICS_IDS + QUALTRICS_TEXTS + QUALTRICS)):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    built = prepare(tmp_path / "list.xlsx", config=Config(), constants=COURSE)
    assert loud(built) == []
    assert account(built) == (4, 2, 0, 2, 0)


def test_a_legacy_qualtrics_export_is_known(tmp_path):
    content = (
        "ResponseID,ResponseSet,IPAddress,StartDate,EndDate,RecipientLastName,RecipientFirstName,RecipientEmail,ExternalDataReference,Finished,"
        "Status,Q1\nResponseID,ResponseSet,IPAddress,StartDate,EndDate,RecipientLastName,RecipientFirstName,RecipientEmail,ExternalDataReference,"
        "Finished,Status,Comments\nR_1,Default,192.0.2.1,2016-01-01 10:00:00,2016-01-01 10:01:00,Ruiz,Ana,ana@example.org,,1,0,none\n"
        "R_2,Default,192.0.2.1,2016-01-01 10:00:00,2016-01-01 10:01:00,Ek,Bo,bo@example.org,,0,0,none\n"
    )
    built = made(tmp_path, content, constants=COURSE)
    assert loud(built) == []
    assert account(built) == (2, 1, 0, 1, 0)


def test_a_nameless_seat_and_a_buyers_address_for_two_are_errors_at_their_cells(tmp_path):
    content = EVENTBRITE + (
        "15,2026-08-01,,,,1,,Day pass,105,,Free Order,USD,0,0,0,0,Attending,,,,,,,,,\n"
        "16,2026-08-01,Ed,Oz,bo@example.org,1,,Day pass,106,,Free Order,USD,0,0,0,0,Attending,,,,,,,,,\n"
    )
    built = made(tmp_path, content, constants=COURSE)
    assert built.package is None
    assert sorted(loud(built)) == [("PK631", "list.csv!D7"), ("PK634", "list.csv!E6")]


BANNER = (
    "SPRIDEN_ID,SPRIDEN_LAST_NAME,SPRIDEN_FIRST_NAME,SSBSECT_TERM_CODE,SSBSECT_CRN,SSBSECT_SUBJ_CODE,SSBSECT_CRSE_NUMB,SSBSECT_SEQ_NUMB,"
    "SFRSTCR_RSTS_CODE,GOREMAL_EMAIL_ADDRESS\n"
    "V00000001,Ruiz,Ana,202610,10234,NURS,101,001,RE,ana@example.org\nV00000002,Ek,Bo,202610,10234,NURS,101,001,RW,bo@example.org\n"
    "V00000003,Ng,Cy,202610,10234,NURS,101,001,DW,cy@example.org\nV00000004,Ax,Di,202610,10235,NURS,102,001,XX,di@example.org\n"
)


def test_banner_makes_a_course_of_term_and_crn_and_never_removes_who_dropped(tmp_path):
    built = made(tmp_path, BANNER, hold_back=True)
    assert loud(built) == [("PK670", "list.csv!I5"), ("PK693", "list.csv!J5")]
    assert account(built) == (4, 2, 0, 1, 1)
    assert files(built)["enrollments.csv"] == (
        "course_id,user_id,role,section_id,status\n202610.10234,ana@example.org,student,,active\n202610.10234,bo@example.org,student,,active\n"
    )


def test_workday_asks_which_course_each_section_is(tmp_path):
    content = (
        "Class roster,,,,,\nRun by:,Registrar,,,,\n\nStudent,Student ID,Institutional Email,Course Section,Academic Period,Registration Status\n"
        '"Ruiz, Ana",S1,ana@example.org,BIOL 101-02 - Cells - Fall 2026,Fall 2026,Registered\n'
        '"Ek, Bo",S2,bo@example.org,BIOL 101-02 - Cells - Fall 2026,Fall 2026,Waitlisted\n'
    )
    built = made(tmp_path, content)
    assert loud(built) == [("PK670", "list.csv!D5")]
    (tmp_path / "own.toml").write_text('from = "workday"\n[lookup.course_id]\n"BIOL 101-02 - Cells - Fall 2026" = "NC-BIOL"\n')
    built = made(tmp_path, content, profile=str(tmp_path / "own.toml"))
    assert loud(built) == []
    assert account(built) == (4, 1, 0, 3, 0)


CLEVER = {
    "schools.csv": "School_id,School_name,School_number\n1,North,001\n",
    "students.csv": (
        "School_id,Student_id,Student_number,State_id,Last_name,Middle_name,First_name,Grade,Gender,Graduation_year,DOB,Race,Hispanic_Latino,"
        "Home_language,Ell_status,Frl_status,IEP_status,Student_street,Student_city,Student_state,Student_zip,Student_email,Contact_relationship,"
        "Contact_type,Contact_email,Contact_sis_id,Username,Password\r"
        "1,101,101,9,Ruiz,,Ana,9,F,2030,1/2/10,W,N,English,N,N,N,1 Main,Here,IN,47401,ana@example.org,Mother,Family,m@example.org,c1,aruiz,pw\r"
        "1,101,101,9,Ruiz,,Ana,9,F,2030,1/2/10,W,N,English,N,N,N,1 Main,Here,IN,47401,ana@example.org,Father,Family,f@example.org,c2,aruiz,pw\r"
    ),
    "teachers.csv": (
        "School_id,Teacher_id,Teacher_number,State_teacher_id,Last_name,Middle_name,First_name,Teacher_email,Title,Username,Password\n"
        "1,201,201,7,Ek,,Bo,bo@example.org,Ms,bek,pw\n1,202,202,8,Ng,,Cy,cy@example.org,Mr,cng,pw\n"
    ),
    "sections.csv": (
        "School_id,Section_id,Teacher_id,Teacher_2_id,Name,Grade,Course_name,Course_number,Period,Term_name,Term_start,Term_end\n"
        "1,301,201,202,Algebra 1,9,Algebra,MATH-1,1,Fall,2026-08-24,2026-12-18\n1,302,201,,Algebra 2,9,Algebra,MATH-1,2,Fall,2026-08-24,2026-12-18\n"
    ),
    "enrollments.csv": "School_id,Student_id,Section_id\n1,101,301\n",
}


def test_clever_gives_sections_teachers_and_students_and_its_secrets_stay_unread(tmp_path):
    with zipfile.ZipFile(tmp_path / "clever.zip", "w") as archive:
        for name, content in CLEVER.items():
            archive.writestr(name, content)
    built = prepare(tmp_path / "clever.zip", config=Config())
    assert loud(built) == []
    assert account(built) == (9, 6, 1, 2, 0)
    assert sorted(files(built)["enrollments.csv"].splitlines()[1:]) == [
        "MATH-1,ana@example.org,student,301,active",
        "MATH-1,bo@example.org,teacher,301,active",
        "MATH-1,bo@example.org,teacher,302,active",
        "MATH-1,cy@example.org,teacher,301,active",
    ]
    notes = [finding.message for finding in built.report.findings if finding.code == "PK603"]
    assert any("Gender, DOB, Race, Hispanic_Latino, Home_language" in said and "Password" in said for said in notes)
    assert not any(secret in render_csv(built.changes) + repr(built.report) for secret in ("47401", "1/2/10", "pw"))


def test_a_parquet_file_is_a_table_like_any_other(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "Email": ["ana@example.org", "bo@example.org"],
            "First name": ["Ana", "Bo"],
            "Last name": ["Ruiz", "Ek"],
            "Tags": [["a"], ["b"]],
        }
    )
    pq.write_table(table, tmp_path / "people.parquet")
    built = prepare(tmp_path / "people.parquet", config=Config())
    assert loud(built) == []
    assert account(built) == (2, 2, 0, 0, 0)

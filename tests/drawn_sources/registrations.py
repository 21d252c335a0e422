"""Registration lists with the full columns that their systems write."""

from hypothesis import strategies as st

from drawn_sources.facts import MESSY, facts
from drawn_sources.source import Member, Source
from drawn_sources.written import Table


@st.composite
def registrations(draw, make, forms=("csv", "csv with a byte order mark", "UTF-16", "xlsx", "ods"), *, names=MESSY, titled=True):
    """A list of people who want to come to one course, which the user names."""
    told = draw(facts(names, courses=1, sections=False, roles=("student",)))
    course = draw(st.sampled_from(["NC-1", "0042-A"]))
    table = make(told.noise, told.people, told.absent)
    members = frozenset(Member(course, who.username if who.number else who.address, "student") for who in told.people)
    return Source(draw(st.sampled_from(forms)), (table,), told.guests, members, {"course_id": course}, titled=titled)


def google_forms(noise, people, absent):
    """Somebody may answer twice; the later answer counts."""
    header = ["Timestamp", "Email Address", noise.of("First name", "What is your first name?"), noise.of("Last name", "Please enter your last name:"),
              "How did you hear of us?"]  # fmt: skip
    rows = [
        [f"8/{day}/2026 9:14:03", who.address, who.first, who.last, noise.of("Radio", "")] for day, who in enumerate(people, 13)
    ]
    rows += [["8/30/2026 10:00:00", *row[1:4], "A friend"] for row in rows if noise.of("once", "twice") == "twice"]
    return Table("Form Responses 1", header, noise.rows(rows))


def microsoft_forms(noise, people, absent):
    """Nobody had to sign in."""
    header = [
        "ID",
        "Start time",
        "Completion time",
        "Email",
        "Name",
        "Last modified time",
        "Your e-mail address",
        "First name",
        "Last name",
        "Your interests",
    ]
    rows = [[str(day), f"8/{day}/26 9:14:03", f"8/{day}/26 9:15:03", "anonymous", noise.of("anonymous", "Anonymous"), "", who.address, who.first, who.last, noise.of("Art;Music;", "")]
            for day, who in enumerate(people, 13)]  # fmt: skip
    return Table("Sheet1", header, noise.rows(rows))


def qualtrics(noise, people, absent):
    """Three header rows, and responses that were never finished."""
    own = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished", "RecordedDate", "ResponseId", "RecipientLastName",
           "RecipientFirstName", "RecipientEmail", "ExternalReference", "LocationLatitude", "LocationLongitude", "DistributionChannel", "UserLanguage"]  # fmt: skip
    texts = ["Start Date", "End Date", "Response Type", "IP Address", "Progress", "Duration (in seconds)", "Finished", "Recorded Date", "Response ID",
             "Recipient Last Name", "Recipient First Name", "Recipient Email", "External Data Reference", "Location Latitude", "Location Longitude",
             "Distribution Channel", "User Language"]  # fmt: skip
    asked = ["What is your\nfirst name?", "What is your last name?", "Please enter your e-mail address:"]

    def response(number, who, finished, status="IP Address"):
        day = f"2026-08-{number + 10} 09:00:00"
        return [day, day, status, "192.0.2.1", "100", "300", finished, day, f"R_{number}abc", "", "", "", "", "40.1", "-86.2", "anonymous", "EN",
                who.first, who.last, who.address]  # fmt: skip

    rows = [response(number, who, "True") for number, who in enumerate(people)]
    rows += [
        response(90 + number, who, *noise.of(("False",), ("True", "Survey Preview"), ("False", "IP Address")))
        for number, who in enumerate(absent)
    ]
    rows = [
        [cell.replace("-08-1", "-09-0") if column < 8 and "-08-10" in cell else cell for column, cell in enumerate(row)]
        for row in rows
    ]
    return Table("Sheet0", [*own, "Q1", "Q2", "Q3"], noise.rows(rows),
                 under=[[*texts, *asked], [f'{{"ImportId":"QID{number}"}}' for number in range(20)]])  # fmt: skip


def eventbrite(noise, people, absent):
    """Who was refunded stays on the list."""
    header = ["Order #", "Order Date", "First Name", "Last Name", "Email", "Quantity", "Price Tier", "Ticket Type", "Attendee #", "Group", "Order Type", "Currency",
              "Total Paid", "Fees Paid", "Eventbrite Fees", "Eventbrite Payment Processing", "Attendee Status", "Home Address 1", "Home City", "Home Zip",
              "Cell Phone", "Job Title", "Company"]  # fmt: skip

    def seat(number, who, status):
        return [str(1100 + number), "2026-08-01", who.first, who.last, who.address, "1", "", "Day pass", str(number), "", "Free Order", "USD", "0", "0", "0", "0", status,
                "1 Main St", "Bloomington", "47401", "555-0100", noise.of("", "Nurse"), ""]  # fmt: skip

    rows = [seat(number, who, "Attending") for number, who in enumerate(people)]
    rows += [
        seat(50 + number, who, noise.of("Refunded", "Not Attending", "Deleted", "Transferred")) for number, who in enumerate(absent)
    ]
    return Table("Attendees", header, noise.rows(rows))


def zoom(noise, people, absent):
    """A block of report lines stands above the header."""
    above = [["Attendee Report"], ["Report Generated:", "08/24/2026 09:00"], ["Topic", "Meeting ID", "Scheduled Time", "Duration (minutes)", "# Registered", "# Cancelled"],
             ["First Aid", "812 3456 7890", "08/30/2026 09:00", "60", "3", "0"], ["Attendee Details"]]  # fmt: skip
    rows = [[who.first, who.last, who.address, "08/01/2026 09:00", "approved"] for who in people]
    rows += [[who.first, who.last, who.address, "08/01/2026 09:00", noise.of("denied", "pending", "cancelled")] for who in absent]
    return Table(
        "registration", ["First Name", "Last Name", "Email", "Registration Time", "Approval Status"], noise.rows(rows), above
    )


def cvent(noise, people, absent):
    """The usual columns."""
    header = [
        "First Name",
        "Last Name",
        "Email Address",
        "Company",
        "Registration Type",
        "Registration Status",
        "Confirmation Number",
        "Cc Email",
    ]
    rows = [
        [who.first, who.last, who.address, "Acme", "Guest", noise.of("Accepted", "Confirmed"), f"AB{number}", ""]
        for number, who in enumerate(people)
    ]
    rows += [
        [who.first, who.last, who.address, "", "Guest", noise.of("Cancelled", "Waitlisted", "No Response"), f"CD{number}", ""]
        for number, who in enumerate(absent)
    ]
    return Table("Registrants", header, noise.rows(rows))


def salesforce(noise, people, absent):
    """The usual columns."""
    header = ["Campaign Name", "First Name", "Last Name", "Email", "Member Status", "Contact ID"]
    rows = [
        ["Spring", who.first, who.last, who.address, noise.of("Registered", "Attended"), f"0035e00000AbC{number:02d}"]
        for number, who in enumerate(people)
    ]
    rows += [
        ["Spring", who.first, who.last, who.address, noise.of("Declined", "No Show"), f"0035e00000Xyz{number:02d}"]
        for number, who in enumerate(absent)
    ]
    return Table("report", header, noise.rows(rows))

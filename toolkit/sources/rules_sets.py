"""What can be wrong with a source that is a set of files, each referring to the others."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = [
    "RULES",
    "account_taken_for_granted",
    "columns_without_place",
    "lookup_missing",
    "nothing_is_removed",
    "person_without_key",
    "record_twice",
    "reference_missing",
    "role_without_counterpart",
    "rows_without_place",
    "status_not_known",
]


@rule("PK660", Consequence.NOTED, "nothing of {which} is written, because {why}")
def rows_without_place() -> None:
    """Rows of an export have no place in the upload.

    What happens: They are not in the package. Remedy: None, if the reason is as it should be; docs/sis-exports.md says which settings
    under [sis] in provkit.toml decide. Evidence: source-formats.md 3.1.

    ## Example
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    u2,o1,Bo,Ek,bo@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    ```
    ```build
    ```
    ## Use instead
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    ```
    ```build
    ```
    """


@rule("PK661", Consequence.HELD_BACK, "{value!r} is not among the {what} of this source")
def reference_missing() -> None:
    """A row refers to a person, class or session that the source does not hold.

    What happens: It is not known who or what is meant, so the row is kept out of the package. Remedy: Export the whole set anew; where a
    delta leaves out what has not changed, build from the bulk set, or set person = ["sourcedId"] under [sis] in provkit.toml if the
    ids are university ids. Evidence: OneRoster CSV binding 1.2: sourcedIds refer to rows of the other files.

    ## Example
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    c1,u7,Student
    ```
    ```build
    ```
    ## Use instead
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    u7,o1,Bo,Ek,bo@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    c1,u7,Student
    ```
    ```build
    ```
    """


@rule("PK662", Consequence.HELD_BACK, "the id {value!r} stands in this file twice, and the rows differ (see row {other})")
def record_twice() -> None:
    """Two rows of a file have one id and say different things.

    What happens: Whoever refers to the id could mean either, so both are kept out of the package, with what refers to them. Remedy: Export
    the set anew, or delete the row that is not right. Evidence: OneRoster CSV binding 1.2: a sourcedId is unique in its file.

    ## Example
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    u1,o1,Bo,Ek,bo@example.org,Student
    u3,o1,Cy,Orr,cy@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    c1,u3,Student
    ```
    ```build
    ```
    ## Use instead
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    u3,o1,Cy,Orr,cy@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    c1,u3,Student
    ```
    ```build
    ```
    """


@rule("PK663", Consequence.HELD_BACK, "it is not known what the role {value!r} is in Canvas")
def role_without_counterpart() -> None:
    """An enrollment has a role that is none of the format's.

    What happens: provkit does not guess what somebody may do in a course, so the row is kept out of the package. Remedy: Say what it is
    under [sis] in provkit.toml: roles = { "monitor" = "observer" }; "" sets such rows aside. Evidence: OneRoster CSV binding 1.2: the
    list of roles may be extended.

    ## Example
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,monitor
    ```
    ```build
    ```
    ## Use instead
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    ```
    ```build
    ```
    """


@rule("PK664", Consequence.HELD_BACK, "there is no {what} for {value!r}; write under [sis.{table}] in provkit.toml: {toml}")
def lookup_missing() -> None:
    """An organisation or session is in none of the tables that say what it is in Canvas.

    What happens: A course in the wrong account or term is hard to mend, so the row is kept out of the package. Remedy: Add the line; what
    belongs to an organisation or session that is named follows it. Evidence: receiving-server.md 2.2.

    ## Example
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,orgSourcedId,title
    c1,o1,First Aid
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    ```
    ```config
    sis.accounts = { "o2" = "RECREATION" }
    ```
    ## Use instead
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,orgSourcedId,title
    c1,o1,First Aid
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    ```
    ```config
    sis.accounts = { "o1" = "RECREATION" }
    ```
    """


@rule("PK665", Consequence.ALTERED, "no setting says which account {value!r} is, so this id itself is sent as the account")
def account_taken_for_granted() -> None:
    """Courses belong to an organisation, and no setting says which Canvas account that is.

    What happens: The id of the organisation is sent as account_id; unless an account is called so, the service refuses the courses.
    Remedy: Write account_id = "..." under [defaults] in provkit.toml, or a table [sis.accounts] with a line per organisation. Evidence:
    receiving-server.md 2.2.

    ## Example
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,orgSourcedId,title
    c1,o1,First Aid
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    ```
    ```config
    sis.dates = true
    ```
    ## Use instead
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,orgSourcedId,title
    c1,o1,First Aid
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    ```
    ```config
    defaults.account_id = "RECREATION"
    ```
    """


@rule("PK666", Consequence.NOTED, "this set is whole (bulk) and names no deletions: who is no longer in it keeps the enrollment")
def nothing_is_removed() -> None:
    """A bulk set says who is there, not who has left.

    What happens: People who were in an earlier set and are not in this one stay enrolled. Remedy: Export deltas, whose rows say
    tobedeleted; or compare with what was sent last. Evidence: OneRoster CSV binding 1.2: what is missing from a bulk file counts as
    deleted.

    ## Example
    ```csv manifest.csv
    propertyName,value
    manifest.version,1.0
    oneroster.version,1.2
    file.enrollments,bulk
    file.users,bulk
    ```
    ```csv users.csv
    sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,email
    u1,,,true,ana,Ana,Ruiz,ana@example.org
    ```
    ```csv classes.csv
    sourcedId,status,dateLastModified,title,courseSourcedId,classType,schoolSourcedId,termSourcedIds
    c1,,,First Aid,k1,scheduled,,
    ```
    ```csv enrollments.csv
    sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role
    e1,,,c1,o1,u1,student
    ```
    ```build
    ```
    ## Use instead
    ```csv manifest.csv
    propertyName,value
    manifest.version,1.0
    oneroster.version,1.2
    file.enrollments,delta
    file.users,delta
    ```
    ```csv users.csv
    sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,email
    u1,active,2026-08-01T00:00:00Z,true,ana,Ana,Ruiz,ana@example.org
    ```
    ```csv classes.csv
    sourcedId,status,dateLastModified,title,courseSourcedId,classType,schoolSourcedId,termSourcedIds
    c1,active,2026-08-01T00:00:00Z,First Aid,k1,scheduled,,
    ```
    ```csv enrollments.csv
    sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role
    e1,active,2026-08-01T00:00:00Z,c1,o1,u1,student
    ```
    ```build
    ```
    """


@rule("PK667", Consequence.NOTED, "the upload has no place for {headers}, so nothing of it is written")
def columns_without_place() -> None:
    """Columns of an export are not written.

    What happens: Their values do not leave this computer. Dates on enrollments, integration ids and pronouns are among what the
    service takes in no file. Remedy: None. Evidence: the 26 headers that the server takes have no such column.

    ## Example
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role,grade
    u1,o1,Ana,Ruiz,ana@example.org,Student,9
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    ```
    ```build
    ```
    ## Use instead
    ```csv users.csv
    sourcedId,givenName,familyName,username
    u1,Ana,Ruiz,ana@example.org
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    ```
    ```build
    ```
    """


@rule("PK668", Consequence.HELD_BACK, "the status {value!r} is none of {known}")
def status_not_known() -> None:
    """A row has a status that is none of the format's.

    What happens: Whether somebody is to be enrolled or removed is not guessed, so the row is kept out of the package. Remedy: Write a status
    that the format has. Evidence: source-formats.md 3.1.

    ## Example
    ```csv users.csv
    sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,email
    u1,active,2026-08-01T00:00:00Z,true,ana,Ana,Ruiz,ana@example.org
    ```
    ```csv classes.csv
    sourcedId,status,dateLastModified,title,courseSourcedId,classType,schoolSourcedId,termSourcedIds
    c1,active,2026-08-01T00:00:00Z,First Aid,k1,scheduled,,
    ```
    ```csv enrollments.csv
    sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role
    e1,paused,2026-08-01T00:00:00Z,c1,o1,u1,student
    ```
    ```build
    ```
    ## Use instead
    ```csv users.csv
    sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,email
    u1,active,2026-08-01T00:00:00Z,true,ana,Ana,Ruiz,ana@example.org
    ```
    ```csv classes.csv
    sourcedId,status,dateLastModified,title,courseSourcedId,classType,schoolSourcedId,termSourcedIds
    c1,active,2026-08-01T00:00:00Z,First Aid,k1,scheduled,,
    ```
    ```csv enrollments.csv
    sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role
    e1,active,2026-08-01T00:00:00Z,c1,o1,u1,student
    ```
    ```build
    ```
    """


@rule("PK669", Consequence.HELD_BACK, "nothing says which address or account this person has (here stands: {value!r})")
def person_without_key() -> None:
    """Somebody who is to be in a class has no e-mail address, and what else stands there is not known to be a university account.

    What happens: A username of another system may be somebody else's at the university, so provkit does not take it for one; the person
    and the enrollments are kept out of the package. Remedy: Under [sis] in provkit.toml, say username_domain = "example.edu" if
    addresses are made of usernames so, or person = ["username"] (or "identifier", "sourcedId") if that is the university's own.
    Evidence: receiving-server.md 2.4; OneRoster CSV binding 1.2: email is optional.

    ## Example
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana,Student
    u2,o1,Bo,Ek,bo@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    c1,u2,Student
    ```
    ```build
    ```
    ## Use instead
    ```csv users.csv
    sourcedId,orgSourcedIds,givenName,familyName,username,role
    u1,o1,Ana,Ruiz,ana@example.org,Student
    u2,o1,Bo,Ek,bo@example.org,Student
    ```
    ```csv classes.csv
    sourcedId,title,courseSourcedId
    c1,First Aid,k1
    ```
    ```csv enrollments.csv
    classSourcedId,userSourcedId,role
    c1,u1,Student
    c1,u2,Student
    ```
    ```build
    ```
    """


RULES: tuple[Rule, ...] = (
    rows_without_place,
    reference_missing,
    record_twice,
    role_without_counterpart,
    lookup_missing,
    account_taken_for_granted,
    nothing_is_removed,
    columns_without_place,
    status_not_known,
    person_without_key,
)

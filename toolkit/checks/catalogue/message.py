"""message.properties and the mail it sends (PK401 to PK429): what refuses the upload, what stops the message, what garbles it."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = ["RULES"]


@rule("PK401", Consequence.REFUSED, "The message holds an odd number of straight quotation marks; the last one stands here.")
def message_with_an_odd_quote() -> None:
    r"""The message has a straight quotation mark without a partner.

    What happens: the service reads message.properties as CSV before anything else; an odd number of quotation marks, also in a
    comment, refuses the whole upload, whether or not a notification was asked for.
    Remedy: write \u0022 for each straight quotation mark, or curly ones (\u201c and \u201d). provkit build does this.
    Evidence: server-findings 11, 12

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Bring the 24" frame.\n'
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Bring the 24\\u0022 frame.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK402", Consequence.REFUSED, "The message file is empty.")
def message_is_empty() -> None:
    r"""The file message.properties holds nothing at all.

    What happens: a file of zero bytes refuses the whole upload, whether or not a notification was asked for.
    Remedy: write the message, or remove the file.
    Evidence: server-findings 13

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b''
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK403", Consequence.REFUSED, "The name is not exactly message.properties, so the service does not take it for the message.")
def message_named_otherwise() -> None:
    r"""A message is in a file of another name than message.properties.

    What happens: the service knows the message by its name alone, without folders and without another ending; under another
    name it is an unknown file and refuses the whole upload.
    Remedy: rename the file to message.properties; Windows hides a second ending such as .txt.
    Evidence: server-findings 14, 83

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes messages.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK404", Consequence.REFUSED, "A backslash and u without four hexadecimal digits behind it: {value!r}.")
def message_escape_malformed() -> None:
    r"""The message holds \u that is not followed by four hexadecimal digits.

    What happens: reading the message fails with an error page instead of an answer, whether or not a notification was asked
    for; nothing is processed.
    Remedy: write a backslash as \\ and other letters as \u and four hexadecimal digits. provkit build does this.
    Evidence: server-findings 15

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=See C:\\users.\n'
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=See C:\\\\users.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK405", Consequence.REFUSED, "The message has no {missing}{near}.")
def message_incomplete_and_asked_for() -> None:
    r"""The message lacks sender, subject or body, and a notification is asked for.

    What happens: all three must be there and not blank; otherwise the service answers 400 and processes nothing.
    Remedy: fill in sender=, subject= and body=.
    Evidence: server source, service/CustomNotificationBuilder; server-findings 17, 76

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\n'
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK406", Consequence.LOST, "The message has no {missing}{near}; it is ignored.")
def message_incomplete_and_ignored() -> None:
    r"""The message lacks sender, subject or body, and is ignored.

    What happens: all three must be there and not blank. Without the notification flag the service accepts the upload, ignores
    the message and says so nowhere.
    Remedy: fill in sender=, subject= and body=, or remove the file.
    Evidence: server source, service/CustomNotificationBuilder; server-findings 18, 76

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\n'
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK407", Consequence.ALTERED, "{column} arrives as {value!r}.")
def message_letters_garbled() -> None:
    r"""The message holds letters that arrive as two or three wrong ones.

    What happens: the service reads the message as ISO-8859-1 (Latin-1); letters written in UTF-8 arrive garbled.
    Remedy: write letters outside plain English ones as \u and four hexadecimal digits, such as \u00e9. provkit build does this.
    Evidence: server-findings 69

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Ol\xc3\xa1.\n'
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Ol\\u00e1.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK408", Consequence.ALTERED, "The message is cut here: {what} not belong to the body.")
def message_cut() -> None:
    r"""The body is cut after its first line.

    What happens: a line that does not end in a backslash ends the body. The lines below are taken for other settings and
    ignored; a line such as 'subject: ...' among them even replaces the subject.
    Remedy: end every line of the body but the last with \n\ (a line break and its continuation); a blank line is \n\ by itself.
    provkit build does this.
    Evidence: server-findings 71

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello,\nyour course begins soon.\n'
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello,\\n\\\nyour course begins soon.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK409", Consequence.LOST, "The sender is {value!r}; it must be an address by itself.")
def sender_not_an_address() -> None:
    r"""The sender is not an address by itself.

    What happens: the sender must equal one of the department's authorised addresses. With a display name, quotation marks, a
    blank at the end or a typing error the answer is still 200, but no message goes out and the results mail lists failures.
    Remedy: write the address alone, as it was authorised (lmsreq@iu.edu keeps the list).
    Evidence: server source, service/CustomNotificationService; server-findings 68, 72

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=Office <office@example.edu>\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK410", Consequence.ALTERED, "{column} arrives with {what}: {value!r}.")
def message_value_with_leftovers() -> None:
    r"""Quotation marks, commas or blanks around a value of the message stay in it.

    What happens: nothing is taken off: quotation marks around the value, a comma or a blank at its end arrive as they stand.
    Remedy: remove them.
    Evidence: server-findings 72

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject="Welcome"\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK411", Consequence.ALTERED, "{column}: a backslash before {letter!r} {becomes}.")
def message_backslash() -> None:
    r"""A backslash in the message is read as the start of an escape.

    What happens: \t becomes a tab, \n a line break, \r and \f control characters; before any other letter the backslash
    vanishes. A folder such as C:\temp\new loses its shape.
    Remedy: write a backslash as \\.
    Evidence: server-findings 73

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=See C:\\data.\n'
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=See C:\\\\data.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK412", Consequence.ALTERED, "{key} stands here again; the last one counts.")
def message_key_repeated() -> None:
    r"""A setting of the message stands there twice.

    What happens: keys are the same in small and capital letters; the last one counts, also where it is blank.
    Remedy: keep one of them.
    Evidence: server-findings 74

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nSubject=Hello\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK413", Consequence.LOST, "There is more than one message; only the first is used.")
def second_message() -> None:
    r"""There is more than one message.properties.

    What happens: the service uses the first and ignores the others.
    Remedy: keep one.
    Evidence: server-findings 77

    ## Example
    ```builder two_messages
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK414", Consequence.MAILED, "The message will be mailed to every new guest, although no notification is asked for.")
def message_sent_unasked() -> None:
    r"""A complete message goes out although no notification is asked for.

    What happens: a valid message.properties is used even when customUsersNotification is false: with an authorised sender every
    newly made guest gets it.
    Remedy: say --notify if the message should go out, or remove message.properties.
    Evidence: server source, service/DeptProvFileUploadService; server-findings 67

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK415", Consequence.REFUSED, "A notification is asked for, and there is no users file.")
def notification_without_users() -> None:
    r"""A notification is asked for, and the upload has no users file.

    What happens: the message goes to new guests only; without a users file the service refuses the whole upload.
    Remedy: send without --notify, or add the users file.
    Evidence: server-findings 16

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK416", Consequence.REFUSED, "A notification is asked for, and there is no message.properties.")
def notification_without_message() -> None:
    r"""A notification is asked for, and the upload has no message.

    What happens: the service answers 400 and processes nothing.
    Remedy: build with the message (provkit build --notify), or send without --notify.
    Evidence: server-findings 17

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```flags
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK417", Consequence.LOST, "The upload holds nothing but a message.")
def message_alone() -> None:
    r"""A message is all there is.

    What happens: the service answers 200, and then nothing happens: no mail, no results.
    Remedy: add the users file whose new guests should get it.
    Evidence: server-findings 20

    ## Example
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK418", Consequence.NOTED, "There is a message and no users file; nobody gets it.")
def message_without_users() -> None:
    r"""There is a message, and no users file.

    What happens: the message goes to guests made by the same upload only.
    Remedy: none needed; remove message.properties if it is left from another upload.
    Evidence: server source, service/UserProvisioning; server-findings 67

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


@rule("PK419", Consequence.LOST, "{value!r} is not among the senders in known.toml.")
def sender_not_authorised() -> None:
    r"""The sender is not one of the department's authorised senders.

    What happens: the answer is 200, no message goes out, and the results mail lists a failure for each guest.
    Remedy: use an authorised sender, or have this one authorised (lmsreq@iu.edu).
    Evidence: server source, service/CustomNotificationService; server-findings 68

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=someone@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    ```known
    senders = ["office@example.edu"]
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    ```known
    senders = ["office@example.edu"]
    ```
    """


@rule("PK420", Consequence.LOST, "The upload page ignores message.properties.")
def message_at_the_upload_page() -> None:
    r"""A message.properties is prepared for the upload page, which ignores it.

    What happens: the page accepts the file and ignores it; sender, subject and text are typed on a second page that follows
    when the notification box is ticked.
    Remedy: leave the file out and paste the text on that page: provkit build --for app writes it.
    Evidence: receiving-server 2.9

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --for app
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```flags
    --for app
    ```
    """


@rule("PK421", Consequence.LOST, "The first line begins with a byte order mark, which becomes part of {key!r}.")
def message_with_byte_order_mark() -> None:
    r"""The message begins with an invisible byte order mark.

    What happens: the mark becomes part of the first key, which is then missing.
    Remedy: save the file without a byte order mark (BOM); provkit build writes it so.
    Evidence: server-findings 70

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'\xef\xbb\xbfsender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b'sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n'
    ```
    ```flags
    --notify
    ```
    """


RULES: tuple[Rule, ...] = (
    message_with_an_odd_quote,
    message_is_empty,
    message_named_otherwise,
    message_escape_malformed,
    message_incomplete_and_asked_for,
    message_incomplete_and_ignored,
    message_letters_garbled,
    message_cut,
    sender_not_an_address,
    message_value_with_leftovers,
    message_backslash,
    message_key_repeated,
    second_message,
    message_sent_unasked,
    notification_without_users,
    notification_without_message,
    message_alone,
    message_without_users,
    sender_not_authorised,
    message_at_the_upload_page,
    message_with_byte_order_mark,
)

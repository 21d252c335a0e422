"""The upload as a whole and each of its files (PK001 to PK038): what refuses it, what is lost, what stands in the way."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = ["RULES"]


@rule("PK001", Consequence.REFUSED, "There is nothing to upload here.")
def nothing_to_process() -> None:
    """There is no file to process.

    What happens: the service answers 400 "No files to process".
    Remedy: name the folder or ZIP that holds the files, or build them first: provkit build.
    Evidence: server source, service/DeptProvFileUploadService; server-findings 19, 79

    ## Example
    ```builder empty_folder
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK002", Consequence.REFUSED, "This is {what}, not a file that the service takes.")
def file_not_recognised() -> None:
    r"""A file that has no business in the upload is among the files.

    What happens: the service takes CSV files with a known first line and one message.properties. One other file, whatever it is,
    refuses the whole upload, and the answer says only that its format is not one of the documented formats.
    Remedy: remove the file from the folder or ZIP. Files that a Mac or Windows adds by itself stay out if provkit makes the ZIP.
    Evidence: server source, util/FileParsingUtil; server-findings 1, 10, 80, 83, 89

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    ```bytes README.txt
    b"Upload these files on Monday.\n"
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK003", Consequence.REFUSED, "This is a workbook; the service takes CSV files only.")
def workbook_in_the_upload() -> None:
    r"""A workbook is among the files.

    What happens: the service cannot read workbooks; one of them refuses the whole upload.
    Remedy: make the CSV files from it (provkit build) and leave the workbook out.
    Evidence: server-findings 10

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    ```bytes roster.xlsx
    b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00[Content_Types].xml"
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK004", Consequence.REFUSED, "This is an archive, and it is not opened {where}.")
def archive_among_the_files() -> None:
    r"""An archive stands where the service does not open one.

    What happens: only the ZIP endpoint opens a ZIP, and only the outer one. Among single files, inside another ZIP or on the upload page
    an archive is an unknown file and refuses the whole upload.
    Remedy: send the ZIP by itself to the ZIP endpoint (provkit send does), or choose the loose CSV files.
    Evidence: server source, controller/rest/UploadRestController, controller/ProvisioningController; server-findings 89

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    ```bytes more.zip
    b"PK\x03\x04\x14\x00\x00\x00\x08\x00"
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK005", Consequence.REFUSED, "The file {file} belongs to the old SFTP way; here it refuses the upload.")
def done_file() -> None:
    """A .done file is among the files.

    What happens: such files told the former SFTP service that an upload was complete. The service now takes them for unknown files and
    refuses the whole upload.
    Remedy: remove the .done files.
    Evidence: api-document-bgxp (no .done files); server-findings 10

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    ```bytes expand-enrollments.done
    b"done"
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK006", Consequence.REFUSED, "The file is empty.")
def file_is_empty() -> None:
    """A file holds nothing at all, not even a header.

    What happens: a file of zero bytes refuses the whole upload; a file with only a header is accepted.
    Remedy: remove the file, or write at least its header.
    Evidence: server-findings 1, 7

    ## Example
    ```csv enrollments.csv
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    ```
    """


@rule("PK007", Consequence.REFUSED, "A quotation mark opens a quoted value here that is never closed{why}.")
def quote_not_closed() -> None:
    """A quoted value is never closed.

    What happens: from the quotation mark on, the rest of the file is read as one value that does not end; the whole upload is refused.
    An inch mark, a stray quotation mark or a backslash before a closing one is enough.
    Remedy: write a quotation mark inside a value twice and put the whole value in quotation marks; or remove it. provkit build does this.
    Evidence: server-findings 9, 23

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Frame 24" wide,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,"Frame 24"" wide",active
    ```
    """


@rule("PK008", Consequence.REFUSED, "The first line is not one of the headers that the service knows, nor like one: {header!r}.")
def csv_of_unknown_content() -> None:
    """A CSV file holds something that has no place in an upload.

    What happens: the service goes by the first line; it does not know this one, and refuses the whole upload.
    Remedy: remove the file; if it is a roster or an export, let provkit make the files from it: provkit build.
    Evidence: server-findings 1, 3, 10

    ## Example
    ```csv rooms.csv
    building,room,seats
    Hall,12,40
    ```
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK010", Consequence.ALTERED, "This is file {number} of {kind}: it reaches Canvas with all rows of the files before it.")
def files_add_up() -> None:
    """Courses, or sections, are in more than one file.

    What happens: the service does not start afresh for the second file: what it sends to Canvas holds the first file's rows and header
    again, and Canvas refuses that inner header as a course or section. Counts and messages of the results mail add up likewise.
    Remedy: put all courses in one file, and all sections in one file.
    Evidence: server source, service/CourseProvisioning, service/SectionProvisioning; server-findings 53

    ## Example
    ```csv sections-1.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv sections-2.csv
    section_id,course_id,name,status
    S-2,C-1,Tuesday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    S-2,C-1,Tuesday,active
    ```
    """


@rule(
    "PK011",
    Consequence.REJECTED,
    "This is file {number} of {kind}, with other columns than {first}: its rows are read under that file's header.",
)
def files_with_other_columns_add_up() -> None:
    """Courses, or sections, are in several files with different columns.

    What happens: the service sends Canvas the first file's header and rows and then this file's rows below them, so that Canvas reads
    these values in the wrong columns or refuses them.
    Remedy: put all courses in one file, and all sections in one file, with one header.
    Evidence: server source, service/CourseProvisioning, service/SectionProvisioning; server-findings 53

    ## Example
    ```csv sections-1.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv sections-2.csv
    section_id,course_id,name,status,end_date
    S-2,C-1,Tuesday,active,2026-12-18T00:00:00Z
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status,end_date
    S-1,C-1,Monday,active,
    S-2,C-1,Tuesday,active,2026-12-18T00:00:00Z
    ```
    """


@rule("PK012", Consequence.LOST, "Two files are called {name!r}; only the first reaches Canvas.")
def name_repeated() -> None:
    """Two files have the same name.

    What happens: both are processed, guest accounts made and both reported as sent; but only the first gets into the archive for
    Canvas, and the other is lost. Folders inside a ZIP do not help, since they are flattened.
    Remedy: give each file a name of its own.
    Evidence: server source, service/CsvServiceImpl; server-findings 82

    ## Example
    ```builder same_name_in_two_folders
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student,S-1,active,false
    ```
    """


@rule("PK013", Consequence.LOST, "The name does not end in .csv: the service processes the file, and Canvas then skips it.")
def name_not_ending_in_csv() -> None:
    """The name of a file with rows for Canvas does not end in .csv.

    What happens: the service goes by the header and processes the file, guest accounts and mail included; Canvas goes by the name and
    skips the file, so that nothing of it is imported.
    Remedy: rename the file so that it ends in .csv.
    Evidence: Canvas source, lib/sis/csv/import_refactored; server-findings 21, 78

    ## Example
    ```csv sections.txt
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    """


@rule("PK014", Consequence.LOST, "The name begins with a dot: the service processes the file, and Canvas does not see it.")
def name_with_leading_dot() -> None:
    """The name of a file with rows for Canvas begins with a dot.

    What happens: the service processes the file; Canvas leaves out names with a leading dot, so that nothing of it is imported.
    Remedy: rename the file.
    Evidence: Canvas source, lib/canvas_unzip; canvas-sis-import 1, 9

    ## Example
    ```csv .sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    """


@rule("PK015", Consequence.REFUSED, "The file cannot be taken in: {why}.")
def name_of_no_use() -> None:
    """A file is sent without a name, or with one that cannot stand in a ZIP.

    What happens: the service keeps a copy of every upload as a ZIP; making it fails over such a name, and the answer is an error page.
    Remedy: send every file with a short name that ends in .csv.
    Evidence: server source, service/DeptRouter (zipOriginals)

    ## Example
    ```builder file_without_name
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    """


@rule("PK016", Consequence.NOTED, "There are {count} files of {kind}.")
def several_files_of_a_kind() -> None:
    """Users, enrollments or Expand enrollments are in more than one file.

    What happens: all of them are processed. With several users files the results mail repeats every file's part as often as there are files.
    Remedy: none needed; one file of each kind makes the mail easier to read.
    Evidence: server-findings 47

    ## Example
    ```csv expand-1.csv
    user_id,listing_id
    1234567890,L-1
    ```
    ```csv expand-2.csv
    user_id,listing_id
    1234567890,L-2
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    1234567890,L-2
    ```
    """


@rule("PK017", Consequence.NOTED, "The name says {named}, the header says {kind}; the header counts.")
def name_of_another_kind() -> None:
    """A file's name says another kind than its header.

    What happens: the header alone decides; the name does not matter.
    Remedy: look whether this is the file you meant.
    Evidence: server-findings 21

    ## Example
    ```csv users.csv
    user_id,listing_id
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK020", Consequence.REFUSED, "This is not a ZIP archive that the service can see files in: {why}.")
def zip_without_files() -> None:
    """The service sees no file in the ZIP.

    What happens: whatever is not a ZIP, begins with other bytes or holds only folders is answered 400 "No files to process".
    Remedy: make the ZIP anew from the files themselves; provkit build writes one.
    Evidence: server source, service/DeptProvFileUploadService; server-findings 79, 80

    ## Example
    ```builder not_a_zip
    ```
    ## Use instead
    ```builder plain_zip
    ```
    """


@rule("PK021", Consequence.REFUSED, "The ZIP cannot be unpacked: {why}.")
def zip_cannot_be_unzipped() -> None:
    """The service cannot unpack the ZIP.

    What happens: it answers 400 "Unable to unzip uploaded file" and processes nothing; names in an old code page end in an error page.
    Remedy: make the ZIP anew, without a password, with plain names and ordinary (deflate) compression; provkit build writes one.
    Evidence: server source, service/DeptProvFileUploadService; server-findings 84, 85, 86, 88

    ## Example
    ```builder encrypted_zip
    ```
    ## Use instead
    ```builder plain_zip
    ```
    """


@rule("PK022", Consequence.LOST, "This file is inside a folder __MACOSX and is skipped.")
def file_skipped_in_macosx() -> None:
    """A file of the upload is inside a folder called __MACOSX.

    What happens: everything directly in such a folder is skipped without a word; the upload is accepted, and the file's rows are lost.
    Remedy: take the file out of that folder, which a Mac uses for its own notes.
    Evidence: server source, service/DeptProvFileUploadService; server-findings 80, 81

    ## Example
    ```builder good_file_in_macosx
    ```
    ## Use instead
    ```builder plain_zip
    ```
    """


@rule("PK023", Consequence.ALTERED, "The service unpacks {name!r}, which other programs do not show in this ZIP.")
def file_not_in_the_zips_directory() -> None:
    """The ZIP holds a file that its table of contents does not list.

    What happens: the service reads the archive from its beginning and never looks at the table of contents at its end. A file that was
    deleted from the ZIP only there is processed all the same.
    Remedy: make the ZIP anew.
    Evidence: server-findings 87

    ## Example
    ```builder file_deleted_from_the_directory_only
    ```
    ## Use instead
    ```builder plain_zip
    ```
    """


@rule("PK024", Consequence.NOTED, "The name {name!r} has letters that some settings of the server cannot read.")
def name_not_plain() -> None:
    """A file's name inside the ZIP has letters outside plain English ones.

    What happens: names in UTF-8 are read well where the server runs with a UTF-8 locale, as is usual; in another locale the whole upload fails.
    Remedy: use plain letters, digits, hyphens and dots in names.
    Evidence: server-findings 88

    ## Example
    ```builder accented_name
    ```
    ## Use instead
    ```builder plain_zip
    ```
    """


@rule("PK030", Consequence.NOTED, "The {what} is {size:,} bytes; the service probably takes at most {limit:,}.")
def larger_than_the_limit() -> None:
    """A file is larger than the service probably takes.

    What happens: the framework that the service is built with takes 1 MiB (1,048,576 bytes) per file and 10 MiB per request unless set
    otherwise, and nothing public sets it otherwise. What is larger ends in an error page (status 500) or a closed connection.
    Remedy: send a ZIP, which counts with its compressed size; above that send several smaller uploads, one after the other, divided by
    course. provkit send checks this before anything leaves.
    Evidence: receiving-server 3.3

    ## Example
    ```builder large_file
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK031", Consequence.NOTED, "There are {count} files; the service probably takes at most {limit} in one request.")
def more_files_than_the_limit() -> None:
    """There are more files than the service probably takes in one request.

    What happens: the web server beneath the service reads at most 50 parts of one request unless set otherwise; more end in an error page.
    Remedy: send a ZIP, or put the rows of one kind into one file.
    Evidence: receiving-server 3.3

    ## Example
    ```builder many_files
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK038", Consequence.ALTERED, "{name} {what}; provkit send sends {archive}, which no longer says the same.")
def archive_beside_the_files_differs() -> None:
    """The files were changed after package.zip was made.

    What happens: provkit send sends package.zip as it is; what was changed in the files beside it does not go out. It stops at such
    a folder.
    Remedy: make the change in the source, and build again.
    Evidence: provkit's own rule (send never repacks)

    ## Example
    ```builder edited_after_the_build
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


RULES: tuple[Rule, ...] = (
    nothing_to_process,
    file_not_recognised,
    workbook_in_the_upload,
    archive_among_the_files,
    done_file,
    file_is_empty,
    quote_not_closed,
    csv_of_unknown_content,
    files_add_up,
    files_with_other_columns_add_up,
    name_repeated,
    name_not_ending_in_csv,
    name_with_leading_dot,
    name_of_no_use,
    several_files_of_a_kind,
    name_of_another_kind,
    zip_without_files,
    zip_cannot_be_unzipped,
    file_skipped_in_macosx,
    file_not_in_the_zips_directory,
    name_not_plain,
    larger_than_the_limit,
    more_files_than_the_limit,
    archive_beside_the_files_differs,
)

"""How large, how long and how many: what grading allows, and the reason for each number.

The time for one call of a student's function is a matter of checking, in the students' notebooks
too: `rnnlib.course.checking.calling.SECONDS`.
"""

from __future__ import annotations

MiB, GiB = 2**20, 2**30

# --- what is handed in --------------------------------------------------------------------------

NOTEBOOK_BYTES = 64 * MiB
"""With outputs, which are dropped before anything else is judged: a unit's own notebook stays below
1 MB, one with figures drawn in a loop can have forty."""

NOTEBOOKS_COMPARED = 8
"""Notebooks of one student that are looked into, to see which one was worked in."""

ARCHIVE_BYTES = 128 * MiB
"""Of all files in an archive that a student packed: a notebook and what may lie beside it."""

NOTEBOOK_CELLS = 2_000
"""A unit has about a hundred."""

NOTEBOOK_CHARACTERS = 2_000_000
"""Of text in all cells; a unit has about fifty thousand."""

FILES_BESIDE = 50 * MiB
"""Bytes of all files beside the notebook together; no unit asks for any."""

FOLDER_ENTRIES = 2_000
"""Files and folders in which the notebook is looked for: more is a home folder, or a bomb."""

FOLDER_DEPTH = 6
"""Folders in folders in which the notebook is looked for: archives unpack into two or three."""

CLASS_ENTRIES = 50_000
"""Files in what a platform delivers for a class: five hundred students with a hundred each."""

CLASS_DEPTH = 10
"""Folders in folders of such a delivery: an exchange has three above what students packed."""

GRADEBOOK_COPIES = 5
"""As many evenings of marks by hand, at the least, can be gone back to."""

ROSTER_BYTES = 20 * MiB
"""Of a list of students: a thousand of them, with all their marks, have one."""

TIMESTAMP_BYTES = 200
"""Of nbgrader's ``timestamp.txt``, which holds one time of day."""

# --- the run ------------------------------------------------------------------------------------

WORKERS = 2
"""Processes at once, unless the command says otherwise: as many as any machine has cores."""

TRIES = 2
"""How often a submission may take its worker with it before it is left to a person."""

JOBS_PER_WORKER = 3
"""Submissions handed to a worker before earlier results are taken: it never waits for the next
one, and memory stays the same however many there are."""

PRINTED_CHARACTERS = 100_000
"""What one cell may print to each stream: nobody reads more, and nbgrader would keep it all."""

# --- time, in seconds ---------------------------------------------------------------------------

CELL_SECONDS = 30.0
"""For one cell of a student's: a unit's slowest takes two or three. Time in which it waits for a
core that other programs have does not count, here and for a submission."""

BY_THE_CLOCK = 10
"""So many times the limit of a cell may pass by the clock while it waits for a core."""

SUBMISSION_SECONDS = 300.0
"""For all of a submission's own cells: a unit runs in less than a minute."""

TASK_SECONDS = 900.0
"""For all that grading one submission takes, pages included: three times what its cells may."""

PAGE_SECONDS = 60.0
"""For cleaning what is shown and making the page: it takes half a second."""

LAST_SECONDS = 30.0
"""From then on until the worker itself is ended: one long call cannot be interrupted."""

ANSWER_SECONDS = 3.0
"""For an answer beyond those that the call itself may take: what it costs to interrupt a call."""

MARKED_CELL_SECONDS = 600.0
"""For a marked cell: the calls in it have limits of their own, so this is never reached."""

GIVEN_CELL_SECONDS = 60.0
"""For a cell of the course's that a marked cell needs beside it, such as the imports."""

CLEARING_SECONDS = 10.0
"""For the trusted kernel to forget a student: it deletes some names."""

FRAME_SECONDS = 60.0
"""For the trusted kernel to read or write one frame: it is done at once, as a rule."""

KERNEL_START_SECONDS = 60.0
"""For a kernel to answer: it takes half a second on an idle machine."""

LOCKED_SECONDS = 30.0
"""For a gradebook that another program has locked; a formgrader that saves takes a moment."""

CONNECTION_SECONDS = 60.0
"""For the student's kernel to connect to the grader once it answers: at once, as a rule."""

INTERRUPT_SECONDS = 3.0
"""For a cell that was interrupted to end; its kernel is ended otherwise."""

OUTLIVE_SECONDS = 0.5
"""After a cell that may have told its kernel to end, until the next: it is told within 0.1."""

LAST_OUTPUT_SECONDS = 2.0
"""For the last outputs of a cell that is done: they are on their way."""

WATCH_SECONDS = 0.3
"""Between two looks at a kernel's memory and files: a look costs some milliseconds."""

START_POLL_SECONDS = 0.005
"""Between two looks whether a kernel has made its sockets."""

POLL_SECONDS = 0.1
"""Between two looks whether a kernel still lives."""

# --- the student's kernel -----------------------------------------------------------------------

KERNEL_MEMORY = 3 * GiB
"""Address space of a process, resident memory of all together: a unit with torch needs one."""

KERNEL_CPU_SECONDS = 600
"""Of processor time of one process: twice what a submission may take by the clock."""

KERNEL_PROCESSES = 64
"""Processes and threads: the kernel itself has about a dozen."""

KERNEL_OPEN_FILES = 256
"""The kernel itself has about fifty."""

KERNEL_FILE_BYTES = 16 * MiB
"""Of one file, and of all that it writes into the folder with its sockets."""

KERNEL_FOLDER_BYTES = 64 * MiB
"""Of everything in its temporary folders, which lie in memory."""

KERNEL_SOCKET_FILES = 1_000
"""Files and folders in the folder with its sockets, where the kernel itself has six."""

KERNEL_RESTARTS = 8
"""How often it is started again for one submission: once for each exercise that ends it."""

# --- what the student's kernel shows ------------------------------------------------------------

MESSAGE_BYTES = 8 * MiB
"""Of one message from a kernel: a figure has some hundred thousand."""

CELL_OUTPUT_BYTES = 4 * MiB
"""Of one cell's outputs that are kept; the rest is left out."""

ALL_OUTPUT_BYTES = 16 * MiB
"""Of the outputs of all cells together: the graded notebook has to be read by somebody."""

CELL_OUTPUTS = 500
"""Of one cell: a loop that displays a figure at each step has some dozens."""

FLOOD_BYTES = 200 * MiB
"""From one cell, kept or not, after which its kernel is ended: the grader must read it all."""

ERROR_LINES = 50
"""Of a traceback; the last ones say the most."""

ERROR_LINE_CHARACTERS = 20_000
"""Of one line of a traceback."""

ERROR_CHARACTERS = 2_000
"""Of an error's name and of its message."""

# --- what the two kernels tell each other -------------------------------------------------------

WIRE_FRAME_BYTES = 64 * MiB
"""Of one frame: a call in a marked cell needs some thousands."""

WIRE_PLAN_BYTES = 2 * MiB
"""Of the JSON in it. The reader makes up to 30 times as much of it: three bytes (`[],`) become an
empty list, which takes about a hundred bytes of memory."""

WIRE_NESTING = 40
"""Lists in lists: Python's own stack must not run out."""

WIRE_DICT_ENTRIES = 1_000
"""Of a dict: keys can be chosen that all have one hash, and then reading n takes n**2 steps."""

WIRE_OBJECTS = 10**6
"""Entries of arrays of objects, in one value: they take memory and need no bytes in the frame."""

WIRE_CLASSES = 100
"""Kinds of groups that must be made up for one value: making a class takes a millisecond."""

WIRE_FIELDS = 50
"""Of one group or named tuple: the largest in the library has about a dozen."""

WIRE_TEXT_CHARACTERS = 2_000
"""Of a sentence about a call, which stands in the feedback."""

WIRE_TEXTS = 20
"""Sentences of one kind about one call, such as warnings."""

WIRE_CALLBACK_BYTES = 1 * MiB
"""Of the arguments with which a student calls back a function that was an argument."""

WIRE_INTERMEDIATE_ENTRIES = 10_000
"""Of a local array that is sent along as an intermediate result: a check's inputs are small."""

WORKER_MEMORY = 12 * GiB
"""Address space of a worker: what a submission can make it ask for ends."""

GRADER_MEMORY = 1 * GiB
"""By how much a worker may grow while one cell runs: it only collects that cell's outputs."""

TRUSTED_MEMORY = 8 * GiB
"""Address space of the trusted kernel: what a student's data can make our code ask for ends."""

# --- alarms -------------------------------------------------------------------------------------

ALARMS_PER_ANSWER = 8
"""Whoever writes more needs no further question."""

PARSED_CHARACTERS = 50_000
"""Of an answer that is read for mentions: one has a few hundred."""

COMPARED_CHARACTERS = 20_000
"""Of an answer that is compared with others."""

COMMENT_WORDS = 4
"""From which on a comment is compared: shorter ones are written by many."""

SIGNS_FOR_ALARM = 2
"""Signs of one author: one alone is found among honest answers, which are short and alike."""

FEW_STUDENTS = 4
"""What more of a class have is no sign of one author."""

COMMON_CLASS = 10
"""Answers to an exercise from which on it can be told what is common in the class."""

COMMON_SHARE = 1 / 3
"""Statements that more than this part of such a class have are no sign of one author."""

SAME_STATEMENTS = 6
"""From which on the same code is a sign: shorter answers are the same by themselves."""

SAME_MISTAKE_STATEMENTS = 3
"""From which on the same wrong code is a sign: right answers are alike, wrong ones differ."""

# --- what is shown ------------------------------------------------------------------------------

TERMINAL_STUDENTS = 30
"""From more students on the terminal shows a summary, and the report the rest."""

NAMED_STUDENTS = 30
"""Students named in one place of the report; the rest are counted."""

PICTURE_CHARACTERS = 500_000
"""Of a picture that was handed in, in base64; the largest of a unit has a hundred thousand."""

PICTURE_POINTS = 20_000_000
"""Of a picture on a page: a browser holds four bytes for each."""

PICTURES_CHARACTERS = 4 * MiB
"""Of all of them: a page is sent by e-mail."""

SHOWN_TEXT_CHARACTERS = 10_000
"""Of a text cell that is made into a page; longer ones can be made to take hours."""

SHOWN_CODE_CHARACTERS = 20_000
"""Of a cell of code in the feedback."""

SHOWN_OUTPUTS = 2_000
"""Of all cells that are a student's: each becomes a part of a page."""

SHOWN_NESTING = 200
"""HTML elements in one another: a table has four, and reading n of them takes n**2 steps."""

SHOWN_FORMULA_CHARACTERS = 2_000
"""Of one formula; the longest of the course has about two hundred."""

SHOWN_CHARACTERS = 200_000
"""Of all that a student wrote, in the feedback: a page takes time to draw."""

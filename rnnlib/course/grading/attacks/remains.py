"""What remains possible: what an instructor has to know, and can do about it."""

REMAINS = {
    "A text that somebody else wrote earns its marks.": """
        While answers are marked, `rnnlib` is there without the functions that the unit asks for,
        the references in `rnnlib.course.exercises` and the sealed answers: calling it, digging for
        it or copying its text earns nothing. Whoever copies the text at home, or has it from
        somebody else, hands in code like any other. A text that equals the library's, or one that
        is unpacked and run, raises an alarm; one that was rewritten raises none. Ask those students
        to explain their code: code that was handed in is no proof of who wrote it.""",
    "What is lent can be used while it is lent.": """
        An open task may use much of the library: then it is there, for that exercise alone, and
        the kernel is begun anew before another is marked. A design that is marked by what it
        reaches, such as a trained model, may be found with all of the library. In the unit on
        PyTorch, PyTorch is there all the time; that an answer must not use it is only noticed by
        the guard, in the student's process. The guard hears of no built-in that another built-in
        calls: `map` over one of PyTorch's can earn an exercise there. Its source raises the alarm
        “borrowed”.""",
    "What a student's kernel says about its own call is believed.": """
        Whether an argument was changed, a generator used or `rnnlib` called is noticed in the
        student's process, which can lie about it. Results are compared in the other process. A lie
        saves what copying the argument first would have earned: the share of those rows, a tenth
        or so of an exercise. Replacing the checker's parts raises an alarm.""",
    "A wrong early function can be written out again.": """
        A later function that is consistent with one's own wrong earlier one is right, because an
        error shall cost once. One that was marked as right cannot be replaced afterwards; one that
        ignores more than one array of its arguments, a whole term say, does not count, nor does
        one that is wrong in a way that no single known mistake explains. What follows from it is
        worked out with that mistake, not with the student's function. So a later function may lack
        a bias, but not the work. The reasons in the feedback and the report say “Marked with your
        own ...”.""",
    "A function sees the inputs that it is tried on.": """
        It has to be given them. It cannot send them anywhere, and has no values to compare with;
        but what it raises stands in the feedback, so a student could carry inputs home that way.
        The inputs are drawn with seeds that hold a secret of the course: `rnnlib secret --new`
        before next year's class makes another one.""",
    "What a check needs at home lies at home.": """
        The new names that the network of unit 03 is tried on are part of the package, because
        `check` uses them. Whoever trains on them hands in weights that are measured with names that
        they have seen. A perplexity far below everybody else's is worth a question.""",
    "Time is shared.": """
        A submission may keep a processor busy for as long as it may run, and its children may keep
        all of them busy until it ends. Calls have two seconds, a hundred times what they need, so
        marks hold; grading takes longer. With `cell_seconds` and `submission_seconds` in
        `nbgrader_config.py` this can be cut.""",
    "Some submissions need a person.": """
        A file that is no notebook, one that has links in it, or that holds nbgrader's own marks
        for hidden tests is left to a person, without marks, and with the reason. It stops nobody
        else.""",
    "The kernel of the operating system is shared.": """
        bubblewrap, resource limits and a filter of system calls narrow the way to it; a hole in it
        is a hole in the sandbox. Keep the machine up to date, and grade on one that holds nothing
        else. On processors other than x86_64 and aarch64 there is no filter of system calls. With
        `--sandbox=none` students' code has the grader's rights, and little of this page holds.""",
    "Whoever collects the submissions vouches for their times.": """
        `timestamp.txt` is written when submissions are collected; a student who can write into
        `submitted/` can date one back, and can hand in for somebody else.""",
}
"""A sentence, and what it means."""

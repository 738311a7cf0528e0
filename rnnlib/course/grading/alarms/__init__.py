"""What a person should look at, found by reading answers; nothing of an answer is run.

================  ================================================================================
`answer_alarms`   what one answer mentions and does not need
`mentions`        reads an answer for such mentions, by its syntax or by its words
`suspects`        the words that are looked for, and why
`copies`          answers of two students that look as if they had one author
`source_text`     the text of an answer, made ready to be compared
================  ================================================================================
"""

"""What students and instructors get to read.

================  ================================================================================
`student_marks`   one student's marks with the reasons, from the gradebook and the graded notebook
`terminal`        marks and reasons, or a summary of a large class, as text
`settled`         records with the marks that the gradebook has now
`people`          names beside ids, who is missing, and where everything of somebody lies
`class_report`    the page on a class, from those; its figures are in `plots`, numbers in `written`
`handed_in_logs`  how students got there, by the logs that they handed in
`export`          scores as CSV for Moodle, Canvas or a spreadsheet
`clean`           graded notebooks: what a student's output could do in a browser is taken out
`feedback`        feedback pages that load nothing from the net
`offline`         the formgrader's pages load nothing from the net, either
`summary`         the table of exercises at a page's top
`give_back`       all pages in the layout that Moodle or Canvas takes back
`one_student`     one student's marks with every reason, as text
`student_pages`   where feedback pages lie; they are made again when the gradebook has moved on
================  ================================================================================
"""

"""How far somebody is: a log of checks that they keep if they want one, and what it says.

Nothing is written unless its owner has said yes, and nothing is ever sent anywhere.

===========  =====================================================================================
`log`        one line for each check, in a file that its owner asked for; reading any such file
`tally`      what the lines say: for each unit and exercise, tries, state, points, mistakes
`shown`      the tally as a table in a notebook and as text; the owner's yes and no
===========  =====================================================================================
"""

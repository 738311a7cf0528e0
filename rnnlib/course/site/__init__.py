"""The course as a web site, offline: the units without answers, the library, the guides.

===========  =====================================================================================
`unit_page`  a unit's executed notebook -> what a visitor reads of it: no answers, no marked cells
`bundle`     how to work through a unit: what to download, and what to type then
`front`      the cards of the first page
`formulas`   for Sphinx: formulas as MathML, which browsers draw without a script
`barriers`   for Sphinx: what the theme lacks for people who hear a page or use the keyboard
`making`     ``rnnlib site``: the pages of all units, then Sphinx
===========  =====================================================================================
"""

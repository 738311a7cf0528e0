"""The gradebook is kept safe: looked at before each command, copied before each that changes it.

=================  ===============================================================================
`gradebook_file`   whether a gradebook is whole and can be changed, in words; errors in words
`kept_copies`      the last copies: kept where something has changed, listed, put back
`listed`           `rnnlib gradebook`: what it prints, and what it puts back
=================  ===============================================================================
"""

"""Which records are of one person: kinds of attributes, how alike two values are, what that is worth, who belongs together.

Pure: no clock, no SQL, no network. What a touch is scored with while somebody waits and what a file of a million is scored with is
the same code on arrays, short ones or long ones.
"""

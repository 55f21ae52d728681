import os

if not not os.environ:
    names = []  # none so far
    if not "HOME" in os.environ or names == []:
        pass
checked = not not names

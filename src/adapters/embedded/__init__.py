"""The servers that `aether up` starts beside us, so that a laptop needs nothing else.

Each is a child process on a free port of the loopback interface, behind a password made for
this data folder. None of them outlives us, and one that dies is started again.
"""

"""`thalweg run`: runs a program written for DeepStream, unmodified.

The program is run by Python itself, in this process: its arguments, `__file__`, `sys.path`,
traceback and exit status are what they would be without Thalweg. What it needs is put in place by
`startup/sitecustomize.py`, which Python imports before the program, and which the program's own
Python processes inherit:

- `imports`: modules that the program imports and this machine does not have;
- `paths`, `files`: files of DeepStream's installation;
- `gstreamer`, `camera`: properties that name such files, a camera that is not there;
- `pipelines`: an end in order, and figures;
- `hints`: what to do about a failure, after the program's own traceback.

`launch` starts all of that. The other modules are imported by every Python process of the program:
they are kept light.
"""

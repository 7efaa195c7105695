"""Makes a pseudo-terminal, gives its near end to the program named by the arguments, and holds the far end open, so that no
reader finds it hung up.

    pty-owner.py PROGRAM ARGUMENT...

The program gets the number of the near end and the path of the far end as its last two arguments. SIGUSR1 takes back the exclusive
mode that a reader may have left behind.
"""

import fcntl
import os
import signal
import subprocess
import sys
import termios
import tty

near, far = os.openpty()
tty.setraw(far)
os.set_blocking(near, False)
signal.signal(signal.SIGUSR1, lambda *_: fcntl.ioctl(far, termios.TIOCNXCL))
command = [*sys.argv[1:], str(near), os.ttyname(far)]
with subprocess.Popen(command, pass_fds=[near]) as program:
    os.close(near)
    sys.exit(program.wait())

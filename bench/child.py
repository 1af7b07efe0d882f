"""Runs a command and says what it cost, with all processes that it left behind.

    child.py OUT COMMAND…      `OUT` gets JSON: seconds of CPU and of the clock, bytes of memory, exit code

A process of its own and a small one: the kernel hands a parent's peak memory on to what it starts.
"""

import ctypes
import json
import os
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def main(out: str, command: list[str]) -> None:
    # Orphans come to this process, so that what a Java machine costs is counted too.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.monotonic()
    first = os.posix_spawnp(command[0], command, os.environ)
    cost = {"cpu": 0.0, "wall": 0.0, "memory": 0, "code": 0}
    while True:
        try:
            process, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cost["cpu"] += usage.ru_utime + usage.ru_stime
        cost["memory"] = max(cost["memory"], usage.ru_maxrss * 1024)
        cost["wall"] = time.monotonic() - started
        if process == first:
            cost["code"] = os.waitstatus_to_exitcode(status)
    with open(out, "w") as file:
        json.dump(cost, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

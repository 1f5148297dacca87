"""A worker process for tests: does jobs of kind `test` until it is told to end.

python -m tests.jobs.worker DIARY SECONDS: a job takes that long.
"""

import os
import signal
import sys
from pathlib import Path

from fikoadmin import jobs
from tests.jobs.work import Diary, kinds, make_app


def main(diary: str, seconds: str) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    work = Diary(Path(diary), float(seconds))
    jobs.start(make_app(os.environ), kinds(work))
    work.note(f"ready {os.getpid()}")
    signal.sigwait({signal.SIGTERM})
    jobs.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])

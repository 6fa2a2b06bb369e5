"""Commands in a mount namespace of their own: a disk that is full or cannot be written, and a user who is nobody.

Nothing outside the namespace changes. util-linux's `unshare` does it, as root or, where users may have namespaces
of their own, as anybody.
"""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

NOBODY = 10001


def confine(
    command: Sequence[str],
    *,
    small: Mapping[Path, str] = {},
    writable: Sequence[Path] = (),
    read_only: Sequence[Path] = (),
    as_nobody: bool = False,
) -> list[str]:
    """The command line that runs `command` so confined.

    `small` are folders that get a disk of their own, of a size such as "1m"; `read_only` are folders that cannot
    be written, "/" among them, save for what is in `writable`.
    """
    steps = ["set -e", "mount --make-rprivate /"]
    for place in (*writable, *(place for place in read_only if place != Path("/"))):
        steps.append(f"mount --bind {shlex.quote(str(place))} {shlex.quote(str(place))}")
    for place, size in small.items():
        steps.append(f"mount -t tmpfs -o size={size},mode=1777 tmpfs {shlex.quote(str(place))}")
    for place in read_only:
        steps.append(f"mount -o remount,bind,ro {shlex.quote(str(place))}")
    user = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"] if as_nobody else []
    steps.append(f"exec {shlex.join([*user, *command])}")
    own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *own, "--mount", "sh", "-c", "; ".join(steps)]

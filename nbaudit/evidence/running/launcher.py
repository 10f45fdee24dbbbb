"""Stands before the kernel's command: sets limits, cuts the network off, shields the user's files, becomes the kernel.

Runs as a script of its own (`python -I -S launcher.py SETTINGS COMMAND...`), with the standard library alone, because
none of this can be undone in the process that does it. SETTINGS is JSON: `folder` (the run's own folder, the one place
that stays writable), `cwd`, `memory_mb` (or null), `network` (true leaves it on), `home`, `temporary`. What worked is
written to `status.json` in the folder: per "network", "files" and "memory" either "" or the reason why not.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

NEW_MOUNTS, NEW_USER, NEW_NET = 0x00020000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
SET_ATTRIBUTES, AT_FDCWD, AT_RECURSIVE, READ_ONLY = 442, -100, 0x8000, 1
LARGEST_FILE = 8 << 30


def main() -> None:
    settings: dict[str, Any] = json.loads(sys.argv[1])
    status = {"memory": limit(settings["memory_mb"]), **isolate(settings)}
    Path(settings["folder"], "status.json").write_text(json.dumps(status), encoding="utf-8")
    # the kernel's working directory was opened before the mounts changed
    os.chdir(settings["cwd"])
    os.execvp(sys.argv[2], sys.argv[2:])


def limit(memory_mb: int | None) -> str:
    """Set the limits of this process and all that it starts; "" or why the memory can't be limited."""
    try:
        import resource
    except ImportError:
        return "this system has no resource limits"
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, LARGEST_FILE)):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hard < 0 else min(most, hard), hard))
    if memory_mb is None:
        return ""
    if not sys.platform.startswith("linux"):
        return "this system does not enforce them"
    # not RLIMIT_AS: libraries reserve address space by the gigabyte that they never write to
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = memory_mb << 20
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))
    return ""


def isolate(settings: dict[str, Any]) -> dict[str, str]:
    """Give the process a network with nothing but itself and a view of the files that it can't change."""
    if not sys.platform.startswith("linux"):
        reason = "only Linux has the namespaces for it"
        return {"network": "" if settings["network"] else reason, "files": reason}
    libc = ctypes.CDLL(None, use_errno=True)
    net = 0 if settings["network"] else NEW_NET
    status = {"network": "", "files": ""}
    reason = enter(libc, net | NEW_MOUNTS)
    if reason:
        status["files"] = reason
        status["network"] = enter(libc, net) if net else ""
    if net and not status["network"]:
        # without it the network is off all the same; only worker pools that talk over sockets miss it
        with suppress(OSError):
            raise_loopback()
    if not status["files"]:
        try:
            shield(libc, settings)
        except OSError as error:
            status["files"] = str(error)
    return status


def enter(libc: Any, flags: int) -> str:
    """Enter new namespaces, as the superuser directly and otherwise by way of a user namespace; "" or why not."""
    if not flags or libc.unshare(flags) == 0:
        return ""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(flags | NEW_USER) != 0:
        return os.strerror(ctypes.get_errno())
    try:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    except OSError as error:  # some systems allow user namespaces and nothing in them
        return str(error)
    return ""


def raise_loopback() -> None:
    """Set the loopback device of the new network up: worker pools and servers of the notebook talk over it."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(sock, 0x8913, request))[1]
        fcntl.ioctl(sock, 0x8914, struct.pack("16sh14x", b"lo", flags | 1))


def shield(libc: Any, settings: dict[str, Any]) -> None:
    """Make all files read-only but the run's folder. Over the home and the temporary folders lies a layer that takes
    what is written there (caches of libraries above all) and is gone after the run.

    Raises:
        OSError: a mount is refused; what was mounted before stays.
    """
    folder = settings["folder"]
    mount(libc, "none", "/", "", MS_REC | MS_PRIVATE)
    own = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    scratch = os.path.join(folder, "layers")  # noqa: PTH118 - pathlib's import costs more than all of this
    os.mkdir(scratch)  # noqa: PTH102
    mount(libc, "tmpfs", scratch, "tmpfs", 0, "mode=0700")
    # by descriptor: a layer over the temporary folder hides the path of the next layer's parts
    layers = f"/proc/self/fd/{os.open(scratch, os.O_PATH | os.O_DIRECTORY)}"
    writable = [folder]
    for number, place in enumerate(layered(settings)):
        upper, work = f"{layers}/{number}", f"{layers}/{number}w"
        os.mkdir(upper, 0o1777)  # noqa: PTH102
        os.mkdir(work)  # noqa: PTH102
        try:
            mount(libc, "overlay", place, "overlay", 0, f"lowerdir={place},upperdir={upper},workdir={work}")
        except OSError:
            continue  # the place is read-only then, which is as safe
        writable.append(place)
    mount(libc, f"/proc/self/fd/{own}", folder, "", MS_BIND)
    os.close(own)
    if os.path.isdir("/dev/shm"):  # noqa: PTH112
        mount(libc, "tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777")
        writable.append("/dev/shm")
    attributes(libc, "/", AT_RECURSIVE, READ_ONLY, 0)
    for place in writable:
        attributes(libc, place, 0, 0, READ_ONLY)


def layered(settings: dict[str, Any]) -> list[str]:
    """Folders to lay over: none within another, none with further file systems in it (the layer would hide them)."""
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123
        mounted = [line.split(" ", 2)[1] for line in file]
    scratch = settings["folder"] + "/layers"
    places: list[str] = []
    for place in (settings["temporary"], settings["home"], "/tmp", "/var/tmp"):
        place = os.path.realpath(place)
        related = any(place == other or (place + "/").startswith(other.rstrip("/") + "/") for other in places)
        inside = any(point.startswith(place.rstrip("/") + "/") and point != scratch for point in mounted)
        special = any(letter in place for letter in ",:\\")
        if place != "/" and os.path.isdir(place) and not (related or inside or special):  # noqa: PTH112
            places.append(place)
    return places


def mount(libc: Any, source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    result = libc.mount(
        os.fsencode(source), os.fsencode(target), kind.encode() or None, ctypes.c_ulong(flags), os.fsencode(data)
    )
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)} ({kind or 'bind'} mount)")


def attributes(libc: Any, place: str, flags: int, add: int, remove: int) -> None:
    request = struct.pack("QQQQ", add, remove, 0, 0)
    number = ctypes.c_long(SET_ATTRIBUTES)
    if libc.syscall(number, AT_FDCWD, os.fsencode(place), flags, request, ctypes.c_size_t(len(request))) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{os.strerror(code)} (mount attributes)")


if __name__ == "__main__":
    main()

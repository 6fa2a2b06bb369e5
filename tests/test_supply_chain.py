"""What is installed: pinned, with hashes, under licences that are allowed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
ENTRY = re.compile(
    r"^([A-Za-z0-9][\w.-]*)==(\S+)(?: ; ([^\\\n]+?))?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n", re.M
)
FILES = ("requirements.txt", "requirements-dev.txt")


def read_pins(name: str) -> dict[str, str]:
    """The pins of a file and of those it takes in."""
    pins = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            pins |= read_pins(line[3:])
        elif line:
            package, exact, pinned = line.partition("==")
            assert exact, f"{name}: {line} is not pinned"
            pins[canonicalize_name(package.partition("[")[0])] = pinned
    return pins


def read_lock(name: str) -> dict[str, str]:
    """The packages a lock file has for this machine."""
    entries = ENTRY.findall((ROOT / name).read_text(encoding="utf-8"))
    return {
        canonicalize_name(package): pinned
        for package, pinned, marker, _ in entries
        if not marker or Marker(marker).evaluate()
    }


@pytest.mark.parametrize("name", FILES)
def test_every_pin_is_locked_at_its_version(name: str) -> None:
    locked = read_lock(name.replace(".txt", ".lock"))
    assert {package: locked.get(package) for package in read_pins(name)} == read_pins(name)


@pytest.mark.parametrize("name", FILES)
def test_a_lock_file_is_nothing_but_packages_with_hashes(name: str) -> None:
    text = (ROOT / name.replace(".txt", ".lock")).read_text(encoding="utf-8")
    head, _, rest = text.partition("\n")
    assert head.startswith(f"# Made from {name} by `make lock`")
    assert ENTRY.sub("", rest) == ""
    assert "//" not in text


def test_nothing_runs_that_is_not_locked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import runpy; print(*runpy.run_path('.ci/licences')['list_packages']())"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = done.stdout.split()
    assert len(names) > 80
    locked = read_lock("requirements.lock")
    assert [name for name in names if name not in locked] == []


def test_every_licence_is_listed_and_allowed() -> None:
    done = subprocess.run(
        [sys.executable, ".ci/licences", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("BSD License", True),
        ("GPL-3.0-only", False),
        ("UNKNOWN", False),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-1.1 OR GPL-2.0-only", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
    ],
)
def test_which_licences_are_allowed(licence: str, allowed: bool) -> None:
    script = "import runpy, sys; print(runpy.run_path('.ci/licences')['is_allowed'](sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", script, licence], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(allowed)

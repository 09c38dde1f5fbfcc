"""A wheel built from the project works without the checkout: it carries schemas, code lists, published figures and studies."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The wheel's files in a folder of their own."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(unpacked, cwd, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_everything_shipped_is_in_the_wheel(unpacked):
    for folder in ("data", "studies"):
        shipped = {p.relative_to(ROOT) for p in (ROOT / folder).rglob("*") if p.is_file()}
        carried = {
            p.relative_to(unpacked / "effektutv") for p in (unpacked / "effektutv" / folder).rglob("*") if p.is_file()
        }
        assert shipped == carried
        assert shipped
    source, inside = ROOT / "src/effektutv", unpacked / "effektutv"
    templates = {p.relative_to(source) for p in source.rglob("templates/*")}
    assert {p.relative_to(inside) for p in inside.rglob("templates/*")} == templates
    assert templates
    assert (unpacked / "effektutv" / "py.typed").is_file()


def test_the_wheel_runs_without_the_checkout(unpacked, tmp_path):
    where = run(unpacked, tmp_path, "-c", "import effektutv; print(effektutv.__file__)")
    assert where.stdout.startswith(str(unpacked)), where.stdout + where.stderr
    made = run(unpacked, tmp_path, "-m", "effektutv", "demo", "demo", "--participants", "300", "--population", "100")
    assert made.returncode == 0, made.stderr
    done = run(unpacked, tmp_path, "-m", "effektutv", "run", "demo/study.toml", "--out", "out", "--quiet")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.html").is_file()

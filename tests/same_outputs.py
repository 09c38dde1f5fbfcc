"""Hash everything that a user gets, before and after a change that may not change it.

    SOURCE_DATE_EPOCH=1 python tests/same_outputs.py write FILE      # before
    SOURCE_DATE_EPOCH=1 python tests/same_outputs.py compare FILE    # after; exit code 1 and the paths, where any differ

Every command of the command line runs in a temporary folder: the demonstration as CSV and as Parquet, ``init``, ``order``,
``check``, ``lock``, ``run`` in both languages, with the second process and without, once more with 300 participants (of whom
much is suppressed), ``reproduce`` of the five public studies, and the notebooks. Hashed are every file, each command's exit
code and what it printed, and the outputs of each cell. Of ``manifest.json`` the block ``runtime`` (seconds, memory) is left out.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
STUDIES = ("nsw_lalonde", "nsw_dehejia_wahba", "star", "jobs2", "actg175")
ALONE = "from effektutv.{room} import run; run({study!r}, out={out!r}, lang={lang!r}, second_process=False)"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_of_file(path: Path) -> str:
    if path.name != "manifest.json":
        return digest(path.read_bytes())
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest.pop("runtime", None)
    return digest(json.dumps(manifest, sort_keys=True).encode())


def command(found: dict[str, str], base: Path, name: str, *words: str) -> None:
    done = subprocess.run([sys.executable, *words], cwd=base, capture_output=True, check=False)
    said = re.sub(re.escape(str(base)).encode(), b"DIR", done.stdout + done.stderr)
    # how long it took is the machine's
    found[f"{name}: exit code"] = str(done.returncode)
    found[f"{name}: said"] = digest(re.sub(rb"\d+[.,]\d+ s\b", b"TIME", said))


def files(found: dict[str, str], base: Path) -> None:
    for path in sorted(p for p in base.rglob("*") if p.is_file()):
        found[path.relative_to(base).as_posix()] = digest_of_file(path)


def commands(base: Path) -> dict[str, str]:
    found: dict[str, str] = {}

    def cli(name: str, *words: str) -> None:
        command(found, base, name, "-m", "effektutv", *words)

    for word in ("", "demo", "init", "order", "check", "lock", "run", "reproduce"):
        cli(f"help {word}".strip(), *([word] if word else []), "--help")
    for form in ("csv", "parquet"):
        cli(f"demo {form}", "demo", form, "--format", form, "--population", "5000", "--quiet")
        shutil.copytree(base / form / "extracts", base / f"init_{form}")
        cli(f"init {form}", "init", f"init_{form}", "--out", f"draft_{form}.toml")
        for lang in ("sv", "en"):
            cli(f"check {form} {lang}", "check", f"{form}/study.toml", "--lang", lang, "--quiet")
    cli("order", "order", "csv/study.toml", "--out", "order")
    cli("lock", "lock", "csv/study.toml")
    cli("demo few", "demo", "few", "--participants", "300", "--population", "2000", "--quiet")
    cli("run sv", "run", "csv/study.toml", "--out", "sv", "--lang", "sv", "--quiet", "--cross-check")
    cli("run en", "run", "parquet/study.toml", "--out", "en", "--lang", "en", "--quiet")
    cli("run few", "run", "few/study.toml", "--out", "few_out", "--lang", "en", "--quiet")
    room = "commands.run"
    alone = ALONE.format(room=room, study="csv/study.toml", out="alone", lang="sv")
    command(found, base, "run alone", "-c", alone)
    for study in STUDIES:
        path = str(HOME / "studies" / study / "study.toml")
        cli(f"reproduce {study}", "reproduce", path, "--out", f"{study}.csv", "--quiet")
    files(found, base)
    return found


def notebooks(base: Path) -> dict[str, str]:
    import nbformat
    from nbclient import NotebookClient

    found: dict[str, str] = {}
    for path in sorted((HOME / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(base)}}).execute()
        for i, cell in enumerate(notebook.cells):
            shown = json.dumps([o.get("data") or o.get("text") for o in cell.get("outputs", [])], sort_keys=True)
            found[f"{path.name}: cell {i}"] = digest(re.sub(r"/[\w./-]*tmp[\w.-]*", "DIR", shown).encode())
    return found


def outputs() -> dict[str, str]:
    if "SOURCE_DATE_EPOCH" not in os.environ:
        sys.exit("set SOURCE_DATE_EPOCH: without it every output carries the day")
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other, ThreadPoolExecutor(2) as pool:
        read = pool.submit(notebooks, Path(other))
        return commands(Path(one)) | read.result()


def main(task: str, file: str) -> int:
    found = outputs()
    if task == "write":
        Path(file).write_text(json.dumps(found, indent=0, sort_keys=True), encoding="utf-8")
        print(f"{len(found)} outputs")
        return 0
    before = json.loads(Path(file).read_text(encoding="utf-8"))
    for name in sorted(set(before) | set(found)):
        if before.get(name) != found.get(name):
            print("gone" if name not in found else "new" if name not in before else "differs", name)
    print(f"{len(found)} outputs, {sum(before.get(n) == f for n, f in found.items())} as before")
    return int(before != found)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("write", "compare"):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))

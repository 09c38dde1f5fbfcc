"""A local Spark of this process's own: started in a private folder, silent, and gone without a trace when it is closed.

Spark's log repeats values (a cast that fails prints the text), so that nothing of it is written anywhere. All its files lie
in the session's private folder: shuffles and spills, the warehouse, what Java itself keeps.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, TimeoutExpired
from typing import TYPE_CHECKING, Any

from effektutv.errors import ArgumentError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["LocalSpark", "check_installed", "check_java"]

#: Below this Spark refuses to start, MiB.
_LEAST_HEAP = 512
_HEAP = 2048
_SECONDS_TO_END = 20
_MIB = {"MB": 1e6 / 2**20, "GB": 1e9 / 2**20, "MiB": 1.0, "GiB": 1024.0}


def check_installed() -> None:
    """Check that the packages of the extra ``spark`` are there.

    Raises
    ------
    ArgumentError
        If one is not: the message says what to install.
    """
    missing = [name for name in ("pyspark", "sqlglot") if find_spec(name) is None]
    if missing:
        raise ArgumentError(
            f"engine: 'spark' needs the package{'s' if len(missing) > 1 else ''} {' and '.join(missing)}; install the extra: "
            f"pip install 'effektutv[spark]'"
        )


def check_java() -> None:
    """Check that there is a Java that Spark would find.

    Raises
    ------
    ArgumentError
        If there is none: the message says what to install.
    """
    home = os.environ.get("JAVA_HOME")
    if shutil.which(str(Path(home) / "bin" / "java") if home else "java") is None:
        raise ArgumentError(
            "engine: 'spark' needs Java, and none is found"
            + (" where JAVA_HOME says" if home else "")
            + "; install Java 17 or later (Debian: openjdk-17-jre-headless), or set JAVA_HOME"
        )


class LocalSpark:
    """A Spark on this machine's threads, in a Java process of its own.

    Parameters
    ----------
    folder : Path
        The private folder for everything that it writes; it must outlive this.
    threads : int, optional
        Number of threads; one a processor where not given.
    memory_limit : str, optional
        Java's heap, e.g. ``"4GB"`` (at least 512 MiB are needed); 2 GiB where not given.

    Attributes
    ----------
    session : pyspark.sql.SparkSession

    Raises
    ------
    ArgumentError
        If Spark cannot be started.
    """

    def __init__(self, folder: Path, *, threads: int | None = None, memory_limit: str | None = None) -> None:
        with warnings.catch_warnings():
            # pyspark warns of versions of pandas; nothing of ours goes through pandas there
            warnings.simplefilter("ignore")
            from py4j.protocol import Py4JError
            from pyspark import SparkConf, SparkContext
            from pyspark.errors import PySparkException
            from pyspark.java_gateway import launch_gateway
            from pyspark.sql import SparkSession

        self._context = SparkContext
        # the user's own, where this process has one
        self._before = SparkContext._gateway, SparkContext._jvm
        self._refusals = (PySparkException, Py4JError, OSError)
        conf = SparkConf(loadDefaults=False).setAll(_settings(folder, threads, memory_limit))
        self._interrupt = signal.getsignal(signal.SIGINT)
        self._gateway: Any = None
        session: SparkSession | None = None
        with suppress(*self._refusals), _own_folder(folder), warnings.catch_warnings():
            # pyspark loads its tests' tools when it first hands Java something, and these warn as well
            warnings.simplefilter("ignore")
            self._gateway = launch_gateway(conf, {"stdout": DEVNULL, "stderr": DEVNULL})
            session = SparkSession(SparkContext(conf=conf, gateway=self._gateway))
        if session is None:
            self._end_java()
            raise ArgumentError(
                "engine: Spark could not be started; it needs Java 17 or later (Debian: openjdk-17-jre-headless; JAVA_HOME says "
                "which) and memory for it ([resources] memory_limit)"
            )
        self.session = session

    def close(self) -> None:
        """End Spark and its Java process."""
        with suppress(*self._refusals):
            self.session.stop()
        self._end_java()

    def _end_java(self) -> None:
        # the next one in this process starts a Java of its own, or is the one that was there
        self._context._gateway, self._context._jvm = self._before
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._interrupt)
        if self._gateway is None:
            return
        self._gateway.shutdown()
        process: Any = self._gateway.proc
        # Java ends when nobody can write to it any more
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_SECONDS_TO_END)
        except TimeoutExpired:
            process.kill()
            process.wait()


def _settings(folder: Path, threads: int | None, memory_limit: str | None) -> list[tuple[str, str]]:
    """Return Spark's settings: nothing listens but on this machine, nothing is logged, nothing is written elsewhere."""
    silent = folder / "log4j2.properties"
    silent.write_text("status = OFF\nrootLogger.level = OFF\n", encoding="utf-8")
    java = folder / "java"
    java.mkdir(mode=0o700)
    processors = threads or os.cpu_count() or 1
    options = [f"-Djava.io.tmpdir={java}", "-XX:-UsePerfData", f"-Dlog4j2.configurationFile={silent.as_uri()}"]
    return [
        ("spark.master", f"local[{processors}]"),
        ("spark.app.name", "effektutv"),
        ("spark.driver.bindAddress", "127.0.0.1"),
        ("spark.driver.host", "127.0.0.1"),
        ("spark.driver.memory", f"{_heap(memory_limit)}m"),
        ("spark.driver.extraJavaOptions", " ".join(options)),
        ("spark.local.dir", str(folder / "spark")),
        ("spark.log.level", "OFF"),
        ("spark.sql.catalogImplementation", "in-memory"),
        ("spark.sql.shuffle.partitions", str(4 * processors)),
        ("spark.sql.warehouse.dir", str(folder / "warehouse")),
        ("spark.ui.enabled", "false"),
        ("spark.ui.showConsoleProgress", "false"),
    ]


def _heap(memory_limit: str | None) -> int:
    """Return Java's heap in MiB."""
    found = re.fullmatch(r"([0-9.]+) ?([GM]i?B)", memory_limit or "")
    return _HEAP if found is None else max(int(float(found[1]) * _MIB[found[2]]), _LEAST_HEAP)


@contextmanager
def _own_folder(folder: Path) -> Iterator[None]:
    """Let Spark keep its files in a folder: the variable stands above its own setting."""
    name = "SPARK_LOCAL_DIRS"
    before = os.environ.get(name)
    os.environ[name] = str(folder / "spark")
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before

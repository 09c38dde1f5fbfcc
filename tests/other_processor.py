"""The environment that makes numpy and OpenBLAS compute as on a lesser processor: run this to print it.

numpy chooses its loops, and OpenBLAS its kernels, by what the processor can do, and both choices show in the last bits of
sums, logarithms and exponentials. Here every level of numpy's dispatch that is on is switched off, and OpenBLAS is told of
another core.
"""

from __future__ import annotations

import os
import platform

#: By machine, cores that OpenBLAS has kernels for and that none of today's processors is.
CORES = {"x86_64": ("Nehalem", "Core2"), "aarch64": ("ARMV8", "CORTEXA53"), "arm64": ("ARMV8", "CORTEXA53")}


def levels() -> list[str]:
    """Return the levels of numpy's dispatch that are on in this process."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]


def environment() -> dict[str, str]:
    """Return the variables of a lesser processor."""
    now = os.environ.get("OPENBLAS_CORETYPE", "")
    cores = [core for core in CORES.get(platform.machine(), ()) if core.lower() != now.lower()]
    off = [*filter(None, os.environ.get("NPY_DISABLE_CPU_FEATURES", "").split(",")), *levels()]
    return {
        **({"NPY_DISABLE_CPU_FEATURES": ",".join(dict.fromkeys(off))} if off else {}),
        **({"OPENBLAS_CORETYPE": cores[0]} if cores else {}),
    }


if __name__ == "__main__":
    print(" ".join(f"{name}={value}" for name, value in environment().items()))

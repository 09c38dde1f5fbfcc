"""Every benchmark in one run: ``make bench``. Times are medians; what counts are the ratios, taken in the same run."""

from __future__ import annotations

import os
import platform

from benchmarks import bench_build, bench_import, bench_itt, bench_randomization, bench_report


def main() -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    print("\n-- import")
    bench_import.main()
    print("\n-- estimates")
    bench_itt.main(1063)
    bench_itt.main(100_000)
    print("\n-- randomisation tests")
    bench_randomization.main()
    print("\n-- register build")
    bench_build.main()
    print("\n-- report")
    bench_report.main()


if __name__ == "__main__":
    main()

"""How do the benchmarks look? Records a second at each latency, one field for each workload."""

from collections.abc import Mapping

import matplotlib as mpl
from matplotlib import pyplot as plt

from integration_tests.benchmarks.measure import Taken
from integration_tests.support.documents import DOCS

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "benchmarks"


def draw(measured: Mapping[tuple[str, str, int], Taken]) -> None:
    """Draw docs/benchmarks.svg from what was measured, by workload, reader and latency."""
    workloads, readers = (list(dict.fromkeys(key[part] for key in measured)) for part in (0, 1))
    figure, fields = plt.subplots(1, len(workloads), figsize=(4 * len(workloads), 3.5), layout="constrained")
    for field, workload in zip(fields, workloads, strict=True):
        for reader in readers:
            found = {key[2]: taken for key, taken in measured.items() if key[:2] == (workload, reader)}
            points = [(latency, found[latency].records_per_second) for latency in sorted(found)]
            if points:
                field.plot(*zip(*points, strict=True), marker="o", label=reader)
        field.set(title=workload, xlabel="latency of a call, ms", yscale="log")
    fields[0].set_ylabel("records per second")
    fields[0].legend()
    figure.savefig(DOCS / "benchmarks.svg", metadata={"Date": None})

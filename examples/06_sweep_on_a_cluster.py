"""The same sweep on a Dask cluster: on worker processes of this computer, or wherever one runs.

What a thermocouple at the posterior wall reads, over a sample of powers and of how well the tumour
is perfused.

Needs: pip install "mwa-sim[cluster]". Options: --quick (a few seconds of power, few scenarios),
--cluster ADDRESS (of `dask scheduler`, as in tcp://host:8786; else two workers are started here),
--out DIR (default: out; run it again and only what is missing is run).
"""

import argparse
from contextlib import nullcontext
from pathlib import Path

from distributed import LocalCluster

import mwa_sim as mwa


def local_cluster() -> LocalCluster:
    # On SLURM this would be dask_jobqueue.SLURMCluster(...), scaled to many jobs.
    return LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0")


def main() -> None:
    options = argparse.ArgumentParser(description="A sweep on a Dask cluster.")
    options.add_argument("--quick", action="store_true", help="simulate a few seconds only")
    options.add_argument("--cluster", help="address of a Dask scheduler")
    options.add_argument("--out", type=Path, default=Path("out"), help="folder for the files")
    given = options.parse_args()

    plan = mwa.load_plan(Path(__file__).parent / "l2-metastasis.toml")
    if given.quick:
        plan = plan.changed({"pulses.0.on": 3, "pulses.0.off": 1, "pulses.0.cycles": 1})
        plan = plan.changed({"cooldown.duration": 2})

    started = nullcontext(given.cluster) if given.cluster else local_cluster()
    with started as cluster:
        study = mwa.sweep(
            plan,
            over={
                "pulses.0.power": mwa.between("20 W", "60 W"),
                "regions.tumour.perfusion": mwa.between("0.001 1/s", "0.01 1/s", "log-uniform"),
            },
            measure=["peak(posterior_wall)", "coverage(tumour)"],
            sample="sobol",
            n=4 if given.quick else 64,
            cluster=cluster,
            folder=given.out / ("cluster-sweep-quick" if given.quick else "cluster-sweep"),
            observe=mwa.progress(),
        )
    print(study)


if __name__ == "__main__":
    # Worker processes load this file again, and must not start the sweep again.
    main()

"""Learns and ranks a folder again and again, each time without one heading of signals, and prints the loss with an interval.

The interval is the paired 95 % bootstrap interval over query investors (see evaluate.py); startups say what they are raising."""
import json
import pathlib
import subprocess
import sys
import tempfile

import evaluate

KINDS = ("focus", "place", "stage", "size", "syndicate", "text", "market")
trellis, folder = sys.argv[1:]


def rows(run, subset):
    data = evaluate.Data(folder, subset=subset)
    return evaluate.per_query(evaluate.read_run(run, data)[0], data, "investor")[1][:, :1]


with tempfile.TemporaryDirectory() as work:
    def ranked(*options):
        run = str(pathlib.Path(work) / "run")
        subprocess.run([trellis, "rank", "--data", folder, "--out", run, "--asks", *options], check=True, stdout=subprocess.DEVNULL)
        return {subset: rows(run, subset) for subset in ("all", "cold", "warm")}

    whole = ranked()
    for subset, values in whole.items():
        print(json.dumps({"name": f"ablations.none.{subset}", "value": round(float(values.mean()), 4), "unit": "NDCG@10"}), flush=True)
    for kind in KINDS:
        for subset, values in ranked("--without", kind).items():
            difference = values - whole[subset]
            low, high = evaluate.boot(difference, 2000, 7)[:, 0]
            print(json.dumps({"name": f"ablations.{kind}.{subset}", "value": round(float(values.mean()), 4), "unit": "NDCG@10",
                              "difference": round(float(difference.mean()), 4), "interval": [round(float(low), 4), round(float(high), 4)]}),
                  flush=True)

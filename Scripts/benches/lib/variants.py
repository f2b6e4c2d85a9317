"""Ranks one folder in several ways and tells them apart by the paired 95 % bootstrap interval over query investors."""
import json
import pathlib
import subprocess
import sys
import tempfile

import evaluate

SUBSETS = ("all", "cold", "warm")
trellis, folder = sys.argv[1:]


def ranked(*options):
    """For each subset of the candidates, what every query investor's list is worth: a row each, a column for each of evaluate.M."""
    with tempfile.TemporaryDirectory() as work:
        run = str(pathlib.Path(work) / "run")
        subprocess.run([trellis, "rank", "--data", folder, "--out", run, "--asks", *options], check=True, stdout=subprocess.DEVNULL)
        values = {}
        for subset in SUBSETS:
            data = evaluate.Data(folder, subset=subset)
            values[subset] = evaluate.per_query(evaluate.read_run(run, data)[0], data, "investor")[1]
        return values


def say(name, values, measure="NDCG@10", **against):
    """Prints the mean of a measure, and its difference to each other list of values that is named."""
    column = evaluate.M.index(measure)
    line = {"name": name, "value": round(float(values[:, column].mean()), 4), "unit": measure}
    for other, others in against.items():
        difference = (values - others)[:, [column]]
        low, high = evaluate.boot(difference, 2000, 7)[:, 0]
        line |= {other: round(float(difference.mean()), 4), f"{other}_interval": [round(float(low), 4), round(float(high), 4)]}
    print(json.dumps(line), flush=True)

"""Ranks folders of history as a stranger would, labels taken away first, and judges the runs by evaluate.py.

Figures are means over the query investors of a folder (over startups where it says so) on all candidates. A folder whose
`meta.json` names a source with floors below fails when one of them is missed: they are what the best of many baselines reach.

Meetings are planned for days drawn from the run (see meetings.swift): what promising every startup a few costs, as a share of
what the meetings are worth without the promise, and how many startups have fewer then and now."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import evaluate

FLOORS = {
    "crunchbase": {"plain.ndcg10": 0.072, "asks.ndcg10": 0.0752, "asks.cold.ndcg10": 0.092, "asks.startups.ndcg10": 0.197,
                   "asks.recall50": 0.227},
    "crypto": {"plain.ndcg10": 0.064},
}
# With the first ten places shared out, in every folder: what a plain cap of five lists a startup reaches.
for floors in FLOORS.values():
    for way in ("plain", "asks"):
        floors |= {f"{way}.fair.ndcg10.kept": 0.975, f"{way}.fair.cov@10": 0.66}
MOST = {f"{way}.fair.gini@10": 0.59 for way in ("plain", "asks")}
# What floors of meetings may cost, on a mean day, and the startups that may be left below them.
MOST |= {f"{way}.meetings.{what}": most for way in ("plain", "asks") for what, most in (("lost", 0.009), ("below.floored", 0))}
SECONDS, MEBIBYTES = 60, 2048
# Days of meetings, who comes to one, and the seed they are drawn by.
DAYS, INVESTORS, STARTUPS, SEED = 10, 40, 60, 20


def figure(folder, name, value, unit, floor=None):
    line = {"name": f"ranking.{folder}.{name}", "value": round(value, 4), "unit": unit}
    if floor is not None:
        line["floor"] = floor
    print(json.dumps(line), flush=True)


def ranked(trellis, folder, run, *options):
    began = time.monotonic()
    process = subprocess.Popen([trellis, "rank", "--data", folder, "--out", run, *options], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"rank ended with {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def mean(folder, run, measure, subset="all", direction="investor"):
    data = evaluate.Data(folder, subset=subset)
    _, rows = evaluate.per_query(evaluate.read_run(run, data)[0], data, direction)
    return float(rows.mean(0)[evaluate.M.index(measure)])


def exposure(folder, run):
    data = evaluate.Data(folder)
    return evaluate.exposure(evaluate.read_run(run, data)[0], data)[0]


def planned(meetings, folder, run):
    """Of days with investors and cold startups of a run, what meetings.swift says of each; none where there are too few."""
    data = evaluate.Data(folder, subset="cold")
    startups = sorted(data.pool)
    lists = evaluate.read_run(run, data)[0]
    investors = sorted(lists)
    if len(investors) < INVESTORS or len(startups) < STARTUPS:
        return []
    lot, lines = random.Random(SEED), []
    for day in range(DAYS):
        seats = {startup: number for number, startup in enumerate(lot.sample(startups, STARTUPS))}
        for number, investor in enumerate(lot.sample(investors, INVESTORS)):
            lines += [f"{day} {number} {seats[startup]} {round(1000 * score)}\n" for _, startup, score in lists[investor] if startup in seats]
    told = subprocess.run([meetings], input="".join(lines), check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in told.splitlines()]


def judge(trellis, meetings, folder, work):
    name = pathlib.Path(folder).name
    meta = json.loads((pathlib.Path(folder) / "meta.json").read_text())
    floors = FLOORS.get(meta.get("source"), {})
    blind = str(work / name)
    shutil.copytree(folder, blind, ignore=shutil.ignore_patterns("labels*"))
    missed = 0

    def say(what, value, unit="", most=None):
        nonlocal missed
        floor, most = floors.get(what), MOST.get(what, most)
        figure(name, what, value, unit, floor)
        missed += (floor is not None and value < floor) + (most is not None and value > most)

    for way, options in (("plain", ()), ("asks", ("--asks",))):
        run = str(work / f"{name}.{way}")
        seconds, memory = ranked(trellis, blind, run, *options)
        say(f"{way}.ndcg10", mean(folder, run, "NDCG@10"))
        for subset in ("cold", "warm"):
            say(f"{way}.{subset}.ndcg10", mean(folder, run, "NDCG@10", subset))
        say(f"{way}.startups.ndcg10", mean(folder, run, "NDCG@10", direction="startup"))
        say(f"{way}.recall50", mean(folder, run, "R@50"))
        for measure, value in exposure(folder, run).items():
            say(f"{way}.{measure.lower()}", value)
        say(f"{way}.time", seconds, "s", SECONDS)
        say(f"{way}.memory", memory, "MiB", MEBIBYTES)
        fair = run + ".fair"
        ranked(trellis, blind, fair, "--fair", *options)
        kept = mean(folder, fair, "NDCG@10") / mean(folder, run, "NDCG@10")
        say(f"{way}.fair.ndcg10.kept", kept)
        for measure, value in exposure(folder, fair).items():
            say(f"{way}.fair.{measure.lower()}", value)
        if days := planned(meetings, folder, run):
            lost = [1 - day["totals"][1] / day["totals"][0] for day in days]
            say(f"{way}.meetings.lost", sum(lost) / DAYS)
            say(f"{way}.meetings.lost.worst", max(lost))
            for number, promise in enumerate(("free", "floored")):
                say(f"{way}.meetings.below.{promise}", sum(day["below"][number] for day in days) / DAYS, "startups")
            say(f"{way}.meetings.time", max(max(day["seconds"]) for day in days), "s")
    return missed


with tempfile.TemporaryDirectory() as temporary:
    sys.exit(bool(sum(judge(*sys.argv[1:3], folder, pathlib.Path(temporary)) for folder in sys.argv[3:])))

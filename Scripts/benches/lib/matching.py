"""Runs the peers and the engine over one world on one machine, and prints what each takes with its ratio to the peers'.

usage: matching.py PYTHON ENGINE FOLDER LARGEST
The peers' world and lists are left in FOLDER. Ends with 1 when a figure that is promised does not hold.
"""
import json, os, subprocess, sys

python, engine, folder, largest = sys.argv[1:]
peers = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers_matching.py")


def lines(command):
    for line in subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines():
        yield json.loads(line)


def show(name, value, unit, limit=None, holds=None, **more):
    print(json.dumps({"name": name, "value": value, "unit": unit} | more | ({} if holds is None else {"limit": limit, "holds": holds})), flush=True)
    failed.extend([] if holds in (None, True) else [name])


failed, peer = [], {}
for measured in lines([python, peers, "--write", folder]):
    if "missing" in measured:
        sys.exit(f"the peer {measured['peer']} is missing")
    peer[measured["peer"]] = measured["p50_ms"]
    show(f"{measured['peer']}, one list of 50 from {measured['startups']:,}", measured["p50_ms"], "ms", p95=measured["p95_ms"])

for measured in lines([engine, folder, largest]):
    name, count = measured["engine"], measured["startups"]
    if name == "load":
        million = count == 1_000_000
        show(f"bytes a startup of {count:,}", round(measured["bytes_per_startup"], 1), "B", 96, measured["bytes_per_startup"] <= 96 if million else None)
        seconds = measured["add_s"] + measured["finish_s"]
        show(f"building the index of {count:,}", round(seconds, 2), "s", 5, seconds <= 5 if million else None)
    elif "s" in measured:
        show(f"{name} over {count:,}", measured["s"], "s", 30, measured["s"] <= 30)
    else:
        ratios = {f"ratio_to_{key}": round(measured["p50_ms"] / value, 3) for key, value in peer.items()}
        judged = count == 1_000_000 and name in ("simple score", "own score, peers' facts")
        holds = ratios["ratio_to_tantivy"] <= 1 / 6 and ratios["ratio_to_numpy"] <= 1 / 20 if judged else None
        show(f"{name}, list of 50 from {count:,}", round(measured["p50_ms"], 3), "ms", "1/6 of tantivy, 1/20 of numpy", holds,
             p95=round(measured["p95_ms"], 3), **(ratios if count == 1_000_000 else {}))
        if "same_top50" in measured:
            show("the peers' very lists, given their score", measured["same_top50"], "", True, measured["same_top50"])

if failed:
    sys.exit("does not hold: " + "; ".join(failed))

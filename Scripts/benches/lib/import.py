"""Times the import of a folder, shows that a second one changes nothing, and that planted malformed rows are each reported with
line and field while everything else is kept."""
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

trellis, folder = sys.argv[1], pathlib.Path(sys.argv[2])
line = re.compile(r"^(\S+): (\d+) read, (\d+) inserted, (\d+) updated, (\d+) unchanged, (\d+) failed")


def figure(name, value, unit):
    print(json.dumps({"name": name, "value": value, "unit": unit}), flush=True)


def run(*arguments):
    began = time.monotonic()
    result = subprocess.run([trellis, "import", *map(str, arguments)], capture_output=True, text=True)
    seconds = time.monotonic() - began
    if result.returncode not in (0, 2):
        sys.exit(result.stdout + result.stderr)
    reports = [line.match(text) for text in result.stdout.splitlines()]
    return seconds, {m[1]: tuple(int(n) for n in m.groups()[1:]) for m in reports if m}, result.stdout


seconds, first, text = run(folder)
sys.stderr.write(text)
figure("import.seconds", round(seconds, 2), "s")
figure("import.rows", sum(report[0] for report in first.values()), "rows")
# For the 53,477 rows of a middling region, more for more.
limit, took = 20 * max(1, sum(report[0] for report in first.values()) / 53_477), seconds
seconds, second, text = run(folder)
sys.stderr.write(text)
figure("import.again.seconds", round(seconds, 2), "s")
changed = sum(report[1] + report[2] for report in second.values())
figure("import.again.changed", changed, "rows")

# Malformed rows at random places of a copy under new ids: each must be reported, nothing else lost.
random.seed(20)
with tempfile.TemporaryDirectory() as temporary:
    rows = (folder / "startups.jsonl").read_text().splitlines()
    fresh = [json.dumps({**json.loads(row), "id": "again:" + json.loads(row)["id"]}) for row in rows]
    spoilt = {
        "not json": lambda row: row[: len(row) // 2],
        "founded_on": lambda row: json.dumps({**json.loads(row), "founded_on": "2012-13-45"}),
        "name": lambda row: json.dumps({**json.loads(row), "name": None}),
        "country": lambda row: json.dumps({**json.loads(row), "country": "Atlantis"}),
        "last_round_usd": lambda row: json.dumps({**json.loads(row), "last_round_usd": "plenty"}),
    }
    planted = {}
    for place, kind in zip(random.sample(range(len(fresh)), 20), list(spoilt) * 4):
        fresh[place] = spoilt[kind](fresh[place])
        planted[place + 1] = kind
    copy = pathlib.Path(temporary) / "startups.jsonl"
    copy.write_text("\n".join(fresh) + "\n")
    _, report, text = run(copy)
reported = {int(m[1]): m[2] for m in re.finditer(r"^  line (\d+)(?:, (\S+))?:", text, re.M)}
right = sum(1 for number, kind in planted.items() if number in reported and (kind == "not json" or reported[number] == kind))
figure("import.planted", len(planted), "rows")
figure("import.planted.reported", right, "rows")
figure("import.planted.others_kept", report["startups.jsonl"][1], "rows")
kept = report["startups.jsonl"][1] == len(rows) - len(planted)
if took > limit or changed or right != len(planted) or set(reported) != set(planted) or not kept:
    sys.exit(f"does not hold: {took:.1f} s of {limit:.0f}, {changed} changed, {right} of {len(planted)} reported, {len(reported)} reports, {report}")

"""A small year is made twice in databases of its own and must be the same, another seed's must not; one row made wrong behind
the constraints' back must be found. Then the whole year is made, every invariant is asked for, its numbers must add up, and
each thing that people do in a year must have been done in it."""
import json
import os
import re
import subprocess
import sys
import time

trellis, data, seed, applications = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with open(os.path.join(data, "conninfo")) as file:
    conninfo = file.read()


def say(text):
    print(text, file=sys.stderr, flush=True)


def psql(database, sql):
    subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", database, "-c", sql], check=True)


def fresh(name):
    psql(conninfo, f"CREATE DATABASE {name}")
    database = re.sub(r"dbname='?trellis'?", f"dbname={name}", conninfo)
    assert database != conninfo, conninfo
    subprocess.run([trellis, "migrate"], env={**os.environ, "DATABASE_URL": database}, check=True, capture_output=True)
    return database


def make(database, seed, applications):
    return json.loads(
        subprocess.run(
            [trellis, "golden-year", "--json", "--seed", str(seed), "--applications", str(applications)],
            env={**os.environ, "DATABASE_URL": database}, check=True, stdout=subprocess.PIPE, text=True,
        ).stdout.splitlines()[-1])


def check(database):
    """How many invariants were asked for, and the broken ones with their rows."""
    done = subprocess.run(
        [trellis, "check-data", "--json", "--show", "3"], env={**os.environ, "DATABASE_URL": database},
        stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    asked = [line for line in lines if "violations" in line]
    broken = {line["invariant"]: line["violations"] for line in asked if line["violations"]}
    assert (done.returncode == 0) == (not broken), (done.returncode, broken)
    for line in lines:
        if "violation" in line:
            say(f"  {line['invariant']}: {line['violation']}")
    return len(asked), broken


started = time.monotonic()
say("==> The same small year twice, and another")
twins = [fresh("twin_one"), fresh("twin_two")]
first, second, other = make(twins[0], 7, 120), make(twins[1], 7, 120), make(twins[1], 8, 120)
assert first["digest"] == second["digest"], "one seed gave two years"
assert first["digest"] != other["digest"], "two seeds gave one year"
assert check(twins[0])[1] == {}, "a small year breaks an invariant"
psql(twins[0], """
    SET session_replication_role = replica;
    UPDATE applications SET state = 'waitlisted' WHERE id = (SELECT min(id::text)::uuid FROM applications WHERE state = 'in_review')
""")
found = check(twins[0])[1]
assert found == {"applications_stand_where_their_history_says": 1}, f"a row made wrong was not found: {found}"

say(f"==> The year of {applications} applications")
year = make(conninfo, seed, applications)
totals, funnels = year["totals"], year["funnels"]
began = time.monotonic()
invariants, broken = check(conninfo)
checked = time.monotonic() - began

expected = {
    "programs": 5, "streams": 8, "calls": 12, "startups": max(applications * 2 // 3, 12),
    "reviewers": max(applications // 10, 24), "applications": applications,
}
wrong = [f"{name}: {totals[name]} instead of {number}" for name, number in expected.items() if totals[name] != number]
wrong += [f"{name} broken by {rows} rows" for name, rows in broken.items()]
if applications >= 1000:
    if totals["languages"] != 3:
        wrong.append("not all three languages are judged")
    shares = {
        "withdrawn": (0.03, 0.12), "ineligible": (0.05, 0.15), "factsDeclared": (0.6, 0.95), "documents": (0.25, 0.45),
        "choosing": (0.1, 0.25), "choosingSeveral": (0.05, 0.2), "changesAsked": (0.015, 0.06),
        "changesHandedIn": (0.015, 0.06), "recusals": (0.005, 0.06), "appeals": (0.01, 0.06),
    }
    for name, (low, high) in shares.items():
        if not low <= totals[name] / applications <= high:
            wrong.append(f"{totals[name]} {name} of {applications}")
    least = {"pooled": 8, "batches": 2, "promoted": 9, "decisionsChanged": 9, "appealsUpheld": 5, "appealsReopened": 1}
    for name, fewest in least.items():
        if totals[name] < fewest:
            wrong.append(f"{totals[name]} {name}, fewer than {fewest}")
for funnel in funnels:
    steps = [funnel[name] for name in ("begun", "submitted", "eligible", "offered", "accepted", "enrolled", "graduated")]
    if steps != sorted(steps, reverse=True):
        wrong.append(f"{funnel['stream']}: the funnel widens: {steps}")
    if funnel["enrolled"] > funnel["places"]:
        wrong.append(f"{funnel['stream']}: {funnel['enrolled']} enrolled in {funnel['places']} places")
    if applications >= 1000 and (funnel["enrolled"] == 0 or funnel["reviews"] < 2.5 * funnel["eligible"]):
        wrong.append(f"{funnel['stream']}: {funnel['enrolled']} enrolled, {funnel['reviews']} reviews")
if sum(funnel["begun"] for funnel in funnels) != applications:
    wrong.append("the streams do not add up to the year")

columns = ["stream", "begun", "submitted", "eligible", "reviews", "offered", "accepted", "enrolled", "graduated", "places"]
funnels.append({name: sum(f[name] for f in funnels) if name != "stream" else "all" for name in columns})
for row in [dict(zip(columns, columns)), *funnels]:
    print(f"{row['stream']:16}" + "".join(f"{row[name]:>10}" for name in columns[1:]))
print()
for name, number in totals.items():
    print(f"{re.sub('([A-Z])', lambda found: ' ' + found[1].lower(), name):24}{number:>8}")
if wrong:
    sys.exit("\n".join(wrong))
print(
    f"{applications} applications, {totals['assignments']} assignments, {totals['letters']} letters in {year['seconds']:.0f} s; "
    f"{invariants} invariants hold on all rows ({checked:.1f} s); digest {year['digest'][:16]}; "
    f"{time.monotonic() - started:.0f} s in all")

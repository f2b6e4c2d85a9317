"""Solves small demo days as integer programs (HiGHS) and compares them with the schedules found: demo_day.py SMALL LARGE

Each case is a line of JSON: a day as it was handed to the engine, and the schedule that it gave. The programs know nothing of
circulations, colours or prices: a variable for every pair and slot, one for every startup's floor, and a row for every rule. They
are solved three times: for the floors, for the standing meetings kept with those floors, for the total with both. Schedules are
checked and counted here, rule by rule.

Large days from which five people cancelled are solved as the same programs without the demand for whole numbers. Every schedule
is a solution of such a program, so that none has more floors than it, and none that has as many floors as the one found moves
fewer meetings than it, rounded up. What moves no more than that moves the fewest.
"""
import collections
import json
import math
import sys

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix


def there(case):
    """The slots of every investor and startup, and the places of every slot."""
    slots = range(case["slots"])
    investors, startups = ([{t for t in slots if t not in away} for away in case[side]] for side in ("investors", "startups"))
    places = [99 if case["rooms"] is None else sum(holds[0] for holds, closed in case["rooms"] if t not in closed) for t in slots]
    return investors, startups, places


def counted(case):
    """Floors, kept meetings and total of the schedule found; refuses one that breaks a rule."""
    investors, startups, _ = there(case)
    scores = {(i, s): score for i, s, score in case["wishes"]}
    forbidden = {tuple(pair) for pair in case["forbidden"]}
    pairs, seats, loads = set(), collections.Counter(), collections.Counter()
    for i, s, t, room in case["meetings"]:
        assert (i, s) in scores and (i, s) not in forbidden | pairs, "a pair that may not meet, or not again"
        assert t in investors[i] and t in startups[s], "somebody is away"
        pairs.add((i, s))
        seats.update([("investor", i, t), ("startup", s, t)])
        loads.update([("investor", i), ("startup", s)])
        if case["rooms"] is not None:
            seats[("room", room, t)] += 1
            holds, closed = case["rooms"][room]
            assert t not in closed and seats[("room", room, t)] <= holds[0], "a room is closed or full"
    assert all(count == 1 for seat, count in seats.items() if seat[0] != "room"), "a clash"
    assert all(count <= case["mostPerInvestor" if who == "investor" else "mostPerStartup"] for (who, _), count in loads.items()), "a cap"
    floors = sum(min(case["floor"], count) for (who, _), count in loads.items() if who == "startup")
    kept = sum([i, s, t] in case["standing"] for i, s, t, _ in case["meetings"])
    return floors, kept, sum(scores[i, s] for i, s, _, _ in case["meetings"])


def program(case):
    """Columns and limits of a day, and what it is judged by; and how many standing meetings could by themselves be held."""
    investors, startups, places = there(case)
    forbidden = {tuple(pair) for pair in case["forbidden"]}
    columns = [(i, s, t, score) for i, s, score in case["wishes"] if (i, s) not in forbidden
               for t in sorted(investors[i] & startups[s]) if places[t] > 0]
    standing = {tuple(meeting) for meeting in case["standing"]}
    possible = sum((i, s, t) in standing for i, s, t, _ in columns)
    if not columns:
        return None, None, None, possible
    rows, most = collections.defaultdict(list), {}
    for c, (i, s, t, _) in enumerate(columns):
        for row, limit in ((("pair", i, s), 1), (("investor", i, t), 1), (("startup", s, t), 1), (("slot", t), places[t]),
                           (("investor", i), case["mostPerInvestor"]), (("startup", s), case["mostPerStartup"])):
            rows[row].append((c, 1))
            most[row] = limit
        rows[("floor", s)].append((c, -1))
        most[("floor", s)] = 0
    promised = sorted({s for _, s, _, _ in columns})
    for n, s in enumerate(promised):
        rows[("floor", s)].append((len(columns) + n, 1))
    width = len(columns) + len(promised)
    floors = [0] * len(columns) + [1] * len(promised)
    kept = [int((i, s, t) in standing) for i, s, t, _ in columns] + [0] * len(promised)
    total = [score for _, _, _, score in columns] + [0] * len(promised)
    named = list(rows)
    cells = [(n, c, weight) for n, name in enumerate(named) for c, weight in rows[name]]
    n, c, weight = zip(*cells)
    limit = LinearConstraint(csr_matrix((weight, (n, c)), shape=(len(named), width)), -numpy.inf, [most[name] for name in named])
    bounds = Bounds(0, [1] * len(columns) + [case["floor"]] * len(promised))
    return (floors, kept, total), [limit], bounds, possible


def solved(goal, limits, bounds, whole):
    """The solution with most of a goal."""
    answer = milp(-numpy.array(goal), integrality=numpy.full(len(goal), int(whole)), bounds=bounds, constraints=limits,
                  options={"mip_rel_gap": 0})
    assert answer.status == 0, answer.message
    return answer


def best(case):
    """The same of the best schedule; and how many standing meetings could by themselves be held."""
    goals, limits, bounds, possible = program(case)
    if goals is None:
        return (0, 0, 0), possible
    # Whole numbers of thousands or of ones, so that a solver's tolerance is far below the least difference.
    unit = numpy.gcd.reduce(numpy.abs(goals[2])) or 1
    values = []
    for goal in goals:
        answer = solved(numpy.array(goal) / (unit if goal is goals[2] else 1), limits, bounds, whole=True)
        whole = numpy.rint(answer.x).astype(int)
        values.append(int(sum(int(x) * g for x, g in zip(whole, goal))))
        limits.append(LinearConstraint(numpy.array(goal)[None, :], values[-1], numpy.inf))
    return tuple(values), possible


def fewest(case, floors):
    """What no schedule exceeds in floors; and how many standing meetings all move at least that meet so many."""
    goals, limits, bounds, possible = program(case)
    most = math.floor(1e-6 - solved(goals[0], limits, bounds, whole=False).fun)
    limits.append(LinearConstraint(numpy.array(goals[0])[None, :], floors, numpy.inf))
    return most, possible - math.floor(1e-6 - solved(goals[1], limits, bounds, whole=False).fun)


# Days up to eight by eight by six, drawn; from here on all are as large as that.
LARGEST = 200
wrong, missed, proved, changed, moved = [], [], [0, 0], 0, 0
with open(sys.argv[1]) as lines:
    for number, line in enumerate(lines):
        case = {"rooms": None} | json.loads(line)
        found, (expected, possible) = counted(case), best(case)
        proved[number >= LARGEST] += case["isProvedBest"]
        changed += bool(case["standing"])
        moved += case["moved"]
        holds = found[:2] == expected[:2] and case["moved"] == possible - expected[1] and found[2] <= expected[2] <= case["bound"]
        if not holds or (case["isProvedBest"] and found != expected):
            wrong.append(number)
        elif found != expected:
            missed.append(1 - found[2] / expected[2])
        if not holds or found != expected:
            print(f"day {number}: found {found}, {case['moved']} moved, bound {case['bound']}, proved {case['isProvedBest']}; "
                  f"the program says {expected}, {possible - expected[1]} moved", file=sys.stderr)
        if number % 40 == 39:
            print(f"{number + 1} days compared", file=sys.stderr)
count = number + 1

# The bench's day comes first.
large, above, short, least = [], [], [], 0
with open(sys.argv[2]) as lines:
    for number, line in enumerate(lines):
        case = json.loads(line)
        found = counted(case)
        most, bound = fewest(case, found[0])
        large.append(case["moved"])
        least += bound
        if not most - 1 <= found[0] <= most or not case["fewestMoved"] <= bound <= case["moved"]:
            wrong.append(f"large {number}")
        if case["moved"] > bound:
            above.append(number)
        if found[0] < most:
            short.append(number)
        print(f"large day {number}: floors {found[0]} of {most} at most, {case['moved']} moved of {bound} at least", file=sys.stderr)


def say(name, value, unit):
    print(json.dumps({"name": f"demo-day.{name}", "value": value, "unit": unit}))


say("proved", proved[0], f"days of {LARGEST} up to 8 x 8 x 6 that the engine itself proved best")
say("proved.largest", proved[1], f"days of {count - LARGEST} of 8 x 8 x 6 that it proved best")
say("missed", len(missed), f"days of {count} not proved whose total falls short, by {max(missed, default=0):.1e} at most")
say("moved", moved, f"meetings of {changed} days with cancellations, on each the fewest")
say("moved.large", sum(large), f"meetings of {len(large)} days of 60 x 80 x 24 from which five cancel")
say("moved.large.fewest", least, "meetings that any schedules with as many floors move, by linear programs")
say("short.large", len(short), f"days of {len(large)} whose floors may fall short, by one each at most")
say("programs", count - len(wrong) - len(missed), f"days of {count} than which another solver's programs find none better")
sys.exit(1 if wrong or count < 400 or changed < 100 or proved[0] < LARGEST or proved[1] + len(missed) < 0.95 * (count - LARGEST)
         or len(missed) > 2 or len(large) < 25 or sum(large) == 0 or above or 0 in short or len(short) > 1 else 0)

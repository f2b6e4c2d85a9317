"""Solves the cases of a file as linear programs (HiGHS) and compares what was found with what they say: assignment.py CASES

Each case is a line of JSON: a problem, and the empty seats, missing reviews, floor, total and kept pairs that the engine found.
The programs know nothing of exchanges: a variable for each application, kind of seat and reviewer, one for each empty seat, one
for each review by number, whose costs rise. Their matrices are those of flows, so that a corner is whole.
"""
import json
import sys

import numpy
from scipy.optimize import linprog
from scipy.sparse import csr_matrix


class Program:
    """The rules of a case with all pairs below a height, by application, left out."""

    def __init__(self, case, heights):
        self.case, self.columns, self.lower, self.upper = case, [], [], []
        self.rows, self.least, self.greatest = [], [], []
        applications, reviewers = case["applications"], case["reviewers"]
        count = len(reviewers)
        dropped = {tuple(pair) for pair in case["dropped"]}
        fixed = {tuple(pair) for pair in case["fixed"]} - dropped
        forbidden = {tuple(pair) for pair in case["conflicts"]} | dropped
        groups = [set(group) for group in case["groups"]]
        seats_of = [[] for _ in reviewers]
        self.fixed_worth = 0
        for a, application in enumerate(applications):
            left, kinds = application["wanted"], []
            for group, needed in application["needs"]:
                needed = min(needed, left)
                kinds.append((groups[group], needed))
                left -= needed
            kinds.append((None, left))
            of_pair = {}
            for members, seats in kinds:
                row = []
                for r, reviewer in enumerate(reviewers):
                    if members is not None and r not in members:
                        continue
                    is_fixed = (a, r) in fixed
                    can_read = application["languages"] == 0 or application["languages"] & reviewer["languages"]
                    may = (a, r) not in forbidden and can_read and not reviewer["isClosed"]
                    if is_fixed or (may and case["affinities"][a * count + r] >= heights[a]):
                        column = self.column(("pair", a, r), 1)
                        row.append((column, 1))
                        of_pair.setdefault(r, []).append(column)
                row.append((self.column(("empty", a, None), seats), 1))
                self.row(row, seats, seats)
            for r, columns in of_pair.items():
                self.row([(column, 1) for column in columns], 1 if (a, r) in fixed else 0, 1)
                seats_of[r] += columns
            assert all(r in of_pair for b, r in fixed if b == a)
        for r, reviewer in enumerate(reviewers):
            own = sum(1 for _, other in fixed if other == r)
            most = own if reviewer["isClosed"] else min(reviewer["most"], len(applications))
            least = own if reviewer["isClosed"] else min(max(own, reviewer["least"]), reviewer["most"])
            numbers = [self.column(("review", r, n + 1), 1) for n in range(most)]
            self.row([(column, 1) for column in seats_of[r]] + [(column, -1) for column in numbers], 0, 0)
            self.row([(column, 1) for column in numbers] + [(self.column(("missing", r, None), least), 1)], least, None)

    def column(self, name, most):
        self.columns.append(name)
        self.upper.append(most)
        return len(self.columns) - 1

    def row(self, cells, least, greatest):
        self.rows.append(cells)
        self.least.append(least)
        self.greatest.append(greatest)

    def solve(self, costs, extra=()):
        """The whole corner of the least cost, by columns; exact since it is rounded, and its whole rows are checked."""
        equal, equal_to, above, above_at = [], [], [], []
        for cells, least, greatest in list(zip(self.rows, self.least, self.greatest)) + list(extra):
            if least == greatest:
                equal.append(cells)
                equal_to.append(least)
                continue
            above.append([(column, -weight) for column, weight in cells])
            above_at.append(-least)
            if greatest is not None:
                above.append(cells)
                above_at.append(greatest)

        def matrix(rows):
            cells = [(i, column, weight) for i, row in enumerate(rows) for column, weight in row]
            i, column, weight = zip(*cells)
            return csr_matrix((weight, (i, column)), shape=(len(rows), len(self.columns)))

        answer = linprog(
            costs, A_ub=matrix(above), b_ub=above_at, A_eq=matrix(equal), b_eq=equal_to,
            bounds=list(zip([0] * len(self.upper), self.upper)), method="highs-ds")
        assert answer.status == 0, answer.message
        whole = numpy.rint(answer.x).astype(int)
        assert numpy.abs(answer.x - whole).max() < 1e-6, "a corner is not whole"
        return whole

    def lack(self):
        costs = [float(name in ("empty", "missing")) for name, _, _ in self.columns]
        whole = self.solve(costs)
        named = [name for name, _, _ in self.columns]
        return tuple(int(sum(x for x, name in zip(whole, named) if name == kind)) for kind in ("empty", "missing"))

    def best(self, lack):
        """Total and kept pairs where empty seats and missing reviews are no more than `lack`."""
        case, count = self.case, len(self.case["reviewers"])
        standing = {tuple(pair) for pair in case["standing"]}
        totals, kept = [], []
        for name, first, second in self.columns:
            if name == "pair":
                totals.append(case["affinities"][first * count + second])
                kept.append(int((first, second) in standing))
            elif name == "review":
                totals.append(-(case["loadWeight"] * second // max(1, case["reviewers"][first]["most"])))
                kept.append(0)
            else:
                totals.append(0)
                kept.append(0)
        lacking = [(i, 1) for i, (name, _, _) in enumerate(self.columns) if name in ("empty", "missing")]
        first = self.solve([-total / 1e6 for total in totals], [(lacking, lack, lack)])
        best = sum(int(x) * total for x, total in zip(first, totals))
        # Among the plans of that total: a face, whose corners are corners, so that they are whole too.
        worth = [(i, total) for i, total in enumerate(totals) if total]
        second = self.solve([-float(is_kept) for is_kept in kept], [(lacking, lack, lack), (worth, best, best)])
        assert sum(int(x) * total for x, total in zip(second, totals)) == best, "a face is left"
        return best, sum(int(x) * is_kept for x, is_kept in zip(second, kept))


def ceilings(case):
    """What each application could have on all its seats if it were alone, by the same programs with one application."""
    count, found = len(case["reviewers"]), []
    for a, application in enumerate(case["applications"]):
        fixed = {r for b, r in case["fixed"] if b == a and [b, r] not in case["dropped"]}
        alone = dict(case, applications=[application], affinities=case["affinities"][a * count:(a + 1) * count])
        for key in ("conflicts", "fixed", "standing", "dropped"):
            alone[key] = [[0, r] for b, r in case[key] if b == a]
        alone["reviewers"] = [
            dict(reviewer, least=0, most=1, isClosed=reviewer["isClosed"]) for reviewer in case["reviewers"]]
        levels = sorted(set(alone["affinities"]))
        empty = Program(alone, [0]).lack()[0]
        if empty == application["wanted"] - len(fixed):
            found.append(1_000_000)
            continue
        low, high = 0, len(levels)
        while high - low > 1:
            middle = (low + high) // 2
            if Program(alone, [levels[middle]]).lack()[0] == empty:
                low = middle
            else:
                high = middle
        found.append(levels[low])
    return found


def answer(case):
    none = [0] * len(case["applications"])
    lack = Program(case, none).lack()
    floor, heights = 0, none
    if case["isFloored"]:
        tops = ceilings(case)
        levels = sorted({0} | set(case["affinities"]) | set(tops))
        levels = [level for level in levels if level <= max(tops)]
        low, high = 0, len(levels)
        while high - low > 1:
            middle = (low + high) // 2
            if sum(Program(case, [min(levels[middle], top) for top in tops]).lack()) == sum(lack):
                low = middle
            else:
                high = middle
        floor = levels[low]
        heights = [min(floor, top) for top in tops]
    total, kept = Program(case, heights).best(sum(lack))
    return {"lack": sum(lack), "floor": floor, "total": total, "kept": kept}


whole = wrong = 0
with open(sys.argv[1]) as lines:
    for number, line in enumerate(lines):
        case = json.loads(line)
        found = {key: case[key] for key in ("floor", "total", "kept")}
        found["lack"] = case["emptySeats"] + case["missingReviews"]
        expected = answer(case)
        whole += found["lack"] == 0
        if found != expected:
            wrong += 1
            print(f"case {number}: found {found}, the program says {expected}", file=sys.stderr)
        if number % 20 == 19:
            print(f"{number + 1} cases compared", file=sys.stderr)
print(f'{{"name": "assignment.programs", "value": {number + 1 - wrong}, "unit": "cases of {number + 1}, {whole} of them whole"}}')
sys.exit(1 if wrong or number < 199 or whole < 50 else 0)

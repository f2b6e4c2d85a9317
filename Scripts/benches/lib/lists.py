"""Asks for every list that a manager, a founder, a partner and a reviewer see, over as many kept connections as there are
cores (more would measure the queue before them), in a workspace with many rows and in one with few. The service counts its
statements: a list takes as many with many rows as with few, once at most the rows of a page are there. Fails where one takes
more, or where the 99th percentile is 60 ms or more."""
import hashlib
import http.client
import json
import math
import os
import secrets
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

port, data, large, small = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
REQUESTS, LIMIT = int(os.environ.get("TRELLIS_REQUESTS", "200")), float(os.environ.get("TRELLIS_P99", "60"))
CONNECTIONS = int(os.environ.get("TRELLIS_CONNECTIONS", os.cpu_count()))
with open(os.path.join(data, "conninfo")) as file:
    conninfo = file.read()


def psql(sql):
    return subprocess.run(
        ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", conninfo, "-f", "-"], input=sql, text=True, check=True,
        stdout=subprocess.PIPE).stdout.strip()


class Seat:
    """Somebody at their seat, with a session for pages and a token for JSON, planted as the owner."""

    def __init__(self, condition, slug):
        session, token = secrets.token_urlsafe(32), "trellis_" + secrets.token_urlsafe(32)
        digest = [hashlib.sha256(text.encode()).hexdigest() for text in (session, token)]
        self.person = psql(f"""
            CREATE TEMPORARY TABLE seat AS SELECT m.id, m.person_id FROM memberships AS m
            JOIN tenants AS t ON t.id = m.tenant_id WHERE t.slug = '{slug}' AND m.ended_at IS NULL AND {condition} LIMIT 1;
            INSERT INTO sessions (hash, person_id, membership_id, csrf, expires_at)
                SELECT '\\x{digest[0]}', person_id, id, 'csrf', now() + interval '1 day' FROM seat;
            INSERT INTO tokens (id, hash, membership_id, person_id, name, scopes, expires_at)
                SELECT '{uuid.uuid4()}', '\\x{digest[1]}', id, person_id, 'bench', '{{read}}', now() + interval '1 day' FROM seat;
            SELECT person_id FROM seat;
        """)
        assert self.person, f"{slug} has nobody with {condition}"
        self.page, self.json = {"Cookie": f"trellis={session}"}, {"Authorization": f"Bearer {token}"}

    def fields(self, path):
        return self.json if path.startswith("/v1/") else self.page


class Workspace:
    def __init__(self, slug, title, decided):
        self.slug = slug
        tenant = f"(SELECT id FROM tenants WHERE slug = '{slug}')"
        # One that both workspaces have: what a page shows depends on how far its call has come.
        self.call, self.round, self.program = psql(f"""
            SELECT c.id, r.id, s.program_id FROM calls AS c
            JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
            JOIN review_rounds AS r ON r.tenant_id = c.tenant_id AND r.call_id = c.id
            WHERE c.tenant_id = {tenant} AND c.title ->> 'en' = '{title}'""").split("|")
        reviewer = psql(f"""
            SELECT s.person_id FROM review_assignments AS s
            JOIN review_rounds AS r ON r.tenant_id = s.tenant_id AND r.id = s.round_id
            WHERE s.tenant_id = {tenant} AND s.state = 'assigned' GROUP BY s.person_id
            ORDER BY bool_or(r.closed_at IS NULL) DESC, count(*) DESC, s.person_id LIMIT 1""")
        self.reviewed = psql(f"""
            SELECT round_id FROM review_assignments WHERE tenant_id = {tenant} AND person_id = '{reviewer}' AND state = 'assigned'
            GROUP BY round_id ORDER BY count(*) DESC LIMIT 1""")
        founder = psql(f"""
            SELECT startup_id FROM applications WHERE tenant_id = {tenant} GROUP BY startup_id
            ORDER BY count(*) DESC, startup_id LIMIT 1""")
        # A call whose panel has judged and whose places are decided; both workspaces have one of that name.
        self.decided, self.stream, self.judged, self.batch = psql(f"""
            SELECT c.id, c.stream_id, r.id, b.id FROM decision_batches AS b
            JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
            JOIN review_rounds AS r ON r.tenant_id = c.tenant_id AND r.call_id = c.id
            WHERE b.tenant_id = {tenant} AND b.released_at IS NOT NULL AND c.title ->> 'en' = '{decided}'""").split("|")
        self.cohort = psql(f"""
            SELECT id FROM cohorts WHERE tenant_id = {tenant} AND stream_id = '{self.stream}'
            ORDER BY starts_on DESC, id LIMIT 1""")
        # One that was rejected, of a startup that applies a lot: some other of its applications may fund the same.
        self.application = psql(f"""
            SELECT a.id FROM applications AS a
            WHERE a.tenant_id = {tenant} AND a.call_id = '{self.decided}' AND a.state = 'rejected'
              AND NOT EXISTS (SELECT FROM appeals AS p WHERE p.tenant_id = a.tenant_id AND p.application_id = a.id)
            ORDER BY (SELECT count(*) FROM applications AS o WHERE o.tenant_id = a.tenant_id AND o.startup_id = a.startup_id) DESC,
                     a.id LIMIT 1""")
        self.seats = {
            "manager": Seat("m.role = 'manager'", slug),
            "founder": Seat(f"m.role = 'founder' AND m.institution_id = '{founder}'", slug),
            "reviewer": Seat(f"m.role = 'reviewer' AND m.person_id = '{reviewer}'", slug),
            "partner": Seat("m.role = 'partner'", slug),
        }

    def lists(self):
        return [
            ("manager", path) for path in (
                "/console", "/console/applications", "/console/applications?state=in_review",
                f"/console/applications?call={self.call}", f"/console/calls/{self.call}", "/console/programs",
                "/console/rounds", f"/console/rounds/{self.round}", f"/console/rounds/{self.round}/assignments",
                f"/console/rounds/{self.round}/conflicts",
                "/console/startups", "/console/institutions", "/console/letters", "/console/letters/held",
                "/console/enrolments", f"/console/cohorts/{self.cohort}/enrolments", "/console/mous", "/console/applications/board",
                f"/console/applications/board?call={self.call}", f"/console/applications/{self.application}",
                "/console/changes", f"/console/rounds/{self.judged}/standings",
                f"/console/rounds/{self.judged}/pool", "/console/reviewers", f"/console/streams/{self.stream}/reviewers",
                "/console/decisions", f"/console/decisions/{self.batch}", "/console/decision-changes", "/console/appeals",
                f"/console/calls/{self.call}/waiting-list", f"/v1/calls/{self.call}/waiting-list",
                "/console/funnel", "/v1/applications/board", f"/v1/applications/board?call={self.call}",
                "/v1/applications/counts", f"/v1/applications/counts?call={self.call}", "/v1/applications/funnel",
                f"/v1/applications/{self.application}/overlaps", f"/v1/rounds/{self.judged}/standings",
                f"/v1/rounds/{self.judged}/pool", "/v1/reviewers",
                "/v1/reviewers?limit=200", f"/v1/streams/{self.stream}/reviewers", "/v1/decision-batches",
                f"/v1/decision-batches/{self.batch}", f"/v1/decision-batches/{self.batch}/decisions",
                "/v1/decision-changes", "/v1/appeals", "/v1/applications", "/v1/applications?limit=200",
                f"/v1/applications?call={self.call}&limit=100", "/v1/applications?state=rejected", "/v1/rounds",
                f"/v1/rounds/{self.round}/panel", f"/v1/rounds/{self.round}/conflicts",
                f"/v1/assignments?round={self.round}&limit=100", "/v1/startups", "/v1/institutions", "/v1/letters",
                "/v1/programs", f"/v1/programs/{self.program}", "/v1/streams", "/v1/calls", "/v1/cohorts", "/v1/enrolments",
                "/v1/audit-events")
        ] + [
            ("founder", path) for path in ("/portal", "/letters", "/v1/applications", "/v1/calls", "/v1/me/letters")
        ] + [
            ("partner", path) for path in (
                "/partner/funnel", "/partner/agreements", "/v1/applications/funnel", "/v1/mous", "/v1/streams", "/v1/calls")
        ] + [
            ("reviewer", path) for path in (
                "/reviews", f"/reviews/rounds/{self.reviewed}/sheet", "/letters", "/v1/assignments",
                f"/v1/rounds/{self.reviewed}/sheet")
        ]


def ask(connection, path, fields):
    started = time.perf_counter()
    connection.request("GET", path, headers=fields)
    response = connection.getresponse()
    body = response.read()
    elapsed = (time.perf_counter() - started) * 1000
    if response.status != 200:
        sys.exit(f"{path}: {response.status} {body[:300].decode(errors='replace')}")
    return elapsed, len(body)


def statements(connection, path, fields):
    """How many statements one request takes: the fewest of some, since others may ask meanwhile."""
    def counter():
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith("trellis_postgres_statements_total"))

    ask(connection, path, fields)
    fewest = math.inf
    for _ in range(5):
        before = counter()
        ask(connection, path, fields)
        fewest = min(fewest, counter() - before)
    return int(fewest)


def served(path, fields, requests=REQUESTS, connections=CONNECTIONS):
    """The times of many requests over some kept connections at once, in milliseconds."""
    times, sizes = [], []

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(requests // connections):
            elapsed, size = ask(connection, path, fields)
            times.append(elapsed)
            sizes.append(size)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(times) != requests // connections * connections:
        sys.exit(f"{path}: {len(times)} answers")
    times.sort()
    return times[len(times) // 2], times[math.ceil(len(times) * 0.99) - 1], max(sizes)


subprocess.run(["psql", "-qX", conninfo, "-c", "VACUUM ANALYZE"], check=True)
title = psql(f"""
    SELECT c.title ->> 'en' FROM calls AS c
    JOIN tenants AS t ON t.id = c.tenant_id AND t.slug = '{large}'
    JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.call_id = c.id
    WHERE EXISTS (
        SELECT FROM calls AS o JOIN tenants AS u ON u.id = o.tenant_id AND u.slug = '{small}'
        JOIN review_rounds AS r ON r.tenant_id = o.tenant_id AND r.call_id = o.id
        JOIN review_files AS f ON f.tenant_id = r.tenant_id AND f.round_id = r.id
        WHERE o.title = c.title)
    GROUP BY c.title ORDER BY count(*) DESC LIMIT 1
""")
decided = psql(f"""
    SELECT c.title ->> 'en' FROM calls AS c
    JOIN decision_batches AS b ON b.tenant_id = c.tenant_id AND b.call_id = c.id AND b.released_at IS NOT NULL
    JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.call_id = c.id
    WHERE c.tenant_id IN (SELECT id FROM tenants WHERE slug IN ('{large}', '{small}'))
    GROUP BY c.title HAVING count(DISTINCT c.tenant_id) = 2
    -- The batch's page asks more where some are not decided: best in both.
    ORDER BY count(DISTINCT c.tenant_id) FILTER (WHERE a.state = 'in_review') DESC, count(*) DESC, c.title ->> 'en' LIMIT 1
""")
many, few = Workspace(large, title, decided), Workspace(small, title, decided)
rows = {
    workspace.slug: psql(f"SELECT count(*) FROM applications AS a JOIN tenants AS t ON t.id = a.tenant_id WHERE t.slug = '{workspace.slug}'")
    for workspace in (many, few)
}
faults, slowest = [], (0.0, "")
print(f"{'statements with':>86} {rows[few.slug]:>6} {rows[many.slug]:>6}   p50 ms   p99 ms    KiB", file=sys.stderr)
for (role, path), (_, small_path) in zip(many.lists(), few.lists()):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    of_few = statements(connection, small_path, few.seats[role].fields(small_path))
    fields = many.seats[role].fields(path)
    of_many = statements(connection, path, fields)
    connection.close()
    # Each connection of the service to PostgreSQL plans a statement once: so many at once that all of them have, before any
    # is timed.
    served(path, fields, 160, 16)
    median, late, size = served(path, fields)
    print(f"{role:9} {path[:76]:76} {of_few:>6} {of_many:>6} {median:>8.1f} {late:>8.1f} {size / 1024:>6.0f}", file=sys.stderr)
    name = f"{role} {urllib.parse.urlsplit(path).path}"
    if of_many > of_few:
        faults.append(f"{name}: {of_many} statements with {rows[many.slug]} applications, {of_few} with {rows[few.slug]}")
    if late >= LIMIT:
        faults.append(f"{name}: 99 of 100 within {late:.1f} ms")
    slowest = max(slowest, (late, name))
print(json.dumps({"name": "lists.slowest_p99", "value": round(slowest[0], 1), "unit": "ms", "list": slowest[1]}))
print(json.dumps({"name": "lists.measured", "value": len(many.lists()), "unit": "lists"}))
if faults:
    sys.exit("\n".join(faults))

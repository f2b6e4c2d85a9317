"""Writes by one process and asks another, each time until the answer shows what was written, while a third party changes
a thousand startups a second. Both a startup's consent and a mandate's text are written, in turn."""
import glob
import http.client
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

url, token, binary, startups, probes = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
conninfo = (pathlib.Path(os.environ["TRELLIS_DATA"]) / "conninfo").read_text().strip()
tools = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
# A country of one startup: whether it is matched is the whole answer.
country = "IS"


class Process:
    def __init__(self, url):
        address = urllib.parse.urlparse(url)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)

    def send(self, method, path, body=None, **headers):
        fields = {"Authorization": f"Bearer {token}", **headers}
        if method == "POST":
            fields["Idempotency-Key"] = str(uuid.uuid4())
        if body is not None:
            fields["Content-Type"] = "application/json"
        self.connection.request(method, path, None if body is None else json.dumps(body), fields)
        response = self.connection.getresponse()
        text = response.read()
        if response.status >= 300:
            sys.exit(f"{method} {path}: {response.status} {text.decode()}")
        self.tag = response.getheader("ETag")
        return json.loads(text)


def sql(text):
    return subprocess.run([tools / "psql", "-XAtqd", conninfo, "-c", text], check=True, capture_output=True, text=True).stdout.strip()


def another():
    """A second process on the same database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": conninfo, "TRELLIS_PORT": str(port)}
    served = subprocess.Popen([binary, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return served, Process(f"http://127.0.0.1:{port}")
        except OSError:
            time.sleep(0.05)
    sys.exit("the second process does not answer")


def say(name, value, unit):
    print(json.dumps({"name": f"matching-freshness.{name}", "value": round(value, 3), "unit": unit}), flush=True)


near = Process(url)
mandate = next(m for m in near.send("GET", "/v1/mandates?standing=true")["items"] if m["terms"]["deploying"])
tenant = sql(f"SELECT tenant_id FROM mandates WHERE id = '{mandate['id']}'")
print(f"filling in {startups} startups", file=sys.stderr)
sql(f"""
    CREATE TEMPORARY TABLE fresh AS SELECT n, md5('startup ' || n)::uuid AS id FROM generate_series(1, {startups}) AS n;
    INSERT INTO institutions (tenant_id, id, kind, names, country)
    SELECT '{tenant}', id, 'startup', jsonb_build_object('en', 'Startup ' || n), (ARRAY['HK', 'JP', 'SG', 'TW', 'KR', 'US'])[1 + n % 6]
    FROM fresh;
    INSERT INTO startups (tenant_id, id, description, focus_areas, focus_weights, seeking, ask_minor, ask_currency)
    SELECT '{tenant}', id, 'We work on topic' || n % 997 || ' for customer' || n % 89, ARRAY[(ARRAY['education-technology', 'biomedical-technology', 'medical-devices'])[1 + n % 3]],
           ARRAY[100], (ARRAY['seed', 'series-a', 'series-b'])[1 + n % 3], 100000 * (1 + n % 500), 'USD'
    FROM fresh;
    SET session_replication_role = replica;
    INSERT INTO consents (tenant_id, startup_id, number, purpose, audience) SELECT '{tenant}', id, 1, 'shortlists', 'everyone' FROM fresh;
    RESET session_replication_role;
    ANALYZE institutions; ANALYZE startups; ANALYZE consents;
""")
# Filling in took longer than the server keeps a silent connection.
near.connection.close()
probe = near.send("POST", "/v1/startups", {"name": {"en": "Probe"}, "profile": {"country": country, "markets": [], "focus_areas": [], "tags": []}})["id"]
consent = lambda is_given: near.send("POST", f"/v1/startups/{probe}/consents", {"purpose": "shortlists", "audience": "everyone" if is_given else "nobody"})
consent(True)


def revise(is_open):
    near.send("GET", f"/v1/mandates/{mandate['id']}")
    terms = {**mandate["terms"], "countries_in": [], "countries_out": [] if is_open else [country], "firm_on_stages": False}
    near.send("PUT", f"/v1/mandates/{mandate['id']}", terms, **{"If-Match": near.tag})


revise(True)
served, far = another()
load = None
try:
    ask = lambda: bool(far.send("GET", f"/v1/mandates/{mandate['id']}/matches?country={country}&limit=5")["items"])
    began = time.monotonic()
    assert ask()
    say("first_answer", time.monotonic() - began, "s")
    quiet = []
    for _ in range(200):
        began = time.monotonic()
        assert ask()
        quiet.append((time.monotonic() - began) * 1000)
    say("answer_when_nothing_changes", statistics.median(quiet), "ms")

    script = tempfile.NamedTemporaryFile("w", suffix=".sql")
    script.write(f"""\\set n random(1, {startups})
\\set ask random(100000, 90000000)
UPDATE startups SET ask_minor = :ask WHERE tenant_id = '{tenant}' AND id = md5('startup ' || :n)::uuid;
""")
    script.flush()
    counted = "SELECT count(*) FROM audit_events WHERE noun = 'startups' AND deed = 'update'"
    before = int(sql(counted))
    load = subprocess.Popen(
        [tools / "pgbench", "-n", "-c", "8", "-j", "1", "-R", "1000", "-T", "3600", "-M", "prepared", "-f", script.name, conninfo],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2)
    start = time.monotonic()
    ages, first, shown = [], 0, True
    for number in range(probes):
        shown = not shown
        (consent if number // 2 % 2 else revise)(shown)
        committed = time.monotonic()
        answers = 1
        while ask() != shown:
            answers += 1
        ages.append((time.monotonic() - committed) * 1000)
        first += answers == 1
    seconds = time.monotonic() - start
    changes = int(sql(counted)) - before
    if load.poll() is not None:
        sys.exit("the changes stopped")
finally:
    for process in (load, served):
        if process:
            process.terminate()
            process.wait()

ages.sort()
say("changes_beside_it", changes / (seconds + 2), "changes/s")
say("known_after_median", statistics.median(ages), "ms")
say("known_after_p99", ages[int(len(ages) * 0.99)], "ms")
say("known_after_longest", ages[-1], "ms")
say("known_in_the_first_answer", 100 * first / len(ages), "%")
if first < len(ages):
    sys.exit("an answer did not know what had been written before it was asked for")
if statistics.median(ages) > 100:
    sys.exit("a change is known after more than 100 ms")

"""Sixteen clients begin, fill in and submit the applications of 1,000 startups, each with its founder's token, repeating each
request under one Idempotency-Key until it is acknowledged, while the service is killed and started again. Afterwards every
acknowledged application must be there, submitted, and there must be exactly one for each startup."""
import concurrent.futures
import hashlib
import http.client
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
import uuid

from answers import answers

url, token, data, port = sys.argv[1:5]
TOTAL, CLIENTS, KILLS = 1000, 16, 6
done = threading.Event()
retries = 0
lock = threading.Lock()


def send(method, path, body=None, key=None, headers=None, token=token):
    """One request, repeated until the service answers; a killed service is no answer."""
    global retries
    deadline = time.monotonic() + 120
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=15)
            fields = {"Authorization": f"Bearer {token}", **(headers or {})}
            if body is not None:
                fields["Content-Type"] = "application/json"
            if key:
                fields["Idempotency-Key"] = key
            connection.request(method, path, None if body is None else json.dumps(body), fields)
            response = connection.getresponse()
            text = response.read()
            if response.status in (503, 409) and response.getheader("Retry-After"):
                raise OSError("busy")
            return response.status, response.getheader("ETag"), json.loads(text) if text else None
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                raise
            with lock:
                retries += 1
            time.sleep(random.uniform(0.05, 0.3))
        finally:
            connection.close()


def expect(answer, *statuses):
    if answer[0] not in statuses:
        raise AssertionError(answer)
    return answer[2]


def key():
    return str(uuid.uuid4())


def seat_founders():
    """A thousand startups with a founder's token each, planted as the owner: the drill is about what follows."""
    founders, rows = [], []
    for number in range(TOTAL):
        founder = (str(uuid.uuid4()), str(uuid.uuid4()), "trellis_" + secrets.token_urlsafe(32))
        founders.append(founder)
        digest = hashlib.sha256(founder[2].encode()).hexdigest()
        rows.append(f"({number}, '{founder[0]}'::uuid, '{founder[1]}'::uuid, '\\x{digest}'::bytea)")
    sql = f"""
        CREATE TEMPORARY TABLE planted AS SELECT * FROM (VALUES {','.join(rows)}) AS v (number, startup, seat, hash);
        CREATE TEMPORARY TABLE place AS SELECT t.id AS tenant, p.id AS person FROM tenants AS t, people AS p
            WHERE t.slug = 'harbour' AND p.email = 'ravi@ledgerleaf.example';
        INSERT INTO institutions (tenant_id, id, kind, names)
            SELECT tenant, startup, 'startup', jsonb_build_object('en', 'Submission ' || number) FROM planted, place;
        INSERT INTO startups (tenant_id, id) SELECT tenant, startup FROM planted, place;
        INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
            SELECT seat, tenant, person, startup, 'founder' FROM planted, place;
        INSERT INTO tokens (id, hash, membership_id, person_id, name, scopes, expires_at)
            SELECT gen_random_uuid(), hash, seat, person, 'drill', '{{read,write}}', now() + interval '1 day' FROM planted, place;
    """
    with open(os.path.join(data, "conninfo")) as file:
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", file.read(), "-f", "-"], input=sql, text=True, check=True)
    return founders


def submit(founder):
    startup, _, mine = founder
    application = expect(send("POST", f"/v1/calls/{call['id']}/applications", None, key(), token=mine), 201)["id"]
    # A save is repeated with the entity tag of the moment: a save that was acknowledged late is simply seen again.
    while True:
        _, etag, _ = send("GET", f"/v1/applications/{application}", token=mine)
        given = answers(call["questions"], f"Answer of {startup}")
        saved = send(
            "PUT", f"/v1/applications/{application}/answers", {"answers": given}, headers={"If-Match": etag}, token=mine)
        if saved[0] == 200:
            break
        expect(saved, 412)
    expect(send("POST", f"/v1/applications/{application}/submission", None, key(), token=mine), 200)
    return startup, application


def service():
    with open(os.path.join(data, "trellis.pid")) as file:
        return int(file.read())


def kill_and_start():
    """Kills the service at a random moment, and again, as long as the clients work."""
    kills = 0
    while kills < KILLS and not done.wait(random.uniform(2.0, 5.0)):
        os.kill(service(), signal.SIGKILL)
        kills += 1
        subprocess.run(["Scripts/start", "--detach"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return kills


# A call that everybody may apply to, whatever they are.
call = next(
    item for item in expect(send("GET", "/v1/calls"), 200)["items"]
    if item["status"] == "open" and item["access"] == "public"
    and not expect(send("GET", f"/v1/calls/{item['id']}/conditions"), 200)["conditions"])
founders = seat_founders()
with concurrent.futures.ThreadPoolExecutor(CLIENTS + 1) as pool:
    killer = pool.submit(kill_and_start)
    acknowledged = list(pool.map(submit, founders))
    done.set()
    kills = killer.result()

kept, cursor = {}, None
while True:
    page = expect(send("GET", f"/v1/applications?call={call['id']}&limit=200" + (f"&cursor={cursor}" if cursor else "")), 200)
    for item in page["items"]:
        kept.setdefault(item["startup"] if isinstance(item["startup"], str) else item["startup"]["id"], []).append(item)
    cursor = page.get("next")
    if not cursor:
        break
lost = [a for s, a in acknowledged if not any(i["id"] == a and i["state"] == "submitted" for i in kept.get(s, []))]
twice = [s for s, _ in acknowledged if len(kept.get(s, [])) != 1]
if lost or twice or kills == 0:
    sys.exit(f"{len(lost)} lost, {len(twice)} not exactly once, {kills} kills")
print(f"{TOTAL} submissions acknowledged through {kills} kills and {retries} retries: none lost, none twice")

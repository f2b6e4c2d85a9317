"""The last hour before a deadline: each startup drafts, answers, uploads a file of 5 MiB and submits, with its founder's own
token, within the window. A fifth of the requests is cut off, while the request is being sent or while the
answer comes, and repeated under the same Idempotency-Key. Afterwards every acknowledged application must be submitted once,
with its one document, whose bytes the park downloads and compares for every twentieth. Bounded are what an answered attempt to
submit took, the time from the first attempt to the answer, and how late the client came to begin; each attempt that brought
none, or a request to wait, is counted by its kind."""
import hashlib
import http.client
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import threading
import time
import uuid

from answers import answers

url, token, data, port = sys.argv[1:5]
TOTAL, MINUTES = int(sys.argv[5]), float(sys.argv[6])
WINDOW = MINUTES * 60 * min(1.0, TOTAL / 2000)
# Somewhat more than a fifth are cut off, so that a fifth is repeated whatever chance says.
CLIENTS, SIZE, CUT, REPEATED = 32, 5 * 1024 * 1024, 0.22, 0.2
lock = threading.Lock()
# By request: how many attempts there were; seconds of those that were answered to the end, and from the first byte of the first
# attempt to the answer that was believed. By request and kind: attempts that were not the last.
attempts, answered_in, acknowledged_in, unanswered, memory = {}, {}, {}, {}, []
# Seconds between a founder's moment and the first request, spent in this client.
waited = []
done = threading.Event()
submitted = 0


class Cut(Exception):
    pass


def once(method, path, body, fields, cut):
    """One request over a connection of its own; `cut` says where it is broken off."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
    try:
        if cut == "sending" and body:
            connection.putrequest(method, path)
            for name, value in {**fields, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body[: random.randrange(len(body))])
            raise Cut
        connection.request(method, path, body, fields)
        if cut:
            # The effect may or may not take place: nobody listens to the answer.
            time.sleep(random.uniform(0, 0.05))
            raise Cut
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        if cut and connection.sock:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()


def send(name, method, path, body=None, key=None, headers=None, token=token, kind="application/json", cuts_off=True):
    """A request repeated until it is answered. Timed are the attempt that was answered and all from the first to the answer: what
    the client itself cut off took no longer than the client let it, and would flatter the service among the times."""
    fields = {"Authorization": f"Bearer {token}", **(headers or {})}
    if body is not None:
        fields["Content-Type"] = kind
    if key:
        fields["Idempotency-Key"] = key
    first = time.monotonic()
    while True:
        # What has no body is sent at once, and is cut off while its answer comes.
        cut = random.choice(("sending", "receiving")) if cuts_off and random.random() < CUT else None
        cut = "receiving" if cut and not body else cut
        begun = time.monotonic()
        try:
            status, answered, text = once(method, path, body, fields, cut)
            kind_of_end = f"told to wait: {status}" if status in (409, 429, 503) and answered.get("Retry-After") else None
        except Cut:
            kind_of_end = f"cut off while {cut}"
        except (OSError, http.client.HTTPException) as error:
            kind_of_end = f"broken off: {type(error).__name__}"
        ended = time.monotonic()
        with lock:
            attempts[name] = attempts.get(name, 0) + 1
            if kind_of_end is None:
                answered_in.setdefault(name, []).append(ended - begun)
                acknowledged_in.setdefault(name, []).append(ended - first)
                return status, answered, text
            unanswered[name, kind_of_end] = unanswered.get((name, kind_of_end), 0) + 1
        if ended > first + 180:
            raise TimeoutError(f"{name}: {kind_of_end} for three minutes")
        if kind_of_end.startswith("told"):
            time.sleep(random.uniform(0.2, 1.0))
        elif kind_of_end.startswith("broken"):
            time.sleep(random.uniform(0.05, 0.3))


def expect(answer, *statuses):
    if answer[0] not in statuses:
        raise AssertionError((answer[0], answer[2][:500]))
    return json.loads(answer[2]) if answer[2] else None


def key():
    return str(uuid.uuid4())


def owner(sql):
    with open(os.path.join(data, "conninfo")) as file:
        return subprocess.run(
            ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", file.read(), "-f", "-"], input=sql, text=True, check=True,
            capture_output=True).stdout


def seat_founders():
    """Startups with a founder's token each, planted as the owner: the proof is about what follows."""
    founders, rows = [], []
    for number in range(TOTAL):
        founder = (str(uuid.uuid4()), str(uuid.uuid4()), "trellis_" + secrets.token_urlsafe(32))
        founders.append(founder)
        digest = hashlib.sha256(founder[2].encode()).hexdigest()
        rows.append(f"({number}, '{founder[0]}'::uuid, '{founder[1]}'::uuid, '\\x{digest}'::bytea)")
    owner(f"""
        CREATE TEMPORARY TABLE planted AS SELECT * FROM (VALUES {','.join(rows)}) AS v (number, startup, seat, hash);
        CREATE TEMPORARY TABLE place AS SELECT t.id AS tenant, p.id AS person FROM tenants AS t, people AS p
            WHERE t.slug = 'harbour' AND p.email = 'ravi@ledgerleaf.example';
        INSERT INTO institutions (tenant_id, id, kind, names)
            SELECT tenant, startup, 'startup', jsonb_build_object('en', 'Deadline ' || number) FROM planted, place;
        INSERT INTO startups (tenant_id, id) SELECT tenant, startup FROM planted, place;
        INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
            SELECT seat, tenant, person, startup, 'founder' FROM planted, place;
        INSERT INTO tokens (id, hash, membership_id, person_id, name, scopes, expires_at)
            SELECT gen_random_uuid(), hash, seat, person, 'deadline', '{{read,write}}', now() + interval '1 day'
            FROM planted, place;
    """)
    return founders


def ask_for_a_deck(call):
    """The call's form gets a question that is answered by a file, as the owner: the demo's form is published already."""
    deck = str(uuid.uuid4())
    owner(f"""
        INSERT INTO call_questions (tenant_id, call_id, id, position, prompt, required, files)
            SELECT tenant_id, id, '{deck}', 900, '{{"en": "Your deck"}}', true, '{{"extensions": ["pdf"], "most": 1}}'
            FROM calls WHERE id = '{call}';
    """)
    return deck


def document(startup):
    """A file of 5 MiB that is a PDF by its structure and like no other."""
    body = random.Random(startup).randbytes(SIZE - 64)
    return b"%PDF-1.7\n" + body + b"\n%%EOF\n"


def apply(founder):
    global submitted
    startup, _, mine = founder
    application = expect(send("begin", "POST", f"/v1/calls/{call['id']}/applications", None, key(), token=mine), 201)["id"]
    given = answers(call["questions"], f"Answer of {startup}")
    while True:
        _, headers, _ = send("read", "GET", f"/v1/applications/{application}", token=mine)
        saved = send(
            "save", "PUT", f"/v1/applications/{application}/answers", json.dumps({"answers": given}).encode(),
            headers={"If-Match": headers["ETag"]}, token=mine)
        if saved[0] == 200:
            break
        expect(saved, 412)
    bytes_ = document(startup)
    expect(
        send(
            "upload", "POST", f"/v1/applications/{application}/documents?question={deck}&filename=deck.pdf", bytes_, key(),
            token=mine, kind="application/octet-stream"), 201)
    expect(send("submit", "POST", f"/v1/applications/{application}/submission", None, key(), token=mine), 200)
    with lock:
        submitted += 1
    return startup, application, hashlib.sha256(bytes_).hexdigest()


def resident():
    with open(os.path.join(data, "trellis.pid")) as file:
        process = int(file.read())
    with open(f"/proc/{process}/status") as file:
        return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))


def watch():
    while not done.wait(1):
        memory.append(resident())
        if len(memory) % 15 == 0:
            print(f"  {submitted} of {TOTAL} submitted, service has {memory[-1]} MiB", file=sys.stderr, flush=True)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


# A call that everybody may apply to, whatever they are.
call = next(
    item for item in expect(send("calls", "GET", "/v1/calls", cuts_off=False), 200)["items"]
    if item["status"] == "open" and item["access"] == "public"
    and not expect(send("conditions", "GET", f"/v1/calls/{item['id']}/conditions", cuts_off=False), 200)["conditions"])
deck = ask_for_a_deck(call["id"])
founders = seat_founders()
for counted in (attempts, answered_in, acknowledged_in, unanswered):
    counted.clear()
before = resident()
watcher = threading.Thread(target=watch)
watcher.start()
begun = time.monotonic()
# Everybody has a moment within the window; few hands would make a queue of it, so each moment starts its own thread.
slots = threading.Semaphore(CLIENTS)
results, failures = [], []


def run(founder, starts):
    time.sleep(max(0, starts - time.monotonic()))
    with slots:
        waited.append(time.monotonic() - starts)
        try:
            results.append(apply(founder))
        except Exception as error:  # whatever it was, it is counted and shown
            failures.append(error)


threads = []
for founder in founders:
    thread = threading.Thread(target=run, args=(founder, begun + random.uniform(0, WINDOW * 0.95)))
    thread.start()
    threads.append(thread)
for thread in threads:
    thread.join()
took = time.monotonic() - begun
done.set()
watcher.join()
after = resident()

kept = {}
for line in owner(f"""
    SELECT a.startup_id, a.id, a.state, count(d.id), min(encode(d.sha256, 'hex')),
           (SELECT sum(octet_length(c.bytes)) FROM document_chunks AS c
            WHERE c.tenant_id = a.tenant_id AND c.application_id = a.id)
    FROM applications AS a
    LEFT JOIN documents AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id AND d.removed_at IS NULL
    WHERE a.call_id = '{call['id']}' GROUP BY a.tenant_id, a.startup_id, a.id, a.state;
""").splitlines():
    startup, application, state, documents, digest, size = line.split("|")
    kept.setdefault(startup, []).append((application, state, int(documents), digest, int(size or 0)))
lost = [a for s, a, digest in results if not any(k[0] == a and k[1] == "submitted" and k[3] == digest for k in kept.get(s, []))]
twice = [s for s, _, _ in results if len(kept.get(s, [])) != 1 or kept[s][0][2] != 1]
broken = []
for startup, application, digest in results[::20]:
    listed = expect(send("list", "GET", f"/v1/applications/{application}/documents", cuts_off=False), 200)["items"]
    answer = send("download", "GET", f"/v1/applications/{application}/documents/{listed[0]['id']}", cuts_off=False)
    if hashlib.sha256(answer[2]).hexdigest() != digest:
        broken.append(application)

# Milliseconds of the attempts that were answered, and from the first attempt to the answer.
columns = ("attempts", "answered", "p50", "p99", "max", "repeated", "p99", "max")
print(f"{'request':<10}" + "".join(f"{column:>10}" for column in columns))
for name, count in attempts.items():
    last, whole = answered_in.get(name, [0]), acknowledged_in.get(name, [0])
    row = [count, len(last), *(1000 * value for value in (percentile(last, 0.5), percentile(last, 0.99), max(last)))]
    row += [count - len(answered_in.get(name, [])), 1000 * percentile(whole, 0.99), 1000 * max(whole)]
    print(f"{name:<10}" + "".join(f"{value:>10.0f}" for value in row))
for (name, kind), count in sorted(unanswered.items()):
    print(f"{name:<10} {kind:<36} {count:>7}")
print(f"memory of the service: {before} MiB before, {max(memory, default=after)} at most, {after} after")
for failure in failures[:3]:
    print("failure:", failure)
tried = {name: count for name, count in attempts.items() if name not in ("list", "download")}
total = sum(tried.values())
cut = sum(count for (_, kind), count in unanswered.items() if kind.startswith("cut off"))
broken_off = {key: count for key, count in unanswered.items() if key[1].startswith("broken off")}
repeated = sum(count for (name, _), count in unanswered.items() if name in tried)
p99 = percentile(acknowledged_in["submit"], 0.99) if acknowledged_in.get("submit") else 99
p99_of_attempts = percentile(answered_in["submit"], 0.99) if answered_in.get("submit") else 99
p99_of_waiting = percentile(waited, 0.99) if waited else 99
# Of few attempts chance may repeat fewer.
wanted = total * REPEATED - (0 if TOTAL >= 1000 else 4 * (total * REPEATED * (1 - REPEATED)) ** 0.5)
grew = max(memory, default=after) - before
problems = [
    text for text, holds in (
        (f"{len(failures)} gave up", not failures), (f"{len(lost)} lost", not lost), (f"{len(twice)} not exactly once", not twice),
        (f"{len(broken)} downloads differ", not broken),
        (f"p99 from sending a submission first to its answer is {p99:.2f} s", p99 < 1),
        (f"p99 of the answered attempts to submit is {p99_of_attempts:.2f} s", p99_of_attempts < 1),
        (f"p99 of waiting in the client for one of {CLIENTS} hands is {p99_of_waiting:.2f} s", p99_of_waiting < 1),
        (f"{repeated} of {total} attempts repeated, fewer than {wanted:.0f}", repeated >= wanted),
        (f"more than a thousandth broken off by the service: {broken_off}", sum(broken_off.values()) <= total / 1000),
        (f"the service grew by {grew} MiB", grew < 400), (f"it took {took:.0f} s", took <= WINDOW + 60)) if not holds
]
if problems:
    sys.exit("; ".join(problems))
print(
    f"{len(results)} startups submitted with 5 MiB each in {took:.0f} s; {repeated} of {total} attempts were repeated, {cut} of them "
    f"cut off: none lost, none twice; p99 of the answered attempts to submit {1000 * p99_of_attempts:.0f} ms, of the time from the "
    f"first attempt to the answer {1000 * p99:.0f} ms, and of waiting in the client before {1000 * p99_of_waiting:.0f} ms")

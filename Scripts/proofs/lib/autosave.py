"""Fifty drafts are written as the page's script writes them, by 60 people with sessions of their own: ten drafts by two people,
of whom each writes into fields of their own and both into a common one. Every edit appends one word that occurs nowhere else,
so that a stored text tells which edits are in it. Meanwhile the service is killed and started again, requests are cut off in
the middle of their body, and answers are not waited for.

What an edit came to is acknowledged, conflicting or unknown, as for the page. Unknown edits stay in the writer's tab and are
sent again. At a conflict the writer saves by the form and must be shown both texts, then joins them. In the end each word that
was acknowledged must be stored, and nothing that nobody typed. Last, a word is taken out behind the service's back, which must
be found: the count can tell."""
import hashlib
import html.parser
import http.client
import json
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

token, data, port, trellis = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
DRAFTS, SHARED, KILLS, EDITS = 50, 10, 5, 24
random.seed(20)
WORD = re.compile(r"w\d+x\d+")
lock = threading.Lock()
killed = threading.Event()
counts = dict.fromkeys(("edits", "acknowledged", "unknown", "retried", "conflicts", "cut off", "unheard", "shown both"), 0)
failures = []


def count(what, by=1):
    with lock:
        counts[what] += by


def psql(sql, *options):
    # Whoever starts the service again starts its server again, elsewhere.
    with open(os.path.join(data, "conninfo")) as file:
        conninfo = file.read()
    return subprocess.run(
        ["psql", "-qX", "-v", "ON_ERROR_STOP=1", *options, conninfo, "-f", "-"], input=sql, text=True, check=True,
        stdout=subprocess.PIPE).stdout


class Form(html.parser.HTMLParser):
    """The form of a draft as a page shows it: texts, what they were when it was shown, and the others' texts."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.hidden, self.theirs, self.wrong = {}, {}, [], []
        self.autosave, self.action = None, None
        self._into, self._inside = None, False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if tag == "form" and "data-autosave" in of:
            self.autosave, self.action, self._inside = of["data-autosave"], of["action"], True
        elif tag == "input" and of.get("type") == "hidden" and self._inside:
            self.hidden[of["name"]] = of.get("value") or ""
        elif tag == "textarea" and self._inside:
            self._into = of["name"]
            self.texts[self._into] = ""
            if of.get("aria-invalid") == "true":
                self.wrong.append(self._into)
        elif tag == "blockquote":
            self.theirs.append("")
            self._into = -1

    def handle_data(self, text):
        if self._into == -1:
            self.theirs[-1] += text
        elif self._into:
            self.texts[self._into] += text

    def handle_endtag(self, tag):
        if tag == "textarea":
            # A line break right behind the tag is the page's, not the text's.
            self.texts[self._into] = self.texts[self._into].removeprefix("\n")
        if tag in ("textarea", "blockquote"):
            self._into = None
        elif tag == "form":
            self._inside = False


class Unknown(Exception):
    """Nobody knows whether the service has heard."""


class Writer(threading.Thread):
    def __init__(self, number, draft, session, fields):
        super().__init__()
        self.number, self.draft, self.session, self.mine = number, draft, session, fields
        self.chance = random.Random(number)
        self.words, self.acknowledged, self.sent = 0, {}, {}
        self.form = None

    # MARK: The line

    def request(self, method, path, body=None, breaks=None):
        """One request over a line of its own, which may break in the middle of what is sent or of what is heard."""
        fields = {"Cookie": f"trellis={self.session}", "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            body = urllib.parse.urlencode(body).encode()
            fields["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        try:
            if breaks == "cut off":
                connection.putrequest(method, path)
                for name, value in {**fields, "Content-Length": str(len(body))}.items():
                    connection.putheader(name, value)
                connection.endheaders()
                connection.send(body[: self.chance.randrange(1, len(body))])
                connection.sock.shutdown(socket.SHUT_RDWR)
                raise Unknown
            connection.request(method, path, body, fields)
            if breaks == "unheard":
                time.sleep(self.chance.choice((0, 0, 0.005, 0.05)))
                raise Unknown
            response = connection.getresponse()
            text = response.read().decode()
            if response.status >= 500:
                if response.status != 503:
                    raise AssertionError(f"{method} {path}: {response.status} {text[:300]}")
                raise Unknown
            return response.status, text
        except (OSError, http.client.HTTPException):
            raise Unknown from None
        finally:
            connection.close()

    def patiently(self, method, path, body=None):
        deadline = time.monotonic() + 120
        while True:
            try:
                return self.request(method, path, body)
            except Unknown:
                if time.monotonic() > deadline:
                    raise AssertionError("the service did not come back") from None
                count("retried")
                time.sleep(self.chance.uniform(0.1, 0.4))

    # MARK: The person

    def open(self):
        status, page = self.patiently("GET", f"/portal/applications/{self.draft}")
        assert status == 200, (status, page[:300])
        self.form = Form(page)
        self.known = dict(self.form.texts)
        for name, text in self.form.texts.items():
            self.acknowledge(name, text)
        assert self.form.autosave and len(self.form.texts) >= 4, "the page shows no form that saves itself"

    def type(self, place):
        name = self.field(place)
        self.words += 1
        count("edits")
        word = f"w{self.number}x{self.words}"
        self.form.texts[name] = (self.form.texts[name] + " " + word).strip()

    def field(self, place):
        return sorted(self.form.texts)[place]

    def seen(self, name):
        return "seen_" + name.partition("_")[2]

    def mineof(self, text):
        return {word for word in text.split() if word.startswith(f"w{self.number}x")}

    def acknowledge(self, name, text):
        fresh = self.mineof(text) - self.acknowledged.setdefault(name, set())
        self.acknowledged[name] |= fresh
        count("acknowledged", len(fresh))

    def save(self, breaks=None):
        """As the page does two seconds after the last key: what differs from what the server has confirmed."""
        dirty = {name: text for name, text in self.form.texts.items() if text != self.known[name]}
        if not dirty:
            return
        body = {"csrf": self.form.hidden["csrf"]}
        for name, text in dirty.items():
            body[name] = text
            body[self.seen(name)] = self.form.hidden[self.seen(name)]
            self.sent.setdefault(name, set()).update(self.mineof(text))
        if breaks:
            count(breaks)
        try:
            status, text = self.request("POST", self.form.autosave, body, breaks)
        except Unknown:
            count("unknown")
            return
        assert status == 200, (status, text[:300])
        reply = json.loads(text)
        for name, value in dirty.items():
            if name in reply["errors"]:
                count("conflicts")
            else:
                self.known[name] = value
                self.form.hidden[self.seen(name)] = reply["seen"][self.seen(name)]
                self.acknowledge(name, value)
        if reply["errors"]:
            self.settle()

    def settle(self):
        """Saves by the button, which sends the whole form. The page that comes back is what the writer goes on with: of each
        text in conflict it has to show what was typed and what is stored, and the next save decides."""
        typed = dict(self.form.texts)
        status, page = self.patiently("POST", self.form.action, {**self.form.hidden, **typed})
        if status in (302, 303):
            # Nothing was in conflict any more: an answer had been lost.
            for name, text in typed.items():
                if text != self.known[name]:
                    self.acknowledge(name, text)
            return self.open()
        shown = Form(page)
        theirs = dict(zip(shown.wrong, shown.theirs))
        if status != 409 or len(shown.wrong) != len(shown.theirs) or any(shown.texts[n] != typed[n] for n in shown.wrong):
            failures.append(f"draft {self.draft}: a conflict was answered {status} and did not show both texts")
            return self.open()
        count("shown both")
        for name, text in typed.items():
            if name not in theirs and text != self.known[name]:
                self.acknowledge(name, text)
        self.form, self.known = shown, dict(shown.texts)
        for name, text in theirs.items():
            stored = [word for word in text.split() if WORD.fullmatch(word)]
            joined = stored + [word for word in typed[name].split() if word not in set(stored)]
            self.known[name], self.form.texts[name] = " ".join(stored), " ".join(joined)

    def run(self):
        try:
            self.open()
            step = 0
            while step < EDITS or not killed.is_set():
                step += 1
                for place in {self.chance.choice(self.mine) for _ in range(self.chance.choice((1, 1, 2)))}:
                    self.type(place)
                share = self.chance.random()
                self.save("cut off" if share < 0.06 else "unheard" if share < 0.14 else None)
                if share > 0.97:
                    # A reload: what was not confirmed comes back from the tab.
                    kept = dict(self.form.texts)
                    self.open()
                    for name, text in kept.items():
                        stored = self.form.texts[name].split()
                        self.form.texts[name] = " ".join(
                            stored + [word for word in text.split() if word not in set(stored)])
                time.sleep(self.chance.uniform(0.1, 0.5))
            deadline = time.monotonic() + 120
            while any(self.form.texts[name] != self.known[name] for name in self.form.texts):
                if time.monotonic() > deadline:
                    raise AssertionError("what is typed cannot be saved")
                count("retried")
                self.save()
                time.sleep(self.chance.uniform(0.05, 0.2))
        except Exception as error:  # noqa: BLE001 - whatever ends a writer ends the proof
            failures.append(f"writer {self.number}: {error!r}")


def plant():
    """Startups with a draft each and 60 founders with a session each, as the owner: the drill is about what follows."""
    rows, sessions = [], []
    for number in range(DRAFTS):
        for place in range(2 if number < SHARED else 1):
            session = secrets.token_urlsafe(32)
            sessions.append((number, place, session))
            rows.append(
                f"({number}, {place}, '{uuid.uuid4()}'::uuid, '{uuid.uuid4()}'::uuid, "
                f"'\\x{hashlib.sha256(session.encode()).hexdigest()}'::bytea)")
    drafts = psql(f"""
        CREATE TEMPORARY TABLE planted AS SELECT * FROM (VALUES {','.join(rows)}) AS v (number, place, person, seat, hash);
        CREATE TEMPORARY TABLE draft AS
            SELECT number, gen_random_uuid() AS id, gen_random_uuid() AS startup FROM generate_series(0, {DRAFTS - 1}) AS number;
        CREATE TEMPORARY TABLE place AS
            SELECT c.tenant_id AS tenant, c.id AS call FROM calls AS c JOIN tenants AS t ON t.id = c.tenant_id
            WHERE t.slug = 'harbour' AND now() BETWEEN c.opens_at AND c.closes_at AND c.published_at IS NOT NULL
              AND c.access = 'public'
            -- The one that asks for the most paragraphs.
            ORDER BY (SELECT count(*) FROM call_questions AS q
                      WHERE q.tenant_id = c.tenant_id AND q.call_id = c.id AND q.kind = 'long_text') DESC,
                     c.opens_at
            LIMIT 1;
        INSERT INTO people (id, email, name)
            SELECT person, 'writer' || number || '-' || place || '@w' || number || '.example', 'Writer' FROM planted;
        INSERT INTO institutions (tenant_id, id, kind, names)
            SELECT tenant, startup, 'startup', jsonb_build_object('en', 'Writing ' || number) FROM draft, place;
        INSERT INTO startups (tenant_id, id) SELECT tenant, startup FROM draft, place;
        INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
            SELECT seat, tenant, person, startup, 'founder' FROM planted JOIN draft USING (number), place;
        INSERT INTO sessions (hash, person_id, membership_id, csrf, expires_at)
            SELECT hash, person, seat, 'csrf-' || seat, now() + interval '1 day' FROM planted;
        INSERT INTO applications (tenant_id, id, call_id, startup_id, created_by)
            SELECT tenant, id, call, startup, person FROM draft JOIN planted USING (number), place WHERE planted.place = 0;
        INSERT INTO application_events (tenant_id, application_id, id, to_state)
            SELECT tenant, id, gen_random_uuid(), 'draft' FROM draft, place;
        SELECT number || ' ' || id FROM draft ORDER BY number;
    """, "-At").split("\n")
    ids = dict(line.split(" ") for line in drafts if line)
    writers = []
    for number, place, session in sessions:
        # Two people at one draft: the first writes into fields 0 and 1, the second into 2, and both into 3.
        fields = ([0, 1, 3] if place == 0 else [2, 3]) if number < SHARED else [0, 1, 2, 3]
        writers.append(Writer(len(writers), ids[str(number)], session, fields))
    return writers


def service():
    with open(os.path.join(data, "trellis.pid")) as file:
        return int(file.read())


def kill_and_start():
    try:
        for _ in range(KILLS):
            time.sleep(random.uniform(2.0, 4.0))
            os.kill(service(), signal.SIGKILL)
            subprocess.run(["Scripts/start", "--detach"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except Exception as error:  # noqa: BLE001
        failures.append(f"the service was not started again: {error!r}")
    killed.set()


def stored():
    texts = {}
    for line in psql("""
        SELECT json_build_object('draft', w.application_id, 'field', 'answers_' || w.question_id, 'text', w.text)
        FROM application_answers AS w
    """, "-At").splitlines():
        row = json.loads(line)
        texts[row["draft"], row["field"].lower()] = set(row["text"].split())
    return texts


def missing(writers, texts):
    """Acknowledged words that are not stored."""
    return [
        (writer.draft, name, word) for writer in writers for name, words in writer.acknowledged.items()
        for word in words if word not in texts.get((writer.draft, name.lower()), set())]


writers = plant()
killer = threading.Thread(target=kill_and_start)
for thread in [*writers, killer]:
    thread.start()
for thread in [*writers, killer]:
    thread.join()
if failures:
    sys.exit("\n".join(failures[:10]))

texts = stored()
lost = missing(writers, texts)
typed = {}
for writer in writers:
    for name, words in writer.sent.items():
        typed.setdefault((writer.draft, name.lower()), set()).update(words)
invented = [(where, word) for where, words in typed.items() for word in texts.get(where, set()) - words]
unsaved = counts["edits"] - counts["acknowledged"]
print("  ".join(f"{name} {number}" for name, number in counts.items()), file=sys.stderr)
if lost or invented or unsaved:
    sys.exit(f"{len(lost)} lost, {len(invented)} never typed, {unsaved} never acknowledged: {lost[:3]} {invented[:3]}")
if not counts["conflicts"] or not counts["shown both"] or not counts["unknown"]:
    sys.exit("nobody met a conflict or a broken line: this proves nothing")
checked = subprocess.run([trellis, "check-data"], stdout=subprocess.PIPE, text=True)
if checked.returncode:
    sys.exit("\n".join(line for line in checked.stdout.splitlines() if not line.startswith("holds")))

# The count can tell: without one acknowledged word, it says so.
writer = next(writer for writer in writers if any(writer.acknowledged.values()))
name, word = next((name, min(words)) for name, words in writer.acknowledged.items() if words)
psql(f"""
    UPDATE application_answers SET text = regexp_replace(text, '\\m{word}\\M', 'lost')
    WHERE application_id = '{writer.draft}' AND 'answers_' || question_id = lower('{name}')
""")
found = missing(writers, stored())
if [entry[2] for entry in found] != [word]:
    sys.exit(f"one word was taken away, and {len(found)} were missed")
print(
    f"{counts['edits']} edits by {len(writers)} people in {DRAFTS} drafts through {KILLS} kills: {counts['acknowledged']} "
    f"acknowledged, {counts['unknown']} unknown, {counts['retried']} retried, {counts['conflicts']} conflicts "
    f"({counts['shown both']} shown with both texts); lost = 0")

"""Letters let go by API arrive through killed workers: letters.py URL TOKEN DATA BINARY

A mail server (aiosmtpd) takes its time before and after it has taken a letter, so that a worker dies in all parts of a
conversation. A letter may arrive twice only where its sender died not knowing, and then as the same bytes.
"""
import asyncio
import collections
import email
import email.policy
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid

from aiosmtpd.controller import Controller

url, token, data, binary = sys.argv[1:5]
PEOPLE, EACH, KILLS = 60, 5, 3
SUBJECTS = {"en": "What we decided", "zh-Hant": "我們的決定", "ja": "審査結果のお知らせ"}
BODIES = {"en": "Dear reader,", "zh-Hant": "親愛的讀者：", "ja": "読者の皆さま"}
FOOTERS = {"en": "through Trellis because it concerns you", "zh-Hant": "因為內容與你有關", "ja": "ご関係のある件について"}
arrived = []


class Taking:
    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0.05)
        arrived.append((envelope.rcpt_tos[0], bytes(envelope.content)))
        await asyncio.sleep(0.05)
        return "250 2.0.0 taken"


def ask(method, path, body=None):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    request = urllib.request.Request(
        url + path, method=method, headers=headers, data=None if body is None else json.dumps(body).encode())
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.load(answer)


def psql(sql):
    with open(os.path.join(data, "conninfo")) as file:
        done = subprocess.run(
            ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", file.read(), "-f", "-"], input=sql, text=True, check=True,
            stdout=subprocess.PIPE)
    return [line.split("|") for line in done.stdout.splitlines() if line]


def plant():
    """People who read different languages, each with held letters, planted as the owner: the drill is about what follows."""
    languages = list(SUBJECTS)
    people = [(str(uuid.uuid4()), f"reader{n}@there.example", languages[n % 3]) for n in range(PEOPLE)]
    letters = [(str(uuid.uuid4()), person) for person in people for _ in range(EACH)]
    sql = ["SELECT set_config('trellis.tenant', id::text, false) FROM tenants WHERE slug = 'harbour';"]
    for person, address, language in people:
        sql.append(f"""
            INSERT INTO people (id, email, name, locale) VALUES ('{person}', '{address}', 'Reader, "{address[6:-14]}"', '{language}');
            INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), acting_tenant(), '{person}', acting_tenant(), 'mentor');""")
    for letter, (person, _, language) in letters:
        sql.append(f"""
            INSERT INTO letters (tenant_id, id, recipient_id, language, kind)
                VALUES (acting_tenant(), '{letter}', '{person}', '{language}', 'decision');
            INSERT INTO letter_texts (tenant_id, letter_id, version, subject, body, action_label, action_path)
                VALUES (acting_tenant(), '{letter}', 1, '{SUBJECTS[language]}', '{BODIES[language]}', 'Trellis', '/letters');""")
    psql("\n".join(sql))
    return {letter: person for letter, person in letters}


def worker(port):
    with open(os.path.join(data, "conninfo")) as file:
        settings = {
            "DATABASE_URL": file.read(), "TRELLIS_SMTP_URL": f"smtp://127.0.0.1:{port}", "TRELLIS_URL": "https://trellis.example",
            "TRELLIS_MAIL_FROM": "office@harbour.example",
        }
    log = open(os.path.join(data, "worker.log"), "a")
    return subprocess.Popen([binary, "work"], env={**os.environ, **settings}, stdout=log, stderr=log)


def wait(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"{what}: not within {seconds} s; {len(arrived)} letters have arrived")
        time.sleep(0.02)


planted = plant()
# What the demo world let go of goes out as well, and is none of those that are looked for.
before = ask("GET", "/v1/letters?state=released&limit=200")["items"]
held = []
cursor = ""
while cursor is not None:
    page = ask("GET", f"/v1/letters?state=held&limit=200{cursor and '&cursor=' + cursor}")
    held += page["items"]
    cursor = page.get("next")
if not set(planted) <= {letter["id"] for letter in held}:
    sys.exit("a planted letter is not in the outbox")

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
receiver = Controller(Taking(), hostname="127.0.0.1", port=port)
receiver.start()
running = worker(port)
time.sleep(2)
waiting = {letter["id"] for letter in held}
if any(letter in raw.decode(errors="replace") for letter in waiting for _, raw in list(arrived)):
    sys.exit("a held letter went out without a look")

verdicts = []
for start in range(0, len(held), 100):
    chosen = [letter["id"] for letter in held[start:start + 100]]
    verdicts += ask("POST", "/v1/letter-releases", {"letters": chosen})["items"]
if any("fault" in verdict for verdict in verdicts):
    sys.exit("a held letter was not released")
for kill in range(1, KILLS + 1):
    wait(lambda: len(arrived) >= kill * len(held) // (KILLS + 1), 90, f"before kill {kill}")
    running.kill()
    running.wait()
    running = worker(port)
wait(lambda: not ask("GET", "/v1/letters?state=released&limit=1")["items"], 120, "the rest")
running.terminate()
running.wait()
receiver.stop()

states = collections.Counter(state for (state,) in psql("SELECT state FROM letters"))
uncertain = {letter for (letter,) in psql("SELECT DISTINCT letter_id FROM letter_attempts WHERE outcome = 'unknown'")}
copies = collections.defaultdict(list)
for recipient, raw in arrived:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    copies[message["Message-ID"].removeprefix("<letter.").removesuffix("@harbour.example>")].append((recipient, raw, message))
lost = [letter["id"] for letter in held if letter["id"] not in copies]
doubled = {letter for letter, found in copies.items() if len(found) > 1}
wrong = [letter for letter in doubled if letter not in uncertain or len({raw for _, raw, _ in copies[letter]}) > 1]
garbled = []
for letter, (person, address, language) in planted.items():
    for recipient, _, message in copies[letter]:
        text = message.get_body(("plain",)).get_content()
        if (recipient, message["Content-Language"], message["Subject"]) != (address, language, SUBJECTS[language]) \
                or BODIES[language] not in text or FOOTERS[language] not in text or "https://trellis.example/letters" not in text:
            garbled.append(letter)
# Each worker has eight conversations at a time, and leaves no others behind.
if len(uncertain) > 8 * KILLS:
    sys.exit(f"{len(uncertain)} letters of unknown outcome after {KILLS} kills")
# What jobs of the demo world wrote meanwhile goes out with the rest.
if lost or wrong or garbled or set(states) != {"sent"} or states["sent"] < len(held) + len(before):
    sys.exit(f"{len(lost)} lost, {len(wrong)} doubled without a reason, {len(garbled)} garbled; states {dict(states)}")
print(f"{len(held)} letters released by API through {KILLS} kills of the worker: none lost, all in their readers' languages; "
      f"{len(uncertain)} of unknown outcome, {len(doubled)} of them arrived twice as the same bytes, no other did")

"""The world of the sources, told by managers over HTTP: a park and a device maker build a data platform, a park and a bank
nurture startups, the bank does the same with a rival park, and a department researches with an institute. The bank's stream
takes calls only while its agreement is in force; what began under it goes on after its end; and every figure of the report
that the bank reads is the number of the events that it leads to, as JSON, as CSV and as a workbook."""
import csv
import datetime
import io
import json
import sys
import urllib.error
import urllib.request
import uuid
import xml.etree.ElementTree
import zipfile
import zoneinfo

url = sys.argv[1]
hong_kong = zoneinfo.ZoneInfo("Asia/Hong_Kong")
today = datetime.datetime.now(hong_kong).date()
checks = 0


def day(offset):
    return (today + datetime.timedelta(days=offset)).isoformat()


def moment(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def hold(true, what):
    global checks
    checks += 1
    if not true:
        sys.exit(f"does not hold: {what}")


class Person:
    """Somebody of the demo's cast, at one of their seats."""

    def __init__(self, email, seat=0):
        self.token = None
        body = {"email": email, "password": "trellis demo world", "name": "sources"}
        self.token = self.post("/v1/tokens", body, 201)["secret"]
        if seat:
            body["seat"] = self.get("/v1/me")["seats"][seat]["id"]
            self.token = self.post("/v1/tokens", body, 201)["secret"]

    def ask(self, method, path, body=None, etag=None):
        fields = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        if etag:
            fields["If-Match"] = etag
        if method != "POST":
            del fields["Idempotency-Key"]
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url + path, data, fields, method=method), timeout=30) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers

    def expect(self, status, method, path, body=None, etag=None):
        found, text, _ = self.ask(method, path, body, etag)
        if found != status:
            sys.exit(f"{method} {path}: {found} instead of {status}: {text.decode()[:500]}")
        return json.loads(text) if text else None

    def get(self, path, status=200):
        return self.expect(status, "GET", path)

    def post(self, path, body=None, status=200):
        return self.expect(status, "POST", path, body)

    def all(self, path):
        items, cursor = [], None
        while True:
            page = self.get(path + ("&" if "?" in path else "?") + "limit=100" + (f"&cursor={cursor}" if cursor else ""))
            items += page["items"]
            cursor = page.get("next")
            if not cursor:
                return items

    def institution(self, name):
        return next(i["id"] for i in self.all("/v1/institutions") if i["name"].get("en") == name)


def person(kind, name, title, institution=None, called=None):
    told = {"kind": kind, "name": name, "title": title}
    if institution:
        told["institution"] = institution
    if called:
        told["institution_name"] = called
    return told


def draft(manager, reference, title, kind, parties, areas, objectives=()):
    return manager.post("/v1/mous", {
        "reference": reference, "title": {"en": title}, "kind": kind, "notice_days": 60,
        "parties": [
            {"institution": i, "role": "lead" if n == 0 else "partner", "coordinator": f"Coordinator {n + 1}"}
            for n, i in enumerate(parties)],
        "legal_reviewer": "A Counsel",
        "areas": [{"focus_area": slug, "wording": wording} for slug, wording in areas], "objectives": list(objectives),
    }, 201)["id"]


def agree(manager, mou):
    manager.post(f"/v1/mous/{mou}/review")
    manager.post(f"/v1/mous/{mou}/agreement")


def sign(manager, mou, participants, signed=0, effective=0, ends=730, event=None):
    body = {"signed_on": day(signed), "effective_on": day(effective), "ends_on": day(ends), "participants": participants}
    if event:
        body["event"] = event
    told = manager.post(f"/v1/mous/{mou}/signature", body)
    kept = [(p["kind"], p["name"], p["title"]) for p in told["participants"]]
    hold(kept == [(p["kind"], p["name"], p["title"]) for p in participants], "those who signed and witnessed are kept as told")
    return told


mei, tom = Person("mei@harbour.example"), Person("tom@harbour.example")
leo, grace, ada = Person("leo@portdigital.example"), Person("grace@border.example"), Person("ada@kelpsense.example")
kenji = Person("kenji@sakuragi.example")
harbour, kitagawa = mei.institution("Harbour Science Park"), mei.institution("Kitagawa Devices")
bank, bank_there = mei.institution("Sakuragi Bank Group"), leo.institution("Sakuragi Bank Group")
port, border = leo.institution("Port Digital Campus"), grace.institution("Border Services Department")
lantau = grace.institution("Lantau Applied Research Institute")

# MoU-1: a data platform, signed at a session within a trade mission, with two hosts.
platform = draft(
    mei, "MoU-1 retold", "A smart city data platform", "co_development", [harbour, kitagawa],
    [("smart-mobility", "Smart Mobility"), ("smart-environment", "Smart Environment"), ("smart-living", "Smart Living"),
     ("smart-people", "Smart People"), ("data-sharing-platforms", "Data acquisition, engineering and sharing")],
    ["Go beyond proof of concept"])
agree(mei, platform)
session = {"name": "Smart City Session, Tokyo", "held_on": day(-30), "city": "Tokyo", "country": "JP",
           "hosts": ["Harbour Science Park", "Hong Kong trade office"], "part_of": "Trade Mission 2018"}
told = sign(mei, platform, [
    person("signatory", "Mei Lam", "Chief Partnership Officer", harbour),
    person("signatory", "Haruto Kitagawa", "President", kitagawa),
    person("witness", "Rita Poon", "Trade Commissioner", called="Hong Kong trade office")], signed=-30, effective=-30, event=session)
hold({k: told["signing_event"][k] for k in session} == session, "the event of MoU-1 is kept with its hosts and its mission")
hold(told["status"] == "in_force" and len(told["areas"]) == 5, "MoU-1 is in force with five areas")
report = mei.post(f"/v1/mous/{platform}/deliverables", {
    "title": {"en": "Open data platform"}, "kind": "platform", "due_on": day(400), "area": "data-sharing-platforms"})
hold([d["kind"] for d in report["deliverables"]] == ["platform"], "MoU-1 promises a platform")

# MoU-3: the same bank with a rival park, before the bank's own agreement here says anything.
nurturing_areas = [("smart-city", "Smart city"), ("fintech", "Fintech"), ("biomedical-technology", "Biomedical technology"),
                   ("robotics", "Robotics")]
rival = draft(leo, "MoU-3 retold", "Nurturing with the rival park", "nurturing", [port, bank_there], nurturing_areas)
agree(leo, rival)
sign(leo, rival, [person("signatory", "Leo Fung", "Director of Programs", port),
                  person("signatory", "Naoko Sakuragi", "Group Managing Director", bank_there)])

# MoU-4: research of a department, no startups and no money; its parties sign on days of their own.
research = draft(
    grace, "MoU-4 retold", "Research for border services", "research", [border, lantau],
    [("immigration-control", "Innovative immigration control operation"),
     ("biometrics", "Biometric identification and authentication"),
     ("ai-assisted-applications", "AI assisted immigration application"),
     ("collaborative-robotics", "Collaborative robotics technology")], ["Serve as an example for neighbouring cities"])
agree(grace, research)
grace.post(f"/v1/mous/{research}/parties/{lantau}/signature", {"signed_on": day(-3), "participants": [
    person("signatory", "Samuel Tse", "Chief Executive Officer", lantau),
    person("witness", "Peter Ip", "Chairman of the Board", lantau)]})
hold(grace.get(f"/v1/mous/{research}")["status"] == "agreed", "one signature of two makes no agreement")
told = grace.post(f"/v1/mous/{research}/parties/{border}/signature", {
    "signed_on": day(-1), "ends_on": day(900), "participants": [
        person("signatory", "Grace Ho", "Director of Services", border),
        person("witness", "Helen Mak", "Secretary for Public Security", border)]})
hold((told["status"], told["signed_on"], told["effective_on"]) == ("in_force", day(-1), day(-1)),
     "MoU-4 is signed on the day of the last party")
hold([(p["kind"], p["name"], p["title"]) for p in told["participants"]] == [
    ("signatory", "Samuel Tse", "Chief Executive Officer"), ("witness", "Peter Ip", "Chairman of the Board"),
    ("signatory", "Grace Ho", "Director of Services"), ("witness", "Helen Mak", "Secretary for Public Security")],
    "two sign MoU-4 and two witness it, with their titles of that day")
hold([a["status"] for a in told["areas"]] == ["exploring"] * 4, "the areas of MoU-4 are explored first")
figures = grace.get(f"/v1/mous/{research}/report")["figures"]
hold(all(f["count"] == 0 for f in figures), "nothing comes of MoU-4 that startups do")

# MoU-2: a stream with the bank opens only while the agreement holds.
nurturing = draft(mei, "MoU-2 retold", "Nurturing startups of both places", "nurturing", [harbour, bank], nurturing_areas)
program = mei.post("/v1/programs", {"kind": "acceleration", "name": {"en": "Academy of the articles"}}, 201)["id"]
incubation = mei.post("/v1/programs", {"kind": "incubation", "name": {"en": "Incubation of the articles"}}, 201)["id"]
stream = mei.post("/v1/streams", {
    "program": program, "name": {"en": "Fintech with the bank"}, "focus_areas": ["fintech"],
    "partners": [{"institution": bank, "mou": nurturing}]}, 201)["id"]
planned = mei.get(f"/v1/mous/{nurturing}/report")["standing"]
hold([(s["noun"], s["id"]) for s in planned] == [("stream", stream)], "the planned stream stands under MoU-2 by itself")


def call(title, opens, closes=864_000):
    return mei.post("/v1/calls", {
        "stream": stream, "title": {"en": title}, "opens_at": moment(opens),
        "deadline": {"at": moment(closes), "zone": "Asia/Hong_Kong"},
        "questions": [{"prompt": {"en": "What do you build?"}}]}, 201)["id"]


def refused(which, why):
    answer = mei.expect(409, "POST", f"/v1/calls/{which}/publication")
    hold("agreement" in answer["detail"], f"a call is refused {why}: {answer}")


first, later = call("Fintech 1", -60), call("Fintech 2", 3 * 86_400)
refused(first, "under a draft")
agree(mei, nurturing)
refused(first, "under a text that is agreed and not signed")
signatories = [person("signatory", "Mei Lam", "Chief Partnership Officer", harbour),
               person("signatory", "Naoko Sakuragi", "Group Managing Director", bank)]
told = sign(mei, nurturing, signatories)
hold(told["status"] == "in_force", "MoU-2 is in force")
mei.post(f"/v1/calls/{first}/publication")
mei.post(f"/v1/calls/{later}/publication")

# One that is signed today and takes effect in ten days lets no call open before that day.
waiting = draft(mei, "MoU-5", "Not yet in force", "nurturing", [harbour, bank], nurturing_areas)
agree(mei, waiting)
hold(sign(mei, waiting, signatories, effective=10)["status"] == "pending", "MoU-5 is signed and not in force")
pending_stream = mei.post("/v1/streams", {
    "program": program, "name": {"en": "Early"}, "partners": [{"institution": bank, "mou": waiting}]}, 201)["id"]
early = mei.post("/v1/calls", {
    "stream": pending_stream, "title": {"en": "Too early"}, "opens_at": moment(5 * 86_400),
    "deadline": {"at": moment(30 * 86_400), "zone": "Asia/Hong_Kong"},
    "questions": [{"prompt": {"en": "What do you build?"}}]}, 201)["id"]
refused(early, "that opens before the agreement takes effect")

# A startup applies, is offered a place, accepts it and is enrolled.
application = ada.post(f"/v1/calls/{first}/applications", status=201)["id"]
_, _, headers = ada.ask("GET", f"/v1/applications/{application}")
question = ada.get(f"/v1/calls/{first}/form")["questions"][0]["id"]
ada.expect(200, "PUT", f"/v1/applications/{application}/answers", {"answers": {question: "Buoys."}}, headers["ETag"])
ada.post(f"/v1/applications/{application}/submission")
mei.post(f"/v1/applications/{application}/screening", {"verdict": "eligible"})
batch = mei.post(f"/v1/calls/{first}/decision-batches", {"name": "Panel", "places": 1, "last_day": day(14)}, 201)["id"]
mei.post(f"/v1/decision-batches/{batch}/preparations", {
    "decisions": [{"application": application, "outcome": "offer", "note": "Come."}]})
mei.post(f"/v1/decision-batches/{batch}/release")
ada.post(f"/v1/applications/{application}/acceptance")
cohort = mei.post("/v1/cohorts", {
    "stream": stream, "name": "First", "starts_on": day(0), "ends_on": day(300), "capacity": 5}, 201)["id"]
enrolment = mei.post(f"/v1/applications/{application}/enrolment", {"cohort": cohort}, 201)["id"]

# What is promised and linked beside what follows by itself.
mei.post(f"/v1/mous/{nurturing}/targets", {
    "title": {"en": "One startup nurtured"}, "metric": "startup_enrolled", "number": 1, "due_on": day(600), "area": "fintech"})
mei.post(f"/v1/mous/{nurturing}/targets", {
    "title": {"en": "Ten in each direction"}, "metric": "startup_enrolled", "number": 10, "due_on": day(600), "country": "JP"})
benefit = mei.post(f"/v1/mous/{nurturing}/benefits", {
    "kind": "mentoring", "title": {"en": "Advisers' hours"}, "beneficiaries": "The stream", "quota": 1}, 200)["benefits"][0]["id"]
mei.post(f"/v1/mous/{nurturing}/benefits/{benefit}/uses", {"used_on": day(0)})
mei.expect(409, "POST", f"/v1/mous/{nurturing}/benefits/{benefit}/uses", {"used_on": day(0)})
mei.post(f"/v1/mous/{nurturing}/sessions", {
    "title": {"en": "Open banking"}, "held_on": day(0), "hosts": ["Sakuragi"], "attendance": 12, "area": "fintech"})
mei.post(f"/v1/mous/{nurturing}/links", {"program": incubation, "area": "smart-city", "service_line": "incubation_acceleration"})

# The end of the agreement: what was announced is cancelled, nothing new goes out, the cohort goes on.
mei.post(f"/v1/mous/{nurturing}/termination", {"terminated_on": day(0), "reason": "The bank reorganises.", "is_mutual": True})
hold(mei.get(f"/v1/calls/{later}")["status"] == "cancelled", "a call that was announced for later is cancelled")
hold(mei.get(f"/v1/calls/{first}")["status"] == "open", "a call that is open stays open")
refused(call("Fintech 3", 60), "after the end")
milestones = mei.get(f"/v1/enrolments/{enrolment}")["milestones"]
for milestone in milestones:
    ada.post(f"/v1/milestones/{milestone['id']}/evidence", {"text": "It floats."}, 201)
    mei.post(f"/v1/milestones/{milestone['id']}/assessment", {"result": "met", "note": "It does."}, 201)
mei.post(f"/v1/enrolments/{enrolment}/graduation")

# The partner reads its report: every figure is the number of its events.
report = kenji.get(f"/v1/mous/{nurturing}/report?to={day(1)}")
counts = {f["kind"]: f["count"] for f in report["figures"]}
hold(counts == {
    "call_opened": 1, "application_submitted": 1, "offer_accepted": 1, "startup_enrolled": 1, "startup_graduated": 1,
    "startup_introduced": 0, "deal_closed": 0, "demo_day_held": 0, "meeting_held": 0, "session_held": 1, "session_attended": 12, "fast_track_used": 0, "benefit_used": 1}, f"the figures of MoU-2 are what was told: {counts}")
linked = 0
for figure in (report["figures"] + [t["counted"] for t in report["targets"]] + [b["used"] for b in report["benefits"]]
               + [a["happened"] for a in report["areas"]]):
    events = kenji.all(figure["activities"])
    # People who came are told by their sessions.
    came = figure.get("kind") == "session_attended"
    total = sum(e["attendance"] for e in events) if came else len(events)
    hold(total == figure["count"], f"{figure} leads to {len(events)} events")
    kind = "session_held" if came else figure.get("kind")
    hold(all(kind in (None, e["kind"]) for e in events), f"{figure} leads to its own events")
    linked += len(events)
hold({t["title"]["en"]: t["status"] for t in report["targets"]} == {
    "One startup nurtured": "reached", "Ten in each direction": "open"}, "targets stand as they were counted")
hold(not any("startup_name" in e for e in kenji.all(f"/v1/mous/{nurturing}/activities")),
     "the bank reads no name before the startup agrees to it")
startup = ada.get(f"/v1/applications/{application}")["startup"]["id"]
ada.post(f"/v1/startups/{startup}/consents", {"purpose": "partner_reports", "audience": "everyone"})
events = kenji.all(f"/v1/mous/{nurturing}/activities")
named = [e["kind"] for e in events if "startup_name" in e]
hold(named == ["startup_enrolled", "startup_graduated"], f"the bank reads the names of those it nurtures and no other: {named}")
for manager in (mei, tom):
    hold({f["kind"]: f["count"] for f in manager.get(f"/v1/mous/{nurturing}/report?to={day(1)}")["figures"]} == counts,
         "the park reads the same figures")

# The same as files, in three languages.
for language in ("en", "zh-Hant", "ja"):
    status, text, headers = kenji.ask("GET", f"/v1/mous/{nurturing}/report.csv?lang={language}&to={day(1)}")
    hold(status == 200 and text.startswith(b"\xef\xbb\xbf"), "the report is a CSV that spreadsheets know for UTF-8")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    hold([int(row[2]) for row in rows[1:1 + len(counts)]] == list(counts.values()), f"the CSV in {language} has the same figures")
    status, text, _ = kenji.ask("GET", f"/v1/mous/{nurturing}/report.xlsx?lang={language}&to={day(1)}")
    with zipfile.ZipFile(io.BytesIO(text)) as book:
        space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
        sheet = xml.etree.ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        column = [c.find("s:v", space).text for c in sheet.iterfind(".//s:c", space) if c.get("r") in
                  [f"C{n}" for n in range(2, 2 + len(counts))]]
        hold([int(v) for v in column] == list(counts.values()), f"the workbook in {language} has the same figures as numbers")
        listed = xml.etree.ElementTree.fromstring(book.read("xl/worksheets/sheet4.xml")).findall(".//s:row", space)
        hold(len(listed) == len(events) + 1, "the workbook lists every event")

# Each park knows of its own agreement with the bank and of no other; the bank knows of both, at a seat each.
hold(mei.ask("GET", f"/v1/mous/{rival}/report")[0] == 404 and leo.ask("GET", f"/v1/mous/{nurturing}/report")[0] == 404,
     "neither park reads the other's report")
hold(kenji.ask("GET", f"/v1/mous/{rival}/report")[0] == 404, "the bank's seat at one park does not open the other's")
hold(kenji.ask("GET", f"/v1/mous/{platform}/report")[0] == 404, "the bank does not read of the device maker's agreement")
there = Person("kenji@sakuragi.example", seat=1)
hold(there.get(f"/v1/mous/{rival}/report")["reference"] == "MoU-3 retold", "the bank reads MoU-3 from its seat there")
hold(ada.ask("GET", f"/v1/mous/{nurturing}/report")[0] == 403, "a founder reads no report")

print(f"4 agreements retold, {len(report['figures'])} figures and {linked} events of the bank's report agree in JSON, CSV and "
      f"workbook in 3 languages; {checks} checks hold")

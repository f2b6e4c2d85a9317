"""Two match runs with the same inputs; every shortlist of both is read through the API and compared."""
import hashlib
import http.client
import json
import pathlib
import subprocess
import sys
import time
import urllib.parse
import uuid

url, token, binary = sys.argv[1:4]
folder = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None
address = urllib.parse.urlparse(url)
connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)


def send(method, path, body=None):
    fields = {"Authorization": f"Bearer {token}"}
    if method == "POST":
        fields["Idempotency-Key"] = str(uuid.uuid4())
    if body is not None:
        fields["Content-Type"] = "application/json"
    connection.request(method, path, None if body is None else json.dumps(body), fields)
    response = connection.getresponse()
    text = response.read()
    if response.status >= 300:
        sys.exit(f"{method} {path}: {response.status} {text.decode()}")
    return json.loads(text) if text else None


def lists(run):
    cursor = None
    while True:
        page = send("GET", f"/v1/shortlists?run={run}&limit=200" + (f"&cursor={cursor}" if cursor else ""))
        yield from page["items"]
        cursor = page.get("next")
        if not cursor:
            return


def matched():
    began = time.monotonic()
    run = send("POST", "/v1/match-runs", {"length": 50, "as_of": "2012-01-01"})["id"]
    while True:
        state = send("GET", f"/v1/match-runs/{run}")
        if state["state"] not in ("waiting", "running"):
            break
        time.sleep(0.2)
    if state["state"] != "finished":
        sys.exit(f"the run is {state}")
    seconds = time.monotonic() - began
    items, canonical = 0, {}
    for shortlist in lists(run):
        whole = send("GET", f"/v1/shortlists/{shortlist['id']}")
        for item in whole["items"]:
            if item["score"] != sum(part["value"] for part in item["parts"]):
                sys.exit(f"a score is not the sum of its parts: {item}")
            items += 1
        canonical[whole["shortlist"]["mandate"]] = [(i["rank"], i["startup"]["id"], i["score"], i["parts"]) for i in whole["items"]]
    digest = hashlib.sha256(json.dumps(canonical, sort_keys=True).encode()).hexdigest()
    return seconds, len(canonical), items, digest, state["inputs_hash"], state["results_hash"]


def queries():
    """How many investors the folder asks shortlists for: those that say what they look for."""
    with (folder / "investors.jsonl").open() as file:
        return sum(1 for line in file if json.loads(line).get("thesis"))


expected = matched()[1]
if folder:
    # The server closes a connection that waits for as long as an import may take.
    connection.close()
    if subprocess.run([binary, "import", str(folder)], stdout=sys.stderr).returncode != 0:
        sys.exit("the import failed")
    expected += queries()
first, second = matched(), matched()
if first[1] != expected:
    sys.exit(f"{first[1]} shortlists for {expected} mandates")
if first[1:] != second[1:] or first[2] == 0:
    sys.exit(f"two runs with the same inputs differ: {first} {second}")
print(f"{first[1]} shortlists, {first[2]} items, each score the sum of its parts; two runs identical ({first[3][:16]}…), "
      f"{first[0]:.1f} s and {second[0]:.1f} s")

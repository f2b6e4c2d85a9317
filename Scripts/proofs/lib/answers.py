"""Answers to a call's questions as an applicant gives them: each of its question's kind and within its bounds."""
import json


def answer(question, words):
    """A text that the question takes; texts without a form of their own are the words."""
    kind, settings = question["kind"], question.get("settings") or {}
    fewest = max(1, settings.get("fewest") or 0)
    if kind == "number":
        return settings.get("lowest") or settings.get("highest") or "1"
    if kind == "money":
        return f"{(settings.get('currencies') or ['HKD'])[0]} {settings.get('lowest') or '1000'}"
    if kind == "date":
        return settings.get("earliest") or settings.get("latest") or "2024-03-01"
    if kind == "choice":
        return settings["options"][0]["key"]
    if kind == "choices":
        return json.dumps([option["key"] for option in settings["options"]][:fewest])
    if kind == "link":
        return "https://startup.example"
    if kind == "people":
        return json.dumps([{"name": f"Founder {number}", "role": "Founder"} for number in range(fewest)])
    if kind == "rows":
        return json.dumps([{column["key"]: answer(column, f"Row {number}") for column in settings["columns"]} for number in range(fewest)])
    return words


def answers(questions, words):
    """Answers to all questions of a call that take none of files."""
    return {question["id"]: answer(question, words) for question in questions if not question.get("files")}

#!/usr/bin/env python3
"""A mail server that does what the recipient's address asks for, and writes down what it took.

    receiver.py RECEIVED [--tls CERTIFICATE KEY | --tls-at-once CERTIFICATE KEY] [--user NAME:PASSWORD]

It listens on a free port of 127.0.0.1, prints the port and ends with its standard input. Every message it takes becomes a
line of JSON in the file RECEIVED, read by Python's own `email`. The part of the recipient's address before the @ is a plan:

    busy-N          450 to the first N recipients of this address
    full-N          452 after the message, N times
    nobody          550 to the recipient
    spam            554 after the message
    lost-amid-N     the connection breaks within the message, N times
    lost-after-N    the message is taken and the connection breaks instead of the answer, N times
    slow-S          the answer to the message comes after S seconds
"""
import argparse
import asyncio
import base64
import collections
import email.header
import email.parser
import email.policy
import email.utils
import html.parser
import json
import os
import re
import ssl
import sys

arguments = argparse.ArgumentParser()
arguments.add_argument("received")
arguments.add_argument("--tls", nargs=2)
arguments.add_argument("--tls-at-once", nargs=2)
arguments.add_argument("--user")
options = arguments.parse_args()
seen = collections.Counter()


def tls(files):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


class Words(html.parser.HTMLParser):
    """The words, tags and links of a document."""

    def __init__(self, text):
        super().__init__()
        self.words, self.tags, self.links, self.lang = [], [], [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        attributes = dict(attributes)
        if tag == "html":
            self.lang = attributes.get("lang")
        if tag == "a":
            self.links.append(attributes.get("href"))

    def handle_data(self, data):
        if data.strip():
            self.words.append(data.strip())


def told(sender, recipient, encrypted, raw):
    message = email.parser.BytesParser(policy=email.policy.default).parsebytes(raw)
    plain, markup = (message.get_body((kind,)) for kind in ("plain", "html"))
    words = lambda part: part.get_content().replace("\r\n", "\n")
    document = Words(words(markup))
    fields = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(raw, headersonly=True)

    def boxes(field):
        # The address first and its words afterwards, as RFC 2047 has it: `email.policy.default` of this Python puts a blank
        # between encoded words of a name.
        found = email.utils.getaddresses(re.sub(r"\r?\n(?=[ \t])", "", value) for value in fields.get_all(field, []))
        return [{"name": str(email.header.make_header(email.header.decode_header(name))), "address": box} for name, box in found]

    defects = [str(d) for p in message.walk() for d in list(p.defects) + [e for h in p.values() for e in getattr(h, "defects", [])]]
    return {
        "envelope_from": sender, "envelope_to": recipient, "is_encrypted": encrypted,
        "raw": base64.b64encode(raw).decode(), "longest_line": max(len(line) for line in raw.split(b"\r\n")),
        "bare_line_ends": raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
        "headers": sorted(message.keys()), "from": boxes("From"), "to": boxes("To"),
        "reply_to": boxes("Reply-To"), "subject": str(message["Subject"]),
        "date": message["Date"].datetime.isoformat(), "message_id": str(message["Message-ID"]),
        "auto_submitted": str(message["Auto-Submitted"]), "language": str(message["Content-Language"]),
        "type": message.get_content_type(), "parts": [p.get_content_type() for p in message.iter_parts()],
        "encodings": [str(p["Content-Transfer-Encoding"]) for p in message.iter_parts()],
        "plain": words(plain), "html": words(markup), "html_lang": document.lang,
        "html_words": document.words, "html_tags": document.tags, "links": document.links, "defects": defects,
    }


class Conversation:
    def __init__(self, reader, writer):
        self.reader, self.writer, self.encrypted = reader, writer, bool(options.tls_at_once)
        self.sender = self.recipient = None
        self.known = options.user is None

    async def say(self, line):
        self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()

    def plan(self, word):
        """Whether this is one of the first N times for the recipient."""
        local = self.recipient.split("@")[0]
        if not local.startswith(word + "-"):
            return False
        seen[self.recipient, word] += 1
        return seen[self.recipient, word] <= int(local[len(word) + 1:])

    async def run(self):
        await self.say("220 receiver ESMTP")
        while line := await self.reader.readline():
            text = line.decode("ascii").rstrip("\r\n")
            verb = text.upper()
            if verb.startswith(("EHLO ", "HELO ")):
                self.writer.write(b"250-receiver greets " + text[5:].encode() + b"\r\n")
                if options.tls and not self.encrypted:
                    self.writer.write(b"250-STARTTLS\r\n")
                if options.user:
                    self.writer.write(b"250-AUTH PLAIN\r\n")
                await self.say("250 SIZE 10000000")
            elif verb == "STARTTLS" and options.tls and not self.encrypted:
                await self.say("220 go ahead")
                await self.writer.start_tls(tls(options.tls))
                self.encrypted = True
            elif verb.startswith("AUTH PLAIN"):
                given = text[len("AUTH PLAIN"):].strip()
                if not given:
                    await self.say("334 ")
                    given = (await self.reader.readline()).decode().strip()
                self.known = base64.b64decode(given).decode().split("\0")[1:] == options.user.split(":")
                await self.say("235 welcome" if self.known else "535 5.7.8 wrong name or password")
            elif verb.startswith("MAIL FROM:"):
                self.sender = text[len("MAIL FROM:"):].split(">")[0].lstrip("<")
                await self.say("250 ok" if self.known else "530 5.7.0 authentication required")
            elif verb.startswith("RCPT TO:"):
                self.recipient = text[len("RCPT TO:"):].split(">")[0].lstrip("<")
                if self.recipient.startswith("nobody@"):
                    await self.say("550-5.1.1 there is nobody")
                    await self.say("550 5.1.1 of this name here")
                else:
                    await self.say("450 4.2.1 try later" if self.plan("busy") else "250 ok")
            elif verb == "DATA":
                await self.say("354 go ahead")
                if not await self.data():
                    break
            elif verb == "QUIT":
                await self.say("221 bye")
                break
            else:
                await self.say("500 what?")
        self.writer.close()

    async def data(self):
        if self.plan("lost-amid"):
            await self.reader.readline()
            self.writer.transport.abort()
            return False
        raw = b""
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                return False
            raw += line[1:] if line.startswith(b".") else line
        if self.recipient.startswith("spam@"):
            await self.say("554 5.7.1 not this letter")
        elif self.plan("full"):
            await self.say("452 4.3.1 no room")
        else:
            with open(options.received, "a") as file:
                file.write(json.dumps(told(self.sender, self.recipient, self.encrypted, raw)) + "\n")
            if self.plan("lost-after"):
                self.writer.transport.abort()
                return False
            local = self.recipient.split("@")[0]
            if local.startswith("slow-"):
                await asyncio.sleep(float(local[5:]))
            await self.say("250 2.0.0 taken")
        return True


async def converse(reader, writer):
    try:
        await Conversation(reader, writer).run()
    except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
        writer.close()


async def main():
    context = tls(options.tls_at_once) if options.tls_at_once else None
    server = await asyncio.start_server(converse, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Nobody waits for what is still under way: whoever started this is gone.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    os._exit(0)


asyncio.run(main())

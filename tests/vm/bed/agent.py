#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the guest: runs the commands that come over a virtio serial port, one after the other.

A request is one line of JSON, {"argv": [...], "input": text}. The answer is lines of JSON:
any number of {"out": text} while the command writes, then {"exit": status}.
"""
import codecs
import json
import os
import subprocess
import sys
import time


def requests(port):
    """The requests, for ever: the port reads as ended while nobody is connected."""
    pending = b""
    while True:
        data = os.read(port, 65536)
        if not data:
            pending = b""
            time.sleep(0.1)
            continue
        *lines, pending = (pending + data).split(b"\n")
        yield from (json.loads(line) for line in lines)


def answer(port, frame):
    data = json.dumps(frame).encode() + b"\n"
    while data:
        data = data[os.write(port, data):]


def run(port, request):
    process = subprocess.Popen(
        request["argv"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True, cwd="/root")
    process.stdin.write(request.get("input", "").encode())
    process.stdin.close()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := process.stdout.read1(65536):
        answer(port, {"out": decoder.decode(data)})
    answer(port, {"exit": process.wait()})


def main():
    port = os.open(sys.argv[1], os.O_RDWR | os.O_CLOEXEC)
    os.environ.update(HOME="/root", LC_ALL="C.UTF-8", TERM="dumb")
    for request in requests(port):
        try:
            run(port, request)
        except OSError as error:
            answer(port, {"out": f"{error}\n"})
            answer(port, {"exit": 127})


main()

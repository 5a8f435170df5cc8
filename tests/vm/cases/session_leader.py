#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Leads a test's login session: runs each command that arrives on the socket named as argument.

A request is a line of JSON, {"argv": [...], "stdin": text}; the answers are {"pid": n} at once and
{"status": n, "out": text, "err": text} at the end.
"""
import json
import os
import socketserver
import subprocess
import sys


class Command(socketserver.StreamRequestHandler):
    def handle(self):
        request = json.loads(self.rfile.readline())
        try:
            process = subprocess.Popen(request["argv"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        except OSError as error:
            self.answer({"pid": 0})
            self.answer({"status": 127, "out": "", "err": str(error)})
            return
        self.answer({"pid": process.pid})
        out, err = process.communicate(request["stdin"])
        self.answer({"status": process.returncode, "out": out, "err": err})

    def answer(self, message):
        self.wfile.write(json.dumps(message).encode() + b"\n")


socketserver.ThreadingUnixStreamServer.daemon_threads = True
with socketserver.ThreadingUnixStreamServer(sys.argv[1] + ".new", Command) as server:
    # By the name that is waited for it listens already.
    os.rename(server.server_address, sys.argv[1])
    server.serve_forever()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Speaks to ra-signer as whoever holds the server's user would: one JSON message a packet (SOCK_SEQPACKET, which
node does not know). Usage: seqpacket.py SOCKET [CARRY [HEX]]; standard input is a JSON list of messages, standard
output the list of {"answer", "carried"}: the last answer to each (null: hung up) and how many sealed CMP messages the
signer asked to have carried. CARRY is the AC's address, or empty: then the messages go nowhere. HEX "from:to" swaps
bytes in what is carried, as a dishonest carrier would.
"""
import base64
import json
import socket
import sys
import urllib.request

PACKET_MAX = 131072


def carry(message, url, swap):
    if not url:
        return {"type": "carried", "error": "not carried"}
    body = base64.b64decode(message)
    if swap:
        before, after = (bytes.fromhex(part) for part in swap.split(":"))
        if before not in body:
            return {"type": "carried", "error": "nothing to swap"}
        body = body.replace(before, after)
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/pkixcmp"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return {"type": "carried", "message": base64.b64encode(answer.read()).decode()}
    except OSError as error:
        return {"type": "carried", "error": str(error)}


def ask(connection, message, url, swap):
    carried = 0
    connection.send(json.dumps(message).encode() if not isinstance(message, str) else message.encode())
    while True:
        packet = connection.recv(PACKET_MAX)
        if not packet:
            return {"answer": None, "carried": carried}
        answer = json.loads(packet)
        if answer.get("type") != "carry":
            return {"answer": answer, "carried": carried}
        carried += 1
        connection.send(json.dumps(carry(answer["message"], url, swap)).encode())


def main():
    url = sys.argv[2] if len(sys.argv) > 2 else ""
    swap = sys.argv[3] if len(sys.argv) > 3 else ""
    results = []
    for message in json.load(sys.stdin):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * PACKET_MAX)
        connection.settimeout(60)
        try:
            connection.connect(sys.argv[1])
            results.append(ask(connection, message, url, swap))
        except OSError as error:
            results.append({"answer": None, "carried": 0, "error": str(error)})
        finally:
            connection.close()
    json.dump(results, sys.stdout)


main()

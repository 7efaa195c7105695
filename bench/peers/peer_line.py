"""What all Python peers share: how a line is read and where it goes."""

import binascii
import json
import sys
from datetime import datetime

job = json.loads(sys.argv[1])
database = job["database"]


def row_of(line: bytes):
    """The row of a line, or None when its checksum does not match."""
    text, star, checksum = line.strip().rpartition(b"*")
    try:
        if not star or binascii.crc_hqx(text, 0xFFFF) != int(checksum, 16):
            return None
        sensor, seq, measured, occupied = text.decode("ascii").split(",")
        return sensor, int(seq), datetime.strptime(measured, "%Y-%m-%dT%H:%MZ"), int(occupied)
    except ValueError:
        return None


def ready():
    print("ready", flush=True)

"""The synchronous loop: read a line, insert it, commit it, read the next. Reconnects when the database was down, and keeps the row."""

import time

import pymysql
import serial
from peer_line import database, job, ready, row_of

INSERT = "INSERT INTO line (sensor, seq, measured, occupied) VALUES (%s, %s, %s, %s)"


def connected():
    while True:
        try:
            return pymysql.connect(**database)
        except pymysql.err.MySQLError:
            time.sleep(0.5)


port = serial.Serial(job["line"], 115200)
connection = connected()
ready()
while True:
    row = row_of(port.readline())
    while row is not None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(INSERT, row)
            connection.commit()
            break
        except (pymysql.err.OperationalError, pymysql.err.InterfaceError):
            connection.close() if connection.open else None
            connection = connected()

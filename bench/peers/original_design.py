"""The decoupled design: one thread reads the port, a queue in memory, one thread writes batches through SQLAlchemy in a transaction that a
context manager commits or rolls back. Written fairly: a batch that failed because the database was down is retried until it is stored.

With "tuned": whole chunks are read instead of lines, rows go by the core's insert in larger batches instead of objects of the ORM.
"""

import queue
import sys
import threading
import time
from contextlib import contextmanager

import serial
from peer_line import database, job, ready, row_of
from sqlalchemy import BigInteger, DateTime, SmallInteger, String, create_engine, insert
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

tuned = sys.argv[2] == "tuned"
LINES_MAX = 1_000_000
BATCH_MAX = 5_000 if tuned else 500
WAIT_S = 0.2

lines = queue.Queue(maxsize=LINES_MAX)


class Base(DeclarativeBase):
    pass


class Line(Base):
    __tablename__ = "line"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sensor: Mapped[str] = mapped_column(String(32))
    seq: Mapped[int] = mapped_column(BigInteger)
    measured: Mapped[object] = mapped_column(DateTime)
    occupied: Mapped[int] = mapped_column(SmallInteger)


address = URL.create("mysql+pymysql", database["user"], database["password"], database["host"], database["port"], database["database"])
engine = create_engine(address, pool_pre_ping=True)


@contextmanager
def transaction():
    session = Session(engine)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


def read_lines(port):
    while True:
        lines.put(port.readline())


def read_chunks(port):
    rest = b""
    while True:
        *whole, rest = (rest + port.read(port.in_waiting or 1)).split(b"\n")
        for line in whole:
            lines.put(line)


def next_batch():
    batch = [lines.get()]
    until = time.monotonic() + WAIT_S
    while len(batch) < BATCH_MAX:
        try:
            batch.append(lines.get(timeout=max(0, until - time.monotonic())))
        except queue.Empty:
            break
    return batch


def store(rows):
    with transaction() as session:
        if tuned:
            session.execute(insert(Line), [dict(zip(("sensor", "seq", "measured", "occupied"), row)) for row in rows])
        else:
            session.add_all([Line(sensor=a, seq=b, measured=c, occupied=d) for a, b, c, d in rows])


port = serial.Serial(job["line"], 115200)
threading.Thread(target=read_chunks if tuned else read_lines, args=(port,), daemon=True).start()
with engine.connect():
    ready()
while True:
    rows = [row for row in map(row_of, next_batch()) if row is not None]
    while rows:
        try:
            store(rows)
            break
        except DBAPIError:
            time.sleep(0.5)

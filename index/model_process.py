"""The models in a process of their own, so that they and everything else do not wait for one interpreter lock.

`main` is what that process does; `ModelProcess` starts it and stands before it.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import Encoder, EncoderError
from index.load import load_encoder_pair
from index.reader import WEIGHTS, Reader, ReaderError, Reading, SpanReader

log = logging.getLogger(__name__)

ENDING = 10.0  # seconds for what is being encoded or read at the end
_ROOT = Path(__file__).resolve().parents[1]
_PROGRAM = (
    "from index.model_process import main; main()"  # not -m: both must know the classes by the same name
)


class ModelProcessError(RuntimeError):
    """The process with the models ended twice over one call, or the program is ending."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which models: names as in `index.load.load_encoder`, "" as `foreign_encoder` for none beside the encoder."""

    encoder: str = ""
    foreign_encoder: str = ""
    threads: int = 1
    reader: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the process says once it can be asked: names and dimensions, and why it has no reader."""

    encoder: tuple[str, int]
    foreign: tuple[str, int] | None
    foreign_is_own: bool  # another encoder than the first
    reader: bool
    remark: str


class RemoteEncoder:
    """An encoder in the other process; see Encoder."""

    def __init__(self, process: ModelProcess, key: str, name: str, dimension: int) -> None:
        self._process = process
        self._key = key
        self.name = name
        self.dimension = dimension

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors: np.ndarray = self._process.call(self._key, list(texts))
        return vectors


class RemoteReader:
    """The reader in the other process; see Reader."""

    def __init__(self, process: ModelProcess) -> None:
        self._process = process

    def read(self, question: str, windows: Sequence[str]) -> tuple[Reading, ...]:
        readings: tuple[Reading, ...] = self._process.call("read", question, list(windows))
        return readings


class _Running:
    """One life of the process: itself, and the lanes that are free. A lane takes one call at a time."""

    def __init__(self, wanted: Wanted, lanes: int) -> None:
        pairs = [socket.socketpair() for _ in range(lanes)]
        theirs = [other.fileno() for _, other in pairs]
        found = os.environ.get("PYTHONPATH")
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, json.dumps(asdict(wanted)), json.dumps(theirs)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), found)))},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=theirs,
        )
        self.lanes: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        for ours, other in pairs:
            other.close()
            self.lanes.put(Connection(ours.detach()))
        threading.Thread(target=self._tell, name="models' messages", daemon=True).start()

    def _tell(self) -> None:
        """What its libraries write goes where all log lines go."""
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                log.warning("models: %s", line.decode("utf-8", "replace").rstrip())

    def end(self, patience: float) -> None:
        """Let it finish what it does; one that takes longer than `patience` seconds is killed."""
        for _ in range(self.lanes.qsize()):
            lane = self.lanes.get()
            lane.close()
            self.lanes.put(lane)  # whoever waits for one hears of it
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class ModelProcess:
    """The models of `wanted`, loaded in another process that begins at once; safe to share between threads.

    `lanes` calls go on at a time, others wait. When the process ends, whatever ended it, another is started and the
    calls it had are made again, once; a call that ends it again raises ModelProcessError.
    """

    def __init__(self, wanted: Wanted, lanes: int) -> None:
        self.wanted = wanted
        self.starts = 1
        self._lanes = lanes
        self._closed = False
        self._loading = threading.Lock()
        self._restarting = threading.Lock()
        self._running = _Running(wanted, lanes)
        self._loaded: Loaded | None = None

    @property
    def pid(self) -> int:
        return self._running.process.pid

    def wait_until_loaded(self) -> Loaded:
        """What was loaded; raises EncoderError when it cannot be."""
        if self._loaded is None:
            with self._loading:
                if self._loaded is None:
                    self._loaded = _await_loaded(self._running)
        return self._loaded

    def make_encoders(self) -> tuple[Encoder, Encoder | None]:
        """The encoder and the one for questions in other languages, which may be the same; None without one."""
        loaded = self.wait_until_loaded()
        encoder = RemoteEncoder(self, "encode", *loaded.encoder)
        if loaded.foreign is None:
            return encoder, None
        return encoder, RemoteEncoder(self, "foreign", *loaded.foreign) if loaded.foreign_is_own else encoder

    def make_reader(self) -> Reader | None:
        """The reader; None, with one line in the log, when it cannot be loaded or is not wanted."""
        loaded = self.wait_until_loaded()
        if loaded.remark:
            log.warning("answering without the reader model: %s", loaded.remark)
        return RemoteReader(self) if loaded.reader else None

    def call(self, name: str, *given: Any) -> Any:
        """What the models make of it; raises what they raise, and ModelProcessError."""
        self.wait_until_loaded()
        for _ in range(2):
            running = self._running
            lane = running.lanes.get()
            try:
                lane.send((name, given))
                done, result = lane.recv()
            except (EOFError, OSError):
                self._start_anew(running)
                continue
            except BaseException:
                lane.close()  # its reply may still come, and nobody must take it for another's
                raise
            finally:
                running.lanes.put(lane)  # a broken one too: whoever waits for it must hear of it
            if done:
                return result
            raise result
        raise ModelProcessError("the process with the models ended twice over this")

    def close(self) -> None:
        """End the process once it has finished what it does; nothing can be called after."""
        with self._restarting:
            self._closed = True
            self._running.end(ENDING if self._loaded else 0.0)

    def _start_anew(self, ended: _Running) -> None:
        with self._restarting:
            if self._closed:
                raise ModelProcessError("the program is ending")
            if self._running is not ended:
                return  # another call has seen to it
            ended.process.kill()  # its lanes are broken, whether it has ended or not
            log.error("the models' process ended (status %d): starting another", ended.process.wait())
            self.starts += 1
            begun = _Running(self.wanted, self._lanes)
            _await_loaded(begun)
            self._running = begun  # only now: its first word must not be taken for an answer


def _await_loaded(running: _Running) -> Loaded:
    lane = running.lanes.get()
    try:
        told = lane.recv()
    except (EOFError, OSError) as error:
        raise EncoderError(
            f"the models' process ended before they were loaded (status {running.process.wait()})"
        ) from error
    finally:
        running.lanes.put(lane)
    if isinstance(told, Loaded):
        return told
    raise EncoderError(told)


def main() -> None:
    """Load the models, say so in the first lane, and do what the lanes ask until they are closed."""
    for told in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # sent to a whole terminal or service; the end is a closed lane
        signal.signal(told, signal.SIG_IGN)
    gc.disable()
    wanted = Wanted(**json.loads(sys.argv[1]))
    lanes = [Connection(descriptor) for descriptor in json.loads(sys.argv[2])]
    try:
        encoder, foreign = load_encoder_pair(
            wanted.encoder, wanted.foreign_encoder, wanted.threads, verify=True
        )
    except EncoderError as error:
        lanes[0].send(str(error))
        return
    reader, remark = None, ""
    if wanted.reader:
        try:
            reader = SpanReader.load(WEIGHTS)
        except ReaderError as error:
            remark = str(error)
    gc.freeze()
    gc.enable()
    lanes[0].send(
        Loaded(
            (encoder.name, encoder.dimension),
            (foreign.name, foreign.dimension) if foreign else None,
            foreign is not encoder,
            reader is not None,
            remark,
        )
    )
    work: dict[str, Callable[..., Any]] = {"encode": encoder.encode}
    if foreign:
        work["foreign"] = foreign.encode
    if reader:
        work["read"] = reader.read
    threads = [threading.Thread(target=_serve, args=(lane, work)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _serve(lane: Connection, work: dict[str, Callable[..., Any]]) -> None:
    while True:
        try:
            name, given = lane.recv()
        except (EOFError, OSError):  # closed, or whoever asks has ended
            return
        try:
            told = True, work[name](*given)
        except Exception as error:  # whoever asked must hear of it, whatever it was
            told = False, error if _travels(error) else RuntimeError(f"{type(error).__name__}: {error}")
        try:
            lane.send(told)
        except (BrokenPipeError, ConnectionResetError):
            return


def _travels(error: Exception) -> bool:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # an error may have any constructor
        return False
    return True

"""The one place where a question is let in, from the JSON interface and from the chat page alike."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

CALM = 1.0  # seconds without a refusal after which a crowd is let in again
ARRIVAL = (
    5.0  # seconds from joining Gradio's queue to the turn; a few milliseconds, unless the machine is busy
)
AGAIN = 2  # seconds; a question takes a fraction of one, so there is room again by then


class BusyError(Exception):
    """A question that is not answered now; the message is in words for a reader, `again` in seconds."""

    def __init__(self, message: str = "Many are asking at the moment. Please try again.") -> None:
        super().__init__(message)
        self.again = AGAIN


class Admission:
    """Lets in as many questions as can be answered soon, and refuses the others at once.

    Up to `crowd` may be inside: so many readers who ask in the same moment are all answered, one soon after the
    other. When even those are too many, the load is lasting, and waiting in a row would make everybody late: then
    only `steady` are inside, until nobody had to be refused for `CALM` seconds. Safe to share between threads.

    A question of the chat page comes in two steps: the call that joins Gradio's queue is let in with `expect`, and
    takes the place that is held for it when its turn comes, with `enter(expected=True)`. A place that is not taken
    within `ARRIVAL` seconds, since its reader has gone, is free again.

    `inside` is how many are there now; `admitted`, `refused` and `late` count since the start, the last what was
    let in and not answered in time.
    """

    def __init__(self, crowd: int, steady: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.crowd = crowd
        self.steady = min(steady, crowd)
        self.inside = self.admitted = self.refused = self.late = 0
        self._clock = clock
        self._strained_until = clock()
        self._expected: deque[float] = deque()  # until when each is waited for
        self._closed = False
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raise BusyError when a question could not enter now; that counts as refused."""
        with self._lock:
            self._demand_room()

    def expect(self) -> None:
        """Hold a place for a question that is on its way; raises BusyError when none is free."""
        with self._lock:
            self._demand_room()
            self._expected.append(self._clock() + ARRIVAL)

    def forget(self) -> None:
        """What was expected does not come, or needs no place."""
        with self._lock:
            if self._expected:
                self._expected.popleft()

    def enter(self, expected: bool = False) -> None:
        """Take a place, which `leave` gives back; raises BusyError when none is free, or after `close`."""
        with self._lock:
            if expected and self._expected and not self._closed:
                self._expected.popleft()
            else:
                self._demand_room()
            self.inside += 1
            self.admitted += 1

    def leave(self) -> None:
        with self._lock:
            self.inside -= 1

    def close(self) -> None:
        """Let nobody in any more; those inside are answered."""
        self._closed = True

    @property
    def open(self) -> bool:
        return not self._closed

    def _demand_room(self) -> None:
        if self._closed:
            self.refused += 1
            raise BusyError("The assistant is being restarted. Please try again in a moment.")
        now = self._clock()
        while self._expected and self._expected[0] < now:
            self._expected.popleft()
        if self.inside + len(self._expected) >= (self.steady if now < self._strained_until else self.crowd):
            self._strained_until = now + CALM
            self.refused += 1
            raise BusyError

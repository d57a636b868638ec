"""From a stream of Arrow batches to a Parquet file: a thread reads, the caller writes, and little is held meanwhile.

Whoever reads may wait in a driver that nothing wakes. So it is a thread of its own, which is left behind where it does
not end: the caller always comes back, at the latest when ``seconds`` are over.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final

from leleka.connectors.arrow_types import Shape
from leleka.core.clock import current_clock
from leleka.core.ports.connector import Copied, Watch
from leleka.errors import LelekaError, NeedsAttention, TryLater

if TYPE_CHECKING:
    import pyarrow as pa

FILE: Final = "rows.parquet"
_AHEAD: Final = 4  # batches that wait to be written
_GROUP_BYTES: Final = 16_000_000  # of one row group
_ROOM_LEFT: Final = 256 * 1024 * 1024  # bytes of the disk that stay free for others
_TICK: Final = 0.5  # seconds between two looks whether somebody wants an end
_GOODBYE: Final = 5.0  # seconds for a driver to notice that nobody wants its rows any more
_END: Final = object()
# Measured for a million rows of twelve columns: 0.4 s and 28 MB; with dictionaries 0.6 s and 38 MB.
_HOW: Final = {"compression": "zstd", "compression_level": 1, "use_dictionary": False}


def write(
    opened: Callable[[], "pa.RecordBatchReader"],
    folder: Path,
    watch: Watch,
    *,
    seconds: float,
    cancel: Callable[[], object],
    translate: Callable[[Exception], LelekaError | None],
    held: ExitStack | None = None,
) -> Copied:
    """Write every batch of the reader that ``opened`` makes, as a snapshot has it.

    ``cancel`` tells the driver to stop. ``translate`` gives an error of the driver in our words, None for a bug.
    ``held`` is what the reader uses: where the thread is left behind in its driver, it is closed as the thread ends,
    because the driver would read what was freed.
    Raises ``TryLater`` SOURCE_SLOW when the time is over, and whatever ``watch`` raises.
    """
    pump = _Pump(opened, seconds)
    pump.start()
    try:
        return _write(pump.batches(watch), folder / FILE, watch)
    except LelekaError:
        raise
    except Exception as error:
        told = translate(error)
        if told is None:
            raise
        raise told from None
    finally:
        pump.stop(cancel, held or ExitStack())
        _give_back()


class _Pump:
    """The thread that reads, and what it has read."""

    def __init__(self, opened: "Callable[[], pa.RecordBatchReader]", seconds: float) -> None:
        self._opened = opened
        self._seconds = seconds
        self._over_at = current_clock().monotonic() + seconds
        self._queue: Queue[object] = Queue(_AHEAD)
        self._unwanted = Event()
        self._ending = Lock()
        self._has_ended = False
        self._left = ExitStack()
        self._thread = Thread(target=self._read, name="source-reader", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def batches(self, watch: Watch) -> "Iterator[pa.RecordBatch | pa.Schema]":
        """Yield the schema, then the batches. Raises what the thread met."""
        while True:
            try:
                found = self._queue.get(timeout=_TICK)
            except Empty:
                watch()
                self._make_sure_of_time()
                continue
            self._make_sure_of_time()
            if found is _END:
                return
            if isinstance(found, Exception):
                raise found
            yield found

    def _make_sure_of_time(self) -> None:
        if current_clock().monotonic() > self._over_at:
            raise TryLater("SOURCE_SLOW", seconds=round(self._seconds)) from None

    def stop(self, cancel: Callable[[], object], held: ExitStack) -> None:
        """Let the thread end; one that hangs in its driver is left behind, with what it uses."""
        self._unwanted.set()
        if self._thread.is_alive():
            Thread(target=quietly, args=(cancel,), name="source-cancel", daemon=True).start()
            self._thread.join(_GOODBYE)
        with self._ending:
            if not self._has_ended:
                self._left = held.pop_all()

    def _read(self) -> None:
        try:
            with self._opened() as reader:
                self._put(reader.schema)
                for batch in reader:
                    if not all(self._put(piece) for piece in _pieces(batch)):
                        return
            self._put(_END)
        except Exception as error:  # noqa: BLE001 - it is raised where somebody waits for it
            self._put(error)
        finally:
            with self._ending:
                self._has_ended = True
            self._left.close()

    def _put(self, what: object) -> bool:
        while not self._unwanted.is_set():
            with suppress(Full):
                self._queue.put(what, timeout=_TICK)
                return True
        return False


def _pieces(batch: "pa.RecordBatch") -> "Iterator[pa.RecordBatch]":
    """Cut a batch that is larger than a row group: a driver may give all rows in one, and each is converted."""
    rows = max(1, batch.num_rows * _GROUP_BYTES // max(batch.nbytes, _GROUP_BYTES))
    for first in range(0, max(batch.num_rows, 1), rows):
        yield batch.slice(first, rows)


def _write(batches: "Iterator[pa.RecordBatch | pa.Schema]", path: Path, watch: Watch) -> Copied:
    import pyarrow as pa  # noqa: PLC0415 - a third of a second, for those who read
    import pyarrow.parquet as pq  # noqa: PLC0415

    shape = Shape(next(batches))
    rows, size = 0, 0
    waiting: list[pa.RecordBatch] = []

    def write_group(writer: pq.ParquetWriter) -> None:
        with our_disk(path.parent):
            writer.write_table(pa.Table.from_batches(waiting, shape.schema))

    with our_disk(path.parent):
        made = pq.ParquetWriter(path, shape.schema, **_HOW)
    with made as writer:
        for batch in batches:
            waiting.append(shape.take(batch))
            size += batch.nbytes
            rows += batch.num_rows
            if size >= _GROUP_BYTES:
                write_group(writer)
                waiting, size = [], 0
                watch(rows=rows)
        write_group(writer)
    watch(rows=rows)
    return Copied((path,), rows, "parquet", clean=shape.is_clean)


def _give_back() -> None:
    """Let Arrow return what it freed: the engine reads the file next, in the same process and its own memory."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    pa.default_memory_pool().release_unused()


@contextmanager
def our_disk(folder: Path) -> Iterator[None]:
    """Raises ``NeedsAttention`` where this machine cannot write, or has too little room to go on: not the far side."""
    try:
        if shutil.disk_usage(folder).free < _ROOM_LEFT:
            raise NeedsAttention("LAKE_UNWRITABLE")
        yield
    except OSError as error:
        raise NeedsAttention("LAKE_UNWRITABLE") from error


def quietly(act: Callable[[], object]) -> None:
    """Do what may fail where nobody could do anything about it."""
    with suppress(Exception):
        act()

"""Reconciling: the ledger held against the list itself, people and what they hold."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import orjson
from sqlglot import exp

from leleka.core.columns import Table
from leleka.core.data_matching import DataMatching, Leavers
from leleka.core.plan import DueRow, Kind
from leleka.core.ports.destination import Listed
from leleka.warehouse.diff import LEDGER_COLUMNS, STATE_LEFT, STATE_MEMBER
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake
from leleka.warehouse.ledger import UNCERTAIN
from leleka.warehouse.sql.tables import column, empty, json_lines, parquet, with_measures
from leleka.warehouse.sql.values import as_text, fingerprint, leaver_fingerprint, value_text

_SAMPLE: Final = 20
_TABLES: Final = ("listed", "ledger", "differing")
_DIFFERING: Final = {"address": "VARCHAR", "fields": "VARCHAR[]"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What tells what was sent: profiles, and the settings by which they were.

    ``differs`` returns the keys of those fields that hold something else than what was sent about a row.
    """

    profiles: str
    table: Table
    matching: DataMatching
    leavers: Leavers
    differs: Callable[[DueRow, Mapping[str, str]], Sequence[str]]
    measures: Sequence[tuple[str, str]] = ()  # (name, snapshot) of columns of the table that are measures


@dataclass(frozen=True, slots=True)
class Compared:
    """``missing`` are in the ledger and not in the list, ``foreign`` the other way round; samples by address.

    Of ``values`` people is known what was sent, and compared with what they hold; ``different`` hold something else,
    ``fields`` counts them by field. ``unknown`` are on the list, and nothing tells what was sent: they changed here
    since. ``ledger`` is the repaired one: None where there was nothing to repair.
    """

    held: int
    listed: int
    missing: int
    foreign: int
    missing_sample: tuple[str, ...]
    values: int = 0
    unknown: int = 0
    different: int = 0
    fields: Mapping[str, int] = field(default_factory=dict)
    different_sample: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ledger: str | None = None


def compare(
    session: Engine,
    lake: Lake,
    *,
    name: str,
    ledger: str,
    listed: Iterable[Listed],
    sent: Callable[[], Sent | None],
) -> Compared:
    """Compare, and write a ledger in which nobody knows what the missing and the different ones hold: they are due
    again once it is pointed to. ``sent`` is asked once the list was read, which takes long: None where nothing tells
    what was sent.
    """
    with tempfile.TemporaryDirectory(dir=session.spill) as folder:
        _stage_listed(session, Path(folder) / "listed", listed)
        session.create_table("ledger", exp.select("*").from_(parquet(lake.open(ledger).files)))
        known = sent()
        compared, fields = _stage_differing(session, lake, Path(folder) / "differing", known)
    found = _figures(session, compared, fields, _repair(session, lake, name))
    for table in _TABLES:
        session.drop_table(table)
    return found


def confirmed(session: Engine, lake: Lake, ledger: str) -> int:
    """Return how many people a ledger says that the list holds."""
    rows = parquet(lake.open(ledger).files, "ledger")
    return _count(session, exp.select("1").from_(rows).where(_held()))


def _repair(session: Engine, lake: Lake, name: str) -> str | None:
    doubtful = exp.or_(_missing(), _present_in("differing", "ledger"))
    if not _count(session, exp.select("1").from_("ledger").where(doubtful)):
        return None
    with lake.write("ledgers", name) as following:
        session.write(_repaired(doubtful), following.file("ledger"))
    return following.reference


def _figures(
    session: Engine, compared: Counter[Kind], fields: Mapping[str, int], repaired: str | None
) -> Compared:
    held = _count(session, exp.select("1").from_("ledger").where(_held()))
    missing = _count(session, exp.select("1").from_("ledger").where(_missing()))
    return Compared(
        held=held,
        listed=_count(session, exp.select("1").from_("listed")),
        missing=missing,
        foreign=_count(session, exp.select("1").from_("listed").where(_absent_from("ledger", "listed"))),
        missing_sample=tuple(address for (address,) in session.rows(_sample(_missing()))),
        values=compared.total(),
        unknown=held - missing - compared[Kind.CHANGED],
        different=_count(session, exp.select("1").from_("differing")),
        fields=fields,
        different_sample=tuple((address, tuple(keys)) for address, keys in session.rows(_different())),
        ledger=repaired,
    )


def _stage_listed(session: Engine, staging: Path, listed: Iterable[Listed]) -> None:
    with staging.open("wb") as out:
        for one in listed:
            line = {"address": one.address, "values": orjson.dumps(one.values).decode()}
            out.write(orjson.dumps(line) + b"\n")
    rows = json_lines(str(staging), {"address": "VARCHAR", "values": "VARCHAR"})
    latest = exp.alias_(exp.Max(this=column("values")), "values", quoted=True)
    query = exp.select(column("address"), latest).from_(rows).group_by(column("address"))
    session.create_table("listed", query)


def _stage_differing(
    session: Engine, lake: Lake, staging: Path, sent: Sent | None
) -> tuple[Counter[Kind], Mapping[str, int]]:
    """Make the table of those who hold something else; return how many members and leavers were compared, and the
    fields by count.
    """
    compared, fields = Counter[Kind](), Counter[str]()
    if sent is None:
        session.create_table("differing", empty(_DIFFERING))
        return compared, fields
    with staging.open("wb") as out:
        for chunk in session.chunks(_known(lake, sent)):
            compared.update(Kind(str(row[2])) for row in chunk)
            for keys in _written(out, chunk, sent):
                fields.update(keys)
    session.create_table("differing", exp.select("*").from_(json_lines(str(staging), _DIFFERING)))
    return compared, dict(sorted(fields.items()))


def _written(out: BinaryIO, chunk: Sequence[tuple[object, ...]], sent: Sent) -> Iterator[Sequence[str]]:
    for profile, address, kind, mark, values, *texts in chunk:
        held = tuple(None if text is None else str(text) for text in texts)
        row = DueRow(str(profile), str(address), Kind(str(kind)), str(mark), held)
        keys = sent.differs(row, orjson.loads(str(values)))
        if keys:
            out.write(orjson.dumps({"address": address, "fields": keys}) + b"\n")
            yield keys


def _known(lake: Lake, sent: Sent) -> exp.Expr:
    """Return those on the list of whom the ledger names what was sent: the profile as it is, or the leaver's mark.

    Whoever changed since is due in any case, and what was sent to them stands nowhere.
    """
    measures = {name: lake.open(snapshot).files for name, snapshot in sent.measures}
    profiles = with_measures(lake.open(sent.profiles).files, sent.table.primary_key or "", measures, "p")
    texts = [value_text(sent.table, line.column, "p") for line in sent.matching.lines]
    key = as_text(column(sent.table.primary_key or "", "p"))
    unchanged = column("held", "l").eq(fingerprint(sent.matching, sent.leavers, texts))
    members = (
        exp.select(*_row(Kind.CHANGED), *_named(texts))
        .from_(exp.to_table("ledger", alias="l"))
        .join(exp.to_table("listed", alias="t"), on=_same_address())
        .join(profiles, on=key.eq(column("profile_id", "l")))
        .where(column("state", "l").eq(exp.Literal.string(STATE_MEMBER)))
        .where(unchanged)
    )
    nothing: list[exp.Expr] = [exp.cast(exp.null(), exp.DataType.Type.TEXT) for _ in texts]
    marked = column("held", "l").eq(exp.Literal.string(leaver_fingerprint(sent.leavers)))
    leavers = (
        exp.select(*_row(Kind.LEFT), *_named(nothing))
        .from_(exp.to_table("ledger", alias="l"))
        .join(exp.to_table("listed", alias="t"), on=_same_address())
        .where(column("state", "l").eq(exp.Literal.string(STATE_LEFT)))
        .where(marked)
    )
    return exp.union(members, leavers, distinct=False)


def _row(kind: Kind) -> Iterator[exp.Expr]:
    yield column("profile_id", "l")
    yield column("address", "l")
    yield exp.alias_(exp.Literal.string(kind), "kind")
    yield column("held", "l")
    yield column("values", "t")


def _named(texts: Sequence[exp.Expr]) -> Iterator[exp.Expr]:
    return (exp.alias_(text, f"v{number}", quoted=True) for number, text in enumerate(texts))


def _same_address() -> exp.Expr:
    return column("address", "t").eq(column("address", "l"))


def _held() -> exp.Expr:
    known = exp.Not(this=exp.Is(this=column("held", "ledger"), expression=exp.null()))
    return exp.and_(known, column("state", "ledger").eq(exp.Literal.string(STATE_MEMBER)))


def _absent_from(other: str, table: str) -> exp.Expr:
    return exp.Not(this=_present_in(other, table))


def _present_in(other: str, table: str) -> exp.Expr:
    same = column("address", other).eq(column("address", table))
    return exp.Exists(this=exp.select("1").from_(other).where(same))


def _missing() -> exp.Expr:
    return exp.and_(_held(), _absent_from("listed", "ledger"))


def _sample(missing: exp.Expr) -> exp.Select:
    addresses = exp.select(column("address")).from_("ledger").where(missing.copy())
    return addresses.order_by(column("address")).limit(_SAMPLE)


def _different() -> exp.Select:
    rows = exp.select(column("address"), column("fields")).from_("differing")
    return rows.order_by(column("address")).limit(_SAMPLE)


def _repaired(doubtful: exp.Expr) -> exp.Expr:
    uncertain = exp.Case(ifs=[exp.If(this=doubtful, true=exp.Literal.string(UNCERTAIN))]).else_(
        column("held", "ledger")
    )
    columns = (
        exp.alias_(uncertain, name) if name == "held" else column(name, "ledger") for name in LEDGER_COLUMNS
    )
    return exp.select(*columns).from_("ledger").order_by(column("address"))


def _count(session: Engine, query: exp.Select) -> int:
    (number,) = session.row(exp.select(exp.Count(this=exp.Star())).from_(query.subquery("q")))
    return int(number)

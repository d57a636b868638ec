"""Reading what became of each row of a run."""

from sqlglot import exp

from leleka.core.planning import Counts
from leleka.warehouse.counting import counts_of
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.scan import column, parquet
from leleka.warehouse.session import Session


def count(session: Session, snapshot: Snapshot) -> Counts:
    """Count the outcomes of a run again."""
    return counts_of(session, exp.select("kind", "ended", "code", "warnings").from_(parquet(snapshot.files)))


def rows(
    session: Session, snapshot: Snapshot, ended: str, limit: int
) -> list[tuple[str, str | None, str, str, str]]:
    """Give profile id, address, ended, code and detail of profiles that ended so, by profile id."""
    query = (
        exp.select(*(column(name) for name in ("profile_id", "address", "ended", "code", "detail")))
        .from_(parquet(snapshot.files))
        .where(column("ended").eq(exp.Literal.string(ended)))
        .order_by(column("code"), column("profile_id"))
        .limit(limit)
    )
    return session.rows(query)

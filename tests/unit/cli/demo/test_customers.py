import csv
from collections import Counter
from pathlib import Path

from leleka.cli.demo.customers import change, make
from leleka.core.email import Address, normalise


def people(folder: Path) -> list[dict[str, str]]:
    with (folder / "customers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def orders(folder: Path) -> list[dict[str, str]]:
    with (folder / "orders.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make(tmp_path / name, customers=300, seed=7)
        change(tmp_path / name, share=0.1, seed=8)
    make(tmp_path / "other", customers=300, seed=8)
    one = (tmp_path / "one" / "customers.csv").read_bytes()
    assert one == (tmp_path / "two" / "customers.csv").read_bytes()
    assert (tmp_path / "one" / "orders.csv").read_bytes() == (tmp_path / "two" / "orders.csv").read_bytes()
    assert one != (tmp_path / "other" / "customers.csv").read_bytes()


def test_addresses_are_missing_malformed_and_shared_in_their_shares(tmp_path: Path) -> None:
    make(tmp_path, customers=5_000, seed=1)
    found = [normalise(person["email"]) for person in people(tmp_path)]
    keys = [address.key for address in found if isinstance(address, Address)]
    codes = Counter("" if isinstance(address, Address) else address.code for address in found)
    assert 100 < codes["EMAIL_MISSING"] < 200
    assert 25 < len(found) - len(keys) - codes["EMAIL_MISSING"] < 80
    assert 60 < len(keys) - len(set(keys)) < 140
    assert len(codes) >= 4


def test_every_address_lies_under_a_reserved_name(tmp_path: Path) -> None:
    make(tmp_path, customers=3_000, seed=1)
    found = [normalise(person["email"]) for person in people(tmp_path)]
    domains = {address.key.partition("@")[2] for address in found if isinstance(address, Address)}
    assert all(domain.rpartition("example.")[2] in {"com", "org", "net"} for domain in domains)
    assert any(domain.startswith("xn--") for domain in domains)


def test_orders_belong_to_customers(tmp_path: Path) -> None:
    make(tmp_path, customers=200, seed=1)
    known = {person["id"] for person in people(tmp_path)}
    made = orders(tmp_path)
    assert len(known) == 200
    assert {order["customer_id"] for order in made} <= known
    assert len({order["order_id"] for order in made}) == len(made) > 100


def test_a_change_edits_its_share_and_dates_it_later(tmp_path: Path) -> None:
    make(tmp_path, customers=1_000, seed=1)
    before = {person["id"]: person for person in people(tmp_path)}
    latest = max(person["updated_at"] for person in before.values())
    change(tmp_path, share=0.05, seed=2)
    after = people(tmp_path)
    edited = [person for person in after if person != before[person["id"]]]
    assert [person["id"] for person in after] == list(before)
    assert len(edited) == 50
    assert all(person["updated_at"] > latest for person in edited)
    columns = {
        name for person in edited for name, value in person.items() if value != before[person["id"]][name]
    }
    assert columns == {"last_name", "city", "tier", "newsletter", "updated_at"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["customers.csv", "orders.csv"]

"""Five tables of a shop, as their owner has them: customers, orders, lines of orders, products, stores."""

from collections.abc import Mapping
from pathlib import Path

CUSTOMERS, ORDERS, LINES, PRODUCTS, STORES = 120, 400, 900, 24, 6


def buyers() -> frozenset[int]:
    """Return the customers who bought four or more of something at once."""
    return frozenset((line % ORDERS) % CUSTOMERS + 1 for line in range(LINES) if line % 4 + 1 >= 4)


def write(folder: Path) -> Mapping[str, Path]:
    """Write the files; return their paths by the name of the table."""
    tables = {
        "shop_customers": (
            "CustomerId,FirstName,LastName,EMail,City",
            [f"{n},Ім'я {n},Прізвище,shop{n}@example.com,Київ" for n in range(1, CUSTOMERS + 1)],
        ),
        "purchases": (
            "PurchaseId,CustomerId,StoreId,PurchasedOn,TotalPrice",
            [
                f"{n + 1},{n % CUSTOMERS + 1},{n % STORES + 1},2026-0{n % 9 + 1}-1{n % 9},{n}.50"
                for n in range(ORDERS)
            ],
        ),
        "purchase_lines": (
            "LineId,PurchaseId,ProductId,Quantity",
            [f"{n + 1},{n % ORDERS + 1},{(n * 7) % PRODUCTS + 1},{n % 4 + 1}" for n in range(LINES)],
        ),
        "products": (
            "ProductId,Title,Category",
            [f"{n},Товар {n},{'toys' if n <= 3 else 'books'}" for n in range(1, PRODUCTS + 1)],
        ),
        "stores": ("StoreId,Town", [f"{n},Місто {n}" for n in range(1, STORES + 1)]),
    }
    found = {}
    for name, (header, rows) in tables.items():
        found[name] = folder / f"{name}.csv"
        found[name].write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return found

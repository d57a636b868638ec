"""Ukrainian dates: a day has no leading zero beside a month in words ("6 грудня 2026 р.", not "06 грудня")."""

from typing import Final

DATE_FORMAT: Final = "j E Y р."
DATETIME_FORMAT: Final = "j E Y р. H:i"
MONTH_DAY_FORMAT: Final = "j F"

"""What is told of people and of their tokens."""

from datetime import datetime
from typing import Literal

from ninja import Schema

RoleName = Literal["viewer", "contributor", "administrator"]


class TokenOut(Schema):
    """``hint`` is how the token ends; nobody reads it back whole."""

    id: int
    name: str
    hint: str
    made_at: datetime
    used_at: datetime | None
    expires_at: datetime
    is_over: bool
    owner: str

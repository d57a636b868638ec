"""Connections as JSON, drawn from the settings of every kind that is installed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Union

from ninja import Schema
from pydantic import ConfigDict, Discriminator, Field, Tag, create_model

from leleka.api.problems import KIND_TAG, ProblemOut
from leleka.api.schemas.common import LARGEST, Audience, CheckOut, In, Version
from leleka.destinations.registry import assumed_kind, find_spec, spec_of, specs
from leleka.destinations.spec import Setting, Spec
from leleka.messages.progress import in_english
from leleka.services.connections import consent
from leleka.services.connections.queries import ConnectionView, Learned, SecretView

Language = Literal["en", "uk"]
_UNSET: Final = SecretView(is_set=False, hint="", reference="")
_KINDS: Final = Literal[tuple(spec.kind for spec in specs())]
_OF_ANY_KIND: Final = {one.name: one for spec in reversed(specs()) for one in spec.fields}


class UsedByOut(Schema):
    id: int
    name: str
    managed_by_file: str
    running: bool


class LearnedOut(Schema):
    """A setting of the account that ``leleka doctor`` found."""

    name: str
    value: str | int | float | bool | None
    at: datetime
    meaning: str

    @staticmethod
    def resolve_meaning(found: Learned) -> str:
        return in_english(found.meaning)


class ConsentOut(Schema):
    """What ``agreed`` agrees to; send its version along."""

    version: str
    language: Language
    paragraphs: Sequence[str]


class CheckedOut(Schema):
    """``proof`` is for saving this host and key within a quarter of an hour; "" where a step failed."""

    passed: bool
    proof: str
    notes: Sequence[str]
    steps: Sequence[CheckOut]


class Settled(In):
    """What goes along with saving. ``check`` tests first; else ``proof`` says that it was tested.

    ``password`` is one's own: it makes whoever asks the export user.
    """

    agreed: bool = False
    consent_version: str = ""
    consent_language: Language = "en"
    password: str = Field(default="", json_schema_extra={"writeOnly": True}, repr=False)
    proof: str = ""
    check: bool = False


_SAVED_OUT: Final[dict[str, Any]] = {
    "consent_by": str,
    "consent_version": str,
    "consent_language": str,
    "consent_at": datetime | None,
    "export_user": str,
    "attention": Sequence[ProblemOut],
    "last_check": Sequence[CheckOut],
    "checked_at": datetime | None,
    "exports": Sequence[UsedByOut],
    "learned": Sequence[LearnedOut],
    "created_at": datetime,
    "managed_by_file": str,
    "version": int,
}
_COMMON: Final[dict[str, Any]] = {
    "audience": (Audience, "administrators"),
    "share": (float, 0.9),
    "plan_limit": (int | None, None),
}
_COMMON_OUT: Final = ("id", "name", "type", "title", *_COMMON, *_SAVED_OUT)


def shown(view: ConnectionView) -> dict[str, Any]:
    """Return a connection with its settings beside what every connection has; of secrets only that they are there."""
    spec = find_spec(view.type) or spec_of(assumed_kind())
    found = {name: getattr(view, name) for name in _COMMON_OUT}
    for one in spec.fields:
        if one.is_secret:
            secret = view.secrets.get(one.name, _UNSET)
            values = (secret.is_set, secret.hint, secret.reference)
            found |= dict(zip(_secret_names(one.name), values, strict=True))
        else:
            found[one.name] = view.settings.get(one.name, view.host if one.info.address else "")
    return found


def settings_in(given: Mapping[str, Any]) -> dict[str, str]:
    """Take the settings of any kind out of a request's properties."""
    return {name: value for name, value in given.items() if name in _OF_ANY_KIND}


def _secret_names(name: str) -> tuple[str, str, str]:
    return f"has_{name}", f"{name}_hint", f"{name}_reference"


def _one_of(draw: Callable[[Spec[Any]], Any]) -> Any:
    """Return the model of the only kind, or one of several, told apart by ``type``."""
    models = {spec.kind: draw(spec) for spec in specs()}
    if len(models) == 1:
        return next(iter(models.values()))
    tagged = tuple(Annotated[model, Tag(KIND_TAG + kind)] for kind, model in models.items())
    return Annotated[Union[tagged], Discriminator(_kind_in)]  # noqa: UP007 - made of a tuple


def _kind_in(data: Any) -> str:
    """Return the kind that is said; the assumed one refuses, at ``type``, one that nobody knows."""
    said = data.get("type") if isinstance(data, Mapping) else getattr(data, "type", None)
    return KIND_TAG + (said if isinstance(said, str) and find_spec(said) else assumed_kind())


def _name_of(spec: Spec[Any], what: str) -> str:
    return what if spec.assumed else f"{spec.kind.title().replace('_', '')}{what}"


def _field(one: Setting, *, asked: bool) -> tuple[Any, Any]:
    """``asked`` is where a required setting must be given; else an empty one stays as it is."""
    kind: Any = Literal[tuple(one.info.choices)] if one.info.choices and asked else str
    default: Any = ... if asked and one.required else one.default if asked else ""
    if not one.is_secret:
        return kind, Field(default=default)
    return kind, Field(default=default, json_schema_extra={"writeOnly": True}, repr=False)


def _examples(spec: Spec[Any]) -> dict[str, Any]:
    return {one.name: one.info.example for one in spec.fields if one.info.example}


def _connection_in(spec: Spec[Any]) -> Any:
    example: dict[str, Any] = {
        "name": "Newsletter",
        **({} if spec.assumed else {"type": spec.kind}),
        **_examples(spec),
    }
    example |= {"audience": "administrators and contributors", "agreed": True, "check": True}
    example["consent_version"] = consent.VERSION
    fields: dict[str, Any] = {
        "name": (str, ...),
        **{one.name: _field(one, asked=True) for one in spec.fields},
        "type": (_KINDS, spec.kind),
        **_COMMON,
    }
    made = create_model(_name_of(spec, "ConnectionIn"), __base__=Settled, __module__=__name__, **fields)
    made.model_config["json_schema_extra"] = {"examples": [example]}
    made.__doc__ = None
    made.model_rebuild(force=True)
    return made


def _connection_out(spec: Spec[Any]) -> Any:
    settings = {one.name: (str, ...) for one in spec.fields if not one.is_secret}
    secrets = [
        field
        for name in spec.secrets
        for field in zip(_secret_names(name), ((bool, ...), (str, ...), (str, ...)), strict=True)
    ]
    fields: dict[str, Any] = {
        **dict.fromkeys(("name", "type", "title"), (str, ...)),
        **settings,
        **{name: (kind, ...) for name, (kind, _) in _COMMON.items()},
        **dict(secrets),
        **{name: (kind, ...) for name, kind in _SAVED_OUT.items()},
    }
    hints = " ".join(f"``{name}_hint`` is how a stored {name} ends." for name in spec.secrets)
    says = f"{hints} ``attention`` is why an administrator must act.".strip()
    base = create_model("Numbered", __base__=Schema, id=(int, ...))
    return create_model(
        _name_of(spec, "ConnectionOut"), __base__=base, __module__=__name__, __doc__=says, **fields
    )


class DraftBase(In):
    """What is to be tested. An empty host or key is the one that ``connection`` has."""

    model_config = ConfigDict(json_schema_extra={"examples": [_examples(spec_of(assumed_kind()))]})


class ChangeBase(Settled):
    """What is left away stays as it is. Sharing ends with audience "administrators"."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1, "audience": "administrators"}]})
    version: Version
    name: str = ""


if TYPE_CHECKING:

    class ConnectionIn(Settled):
        name: str
        type: str
        audience: Audience
        share: float
        plan_limit: int | None

    class ConnectionOut(Schema):
        id: int

    class ConnectionChange(ChangeBase):
        audience: Audience

    class DraftIn(DraftBase):
        type: str
        connection: int | None
else:
    _any = {name: _field(one, asked=False) for name, one in _OF_ANY_KIND.items()}
    ConnectionIn = _one_of(_connection_in)
    ConnectionOut = _one_of(_connection_out)
    ConnectionChange = create_model(
        "ConnectionChange",
        __base__=ChangeBase,
        __module__=__name__,
        __doc__=ChangeBase.__doc__,
        **_any,
        **_COMMON,
    )
    DraftIn = create_model(
        "DraftIn",
        __base__=DraftBase,
        __module__=__name__,
        __doc__=DraftBase.__doc__,
        **_any,
        type=(_KINDS, assumed_kind()),
        connection=(int | None, Field(default=None, ge=1, le=LARGEST)),
    )

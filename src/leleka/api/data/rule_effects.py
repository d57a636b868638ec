"""Segments: what rules would do to exports before they are saved, and what the next runs would do."""

from ninja import Router, Status

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import Number, TaskAsked
from leleka.api.schemas.counts import EffectsOut
from leleka.api.segments import RulesIn
from leleka.services.builder import effects
from leleka.services.builder.contracts import RuleEffects

router = Router(tags=["Segments"])


@router.post(
    "/{int:number}/effects",
    response=EffectsOut,
    operation_id="previewRules",
    summary="See what rules would do to exports",
)
def preview_rules(request: ApiRequest, number: Number, data: RulesIn) -> RuleEffects:
    """Count at once what rules, that are not saved, would make of the segment and of the next run of each export that
    depends on it. 503 READING_SLOW: ask the worker, by the operation of that name.
    """
    return effects.effects(request.auth, number, data.rules)


@router.post(
    "/{int:number}/effects/task",
    response={202: TaskAsked},
    operation_id="askRuleEffects",
    summary="Have it counted what rules would do to exports",
)
def ask_rule_effects(request: ApiRequest, number: Number, data: RulesIn) -> Status[dict[str, int]]:
    """The result of the task is what the other operation answers."""
    return Status(202, {"task": effects.ask_effects(request.auth, number, data.rules)})


@router.get(
    "/{int:number}/next-exports",
    response=EffectsOut,
    operation_id="showNextExports",
    summary="See what the next exports would do",
)
def show_next_exports(request: ApiRequest, number: Number) -> RuleEffects:
    """By the saved rules: before and after are the same."""
    return effects.next_exports(request.auth, number)

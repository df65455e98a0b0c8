"""Which repairs need no choice by the user: those can be made all at once."""

from __future__ import annotations

from studio.document.problems import Problem, Repair

_FIRST = frozenset(
    {"loss_needs_classes", "loss_needs_one_hot", "loss_needs_two", "loss_for_numbers", "no_loss",
     "logits_twice", "logits_squashed", "needs_activation", "sigmoid_classes", "lone_softmax",
     "below_reach", "above_reach", "linear_pair", "unscaled", "unscaled_numbers", "dropout_last",
     "norm_last", "rate_high", "rate_low", "port_gone", "output_gone"}
)  # fmt: skip
"""Problems whose first repair is the usual one."""
_NEVER = frozenset({"dead_branch"})
"""What leads nowhere yet may be what somebody is drawing just now."""


def sure_repair(problem: Problem) -> Repair | None:
    """Return the repair that can be made without asking: the only one there is, or the usual one."""
    if not problem.repairs or problem.code in _NEVER:
        return None
    if problem.code in _FIRST or len(problem.repairs) == 1:
        return problem.repairs[0]
    return None
